using System.Diagnostics;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Tokenization;

public sealed class SentencePieceTokenizerTests
{
    private static readonly (string, float)[] Pieces = [("▁", -9), ("a", -9), ("b", -9), ("c", -9), ("ab", -2), ("bc", -1), ("▁a", -3), ("▁ab", -4), ("é", -9), ("▁▁", -5)];

    [Fact]
    public void The_pair_of_highest_score_merges_first() => Assert.Equal("▁a|bc", Vocabularies.Tokenizer(Vocabularies.SentencePiece(Pieces)).Names("abc"));

    [Fact]
    public void Of_equal_scores_the_leftmost_merges_first() =>
        Assert.Equal("▁|aa|a", Vocabularies.Tokenizer(Vocabularies.SentencePiece(("▁", -1), ("a", -1), ("aa", -1))).Names("aaa"));

    [Fact]
    public void Minus_nought_is_no_lower_than_nought() =>
        Assert.Equal("▁|ab|c", Vocabularies.Tokenizer(Vocabularies.SentencePiece(("▁", -1), ("a", -1), ("b", -1), ("c", -1), ("ab", -0f), ("bc", 0))).Names("abc"));

    [Fact]
    public void A_character_that_is_no_token_is_spelled_in_byte_tokens() =>
        Assert.Equal("▁a|<0xE4>|<0xB8>|<0xAD>|é", Vocabularies.Tokenizer(Vocabularies.SentencePiece(Pieces)).Names("a中é"));

    [Fact]
    public void A_vocabulary_without_byte_tokens_says_unknown() =>
        Assert.Equal("▁|<unk>|<unk>|a", Vocabularies.Tokenizer(Vocabularies.With("llama", [("<unk>", 2), ("▁", 1), ("a", 1)])).Names("éa"));

    [Fact]
    public void A_space_comes_before_the_text_and_after_special_tokens()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.SentencePiece(Pieces));
        Assert.Equal("<s>|▁a|</s>|▁|b", tokenizer.Names("a</s>b", parseSpecial: true, addSpecial: true));
    }

    [Fact]
    public void The_space_and_begin_of_text_can_be_switched_off_and_end_of_text_on()
    {
        var file = Vocabularies.SentencePiece(Pieces);
        file.Switches["add_space_prefix"] = false;
        file.Switches["add_bos_token"] = false;
        file.Switches["add_eos_token"] = true;
        var tokenizer = Vocabularies.Tokenizer(file);
        Assert.Equal("ab|</s>", tokenizer.Names("ab", addSpecial: true));
        Assert.Equal(" ab", tokenizer.Text(tokenizer.Tokens(" ab")));
    }

    [Fact]
    public void No_text_has_no_tokens()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.SentencePiece(Pieces));
        Assert.Equal("", tokenizer.Names(""));
        Assert.Equal("<s>", tokenizer.Names("", addSpecial: true));
    }

    [Fact]
    public void Only_the_space_that_encoding_added_is_dropped()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.SentencePiece(Pieces));
        Assert.Equal("a b", tokenizer.Text(tokenizer.Tokens("a b", addSpecial: true)));
        Assert.Equal("  a", tokenizer.Text(tokenizer.Tokens("  a", addSpecial: true)));
    }

    [Fact]
    public void A_token_text_ends_at_its_first_nul_and_an_empty_one_gets_a_name()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.With("llama", [("<unk>", 2), ("a\0b", 1), ("", 1), ("\0", 1)]));
        Assert.Equal("a,[EMPTY_2],[EMPTY_3]", string.Join(',', Enumerable.Range(1, 3).Select(tokenizer.NameOf)));
    }

    [Fact]
    public void A_megabyte_without_a_space_takes_seconds_not_hours()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.SentencePiece([.. Pieces, ("aa", -1), ("aaaa", -1), ("aaaaaaaa", -1)]));
        var watch = Stopwatch.StartNew();
        Assert.Equal(131073, tokenizer.Tokens(new('a', 1 << 20)).Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData("tokenizer.ggml.token_type")]
    [InlineData("tokenizer.ggml.scores")]
    public void Lists_that_are_too_short_are_refused(string key)
    {
        var file = Vocabularies.SentencePiece(Pieces);
        var damaged = Vocabularies.With("llama", [.. file.Tokens.Select(token => (System.Text.Encoding.UTF8.GetString(token), 1))], scores: key.EndsWith("scores") ? [0] : null);
        if (key.EndsWith("type"))
        {
            damaged = new() { Model = "llama", Tokens = file.Tokens, Types = [1] };
        }

        var fault = Vocabularies.Fault(damaged);
        Assert.Equal(EngineFaultKind.InvalidFile, fault.Kind);
        Assert.Contains(key, fault.Message);
    }
}
