using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Tokenization;

public sealed class SpecialTokenTests
{
    private const int Control = Vocabularies.Control;
    private const int UserDefined = Vocabularies.UserDefined;

    [Fact]
    public void Control_tokens_are_only_found_where_they_are_asked_for()
    {
        var tokenizer = Byte(("<go>", Control));
        Assert.Equal("<|g|o|>", tokenizer.Names("<go>"));
        Assert.Equal("x|<go>|y", tokenizer.Names("x<go>y", parseSpecial: true));
    }

    [Fact]
    public void User_defined_tokens_are_always_found() => Assert.Equal("x|<go>|<go>", Byte(("<go>", UserDefined)).Names("x<go><go>"));

    [Fact]
    public void The_longest_is_found_first() => Assert.Equal("<go>!|<go>|?", Byte(("<go>", UserDefined), ("<go>!", UserDefined)).Names("<go>!<go>?"));

    [Fact]
    public void A_shorter_token_is_not_found_inside_a_longer_one() => Assert.Equal("abcd|b|c", Byte(("bc", Control), ("abcd", UserDefined)).Names("abcdbc"));

    [Fact]
    public void Known_ends_of_turns_end_an_answer_and_count_as_control_tokens()
    {
        string[] ends = ["<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "<eos>", "<｜end▁of▁sentence｜>"];
        foreach (var end in ends)
        {
            var tokenizer = Byte((end, Vocabularies.Normal), ("<other>", Control));
            Assert.True(tokenizer.EndsGeneration(256), end);
            Assert.True(tokenizer.IsControl(256), end);
            Assert.True(tokenizer.BytesOf(256).IsEmpty, end);
            Assert.False(tokenizer.EndsGeneration(257));
        }
    }

    [Fact]
    public void The_files_own_ends_end_an_answer_too()
    {
        var file = Vocabularies.ByteLevel("gpt-2", [], ("<a>", Control), ("<b>", Control), ("<c>", Control), ("<d>", Control));
        (file.SpecialTokens["eos"], file.SpecialTokens["eot"], file.SpecialTokens["eom"]) = (256, 257, 258);
        var tokenizer = Vocabularies.Tokenizer(file);
        Assert.Equal([256, 257, 258], Enumerable.Range(0, tokenizer.VocabularySize).Where(tokenizer.EndsGeneration));
        Assert.Equal(256, tokenizer.EndOfText);
    }

    [Fact]
    public void In_harmony_end_is_part_of_an_answer()
    {
        var tokenizer = Byte(("<|end|>", Control), ("<|return|>", Control), ("<|call|>", Control), ("<|channel|>", Control));
        Assert.False(tokenizer.EndsGeneration(256));
        Assert.True(tokenizer.EndsGeneration(257));
        Assert.Equal("<|channel|>"u8, tokenizer.BytesOf(259));
    }

    [Fact]
    public void A_special_id_outside_of_the_vocabulary_leaves_the_default()
    {
        var file = Vocabularies.ByteLevel("gpt-2", []);
        (file.SpecialTokens["bos"], file.SpecialTokens["eos"]) = (99_999, -1);
        Assert.Equal((11, 11), (Vocabularies.Tokenizer(file).BeginOfText, Vocabularies.Tokenizer(file).EndOfText));
    }

    [Fact]
    public void Phi_3s_special_tokens_take_the_white_space_after_them()
    {
        var file = Vocabularies.SentencePiece(("▁", -1), ("x", -1));
        var tokens = file.Tokens.Zip(file.Types!, (text, type) => (System.Text.Encoding.UTF8.GetString(text), type));
        var phi = Vocabularies.With("llama", [.. tokens, ("<|user|>", Control)], scores: [.. file.Scores!, 0], name: "Phi-3 mini");
        Assert.Equal("<|user|>|▁|x", Vocabularies.Tokenizer(phi).Names("<|user|> \n\tx", parseSpecial: true));
        Assert.Equal("<s>|▁|▁|x", Vocabularies.Tokenizer(phi).Names("<s> x", parseSpecial: true));
        var other = Vocabularies.With("llama", [.. tokens, ("<|user|>", Control)], scores: [.. file.Scores!, 0], name: "Llama");
        Assert.Equal("<|user|>|▁|▁|x", Vocabularies.Tokenizer(other).Names("<|user|> x", parseSpecial: true));
    }

    [Fact]
    public void A_masks_white_space_before_it_is_its_own()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.ByteLevel("jina-v2-de", [], ("<mask>", Control)));
        Assert.Equal("a|<mask>|Ġ|b", tokenizer.Names("a  <mask> b", parseSpecial: true));
    }

    [Fact]
    public void Names_are_found_and_unknown_ones_and_ids_are_not()
    {
        var tokenizer = Byte(("<go>", Control));
        Assert.Equal(256, tokenizer.Find("<go>"));
        Assert.Null(tokenizer.Find("<gone>"));
        Assert.Null(tokenizer.NameOf(-1));
        Assert.Null(tokenizer.NameOf(257));
        Assert.True(tokenizer.BytesOf(257).IsEmpty);
        Assert.False(tokenizer.IsControl(-1));
    }

    private static Tokenizer Byte(params (string, int)[] special) => Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", [], special));
}
