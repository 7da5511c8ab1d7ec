using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Tokenization;

public sealed class StreamingDetokenizerTests
{
    [Fact]
    public void A_character_whose_bytes_are_spread_over_tokens_is_held_until_it_is_whole()
    {
        var detokenizer = new StreamingDetokenizer(Bytes());
        Assert.Equal(["a", "", "", "", "😀", "b"], "a😀b"u8.ToArray().Select(value => detokenizer.Append(Token(value))));
        Assert.Equal("", detokenizer.Flush());
    }

    [Fact]
    public void A_character_that_is_never_completed_becomes_the_replacement_character()
    {
        var detokenizer = new StreamingDetokenizer(Bytes());
        Assert.Equal("", detokenizer.Append(Token(0xF0)));
        Assert.Equal("", detokenizer.Append(Token(0x9F)));
        Assert.Equal("\uFFFD", detokenizer.Flush());
        Assert.Equal("", detokenizer.Flush());
    }

    [Fact]
    public void A_byte_that_cannot_go_on_the_character_ends_it()
    {
        var detokenizer = new StreamingDetokenizer(Bytes());
        Assert.Equal("", detokenizer.Append(Token(0xE4)));
        Assert.Equal("\uFFFDa", detokenizer.Append(Token((byte)'a')));
        Assert.Equal("\uFFFD", detokenizer.Append(Token(0x80)));
        Assert.Equal("\uFFFD", detokenizer.Append(Token(0xFF)));
    }

    [Fact]
    public void Control_tokens_have_no_text_and_do_not_break_a_character()
    {
        var detokenizer = new StreamingDetokenizer(Bytes());
        Assert.Equal("", detokenizer.Append(Token(0xC3)));
        Assert.Equal("", detokenizer.Append(1));
        Assert.Equal("é", detokenizer.Append(Token(0xA9)));
    }

    [Fact]
    public void Whatever_the_tokens_the_stream_is_the_text_of_all_bytes()
    {
        var tokenizer = Bytes();
        var random = new Random(11);
        byte[] likely = [0x20, 0x41, 0x80, 0x9F, 0xBF, 0xC0, 0xC3, 0xE0, 0xE4, 0xED, 0xF0, 0xF4, 0xF5, 0xFF];
        for (var i = 0; i < 3000; i++)
        {
            var bytes = Enumerable.Range(0, random.Next(1, 12)).Select(_ => likely[random.Next(likely.Length)]).ToArray();
            bytes[0] = (byte)'x';
            Assert.Equal(System.Text.Encoding.UTF8.GetString(bytes), tokenizer.Text(bytes.Select(Token)));
        }
    }

    [Fact]
    public void Tokens_that_are_whole_characters_cost_no_memory_the_second_time()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", []));
        Assert.Same(new StreamingDetokenizer(tokenizer).Append('q'), new StreamingDetokenizer(tokenizer).Append('q'));
    }

    private static int Token(byte value) => 3 + value;

    private static Tokenizer Bytes() => Vocabularies.Tokenizer(Vocabularies.SentencePiece());
}
