using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Tokenization;

public sealed class WordPieceTokenizerTests
{
    private static readonly string[] Pieces = ["▁un", "aff", "able", "▁a", "▁!", "▁'", "▁中", "▁文", "▁é", "▁cafe", "▁café", "▁i", "▁ᄒ", "▁$", "▁x", "$", "▁豈"];

    [Theory]
    [InlineData("unaffable", "▁un|aff|able")]
    [InlineData("UNaffable A", "▁un|aff|able|▁a")]
    [InlineData("a!a", "▁a|▁!|▁a")]
    [InlineData("中文a", "▁中|▁文|▁a")]
    [InlineData("Café", "▁cafe")]
    [InlineData("cafe\u0301", "▁cafe")]
    [InlineData("a\u200Ba", "[UNK]")]
    [InlineData("a\0\uFFFD\u200B", "▁a")]
    [InlineData("unx", "[UNK]")]
    [InlineData("a qqq a", "▁a|[UNK]|▁a")]
    [InlineData("한", "▁ᄒ")]
    [InlineData("\uF900", "▁豈")]
    [InlineData("x$x", "▁x|▁$|▁x")]
    [InlineData("a\u0085a\u3000a", "▁a|▁a|▁a")]
    [InlineData("İ", "▁i")]
    public void Words_are_spelled_by_their_longest_pieces(string text, string names) => Assert.Equal(names, Vocabularies.Tokenizer(Vocabularies.WordPiece(Pieces)).Names(text));

    [Fact]
    public void Texts_stand_between_their_marks() =>
        Assert.Equal("[CLS]|▁a|[SEP]", Vocabularies.Tokenizer(Vocabularies.WordPiece(Pieces)).Names("a", addSpecial: true));

    [Fact]
    public void Case_and_accents_can_be_kept()
    {
        var file = Vocabularies.WordPiece(Pieces);
        file.Switches["normalizer.lowercase"] = false;
        Assert.Equal("▁café|[UNK]", Vocabularies.Tokenizer(file).Names("café A"));
        file.Switches["normalizer.lowercase"] = true;
        file.Switches["normalizer.strip_accents"] = false;
        Assert.Equal("▁café|▁a", Vocabularies.Tokenizer(file).Names("CAFÉ A"));
    }

    [Fact]
    public void A_long_word_takes_time_by_its_length()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.WordPiece([.. Pieces, .. Enumerable.Range(1, 60).Select(length => new string('b', length))]));
        Assert.Equal("[UNK]", tokenizer.Names(new string('b', 1 << 20)));
        Assert.Equal(1 + ((1 << 20) + 59) / 60, tokenizer.Tokens("un" + new string('b', 1 << 20)).Count);
    }
}
