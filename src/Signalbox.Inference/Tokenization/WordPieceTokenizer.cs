using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Signalbox.Inference.Tokenization.PreTokenization;

namespace Signalbox.Inference.Tokenization;

/// <summary>
/// WordPiece (<c>bert</c>): lower case without accents, words at white space, punctuation and Chinese characters, and in each word the longest
/// token first. Files write the beginning of a word as U+2581 and its continuations bare (BERT's own vocabularies: bare and <c>##</c>).
/// </summary>
internal sealed class WordPieceTokenizer : VocabularyTokenizer
{
    private static readonly Dictionary<string, int> Defaults = new() { ["bos"] = 101, ["unknown"] = 100, ["seperator"] = 102, ["padding"] = 0, ["mask"] = 103 };

    private readonly PieceTrie _pieces;
    private readonly bool _lowerCase;
    private readonly bool _stripAccents;

    private WordPieceTokenizer(Vocabulary vocabulary, VocabularyFile file)
        : base(vocabulary, new(vocabulary, TokenPieces.DecodeSpaces))
    {
        _pieces = new(vocabulary);
        _lowerCase = file.Switches.GetValueOrDefault("normalizer.lowercase", true);
        _stripAccents = file.Switches.GetValueOrDefault("normalizer.strip_accents", _lowerCase);
    }

    /// <summary>Always: an encoder's texts stand between [CLS] and [SEP].</summary>
    public override bool AddsBeginOfText => true;

    protected override int? Closing => Vocabulary.Special("seperator");

    public static bool TryBuild(VocabularyFile file, [NotNullWhen(true)] out Tokenizer? tokenizer, [NotNullWhen(false)] out EngineFault? fault)
    {
        tokenizer = Vocabulary.TryCreate(file, Defaults, out var vocabulary, out fault) ? new WordPieceTokenizer(vocabulary, file) : null;
        return tokenizer is not null;
    }

    protected override void EncodeText(ReadOnlySpan<byte> text, bool afterSpecial, List<int> tokens)
    {
        // A character's lower case and its base take at most one byte more than itself.
        var word = new ArrayBufferWriter<byte>(64);
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var used);
            text = text[used..];
            Take(rune.Value, word, tokens);
        }

        EndWord(word, tokens);
    }

    private void Take(int codePoint, ArrayBufferWriter<byte> word, List<int> tokens)
    {
        codePoint = _stripAccents ? Decomposition.FirstOf(codePoint) : codePoint;
        var found = CharacterClasses.Of(codePoint);
        if (found == CharacterClass.Space)
        {
            EndWord(word, tokens);
            return;
        }

        if (codePoint is 0 or 0xFFFD || found == CharacterClass.Control || (_stripAccents && found == CharacterClass.Mark))
        {
            return;
        }

        var alone = found == CharacterClass.Punctuation || (codePoint < 0x7F && found == CharacterClass.Symbol) || IsChinese(codePoint);
        if (alone)
        {
            EndWord(word, tokens);
        }

        var rune = new Rune(_lowerCase ? CharacterClasses.ToLower(codePoint) : codePoint);
        word.Advance(rune.EncodeToUtf8(word.GetSpan(4)));
        if (alone)
        {
            EndWord(word, tokens);
        }
    }

    private void EndWord(ArrayBufferWriter<byte> word, List<int> tokens)
    {
        if (word.WrittenCount == 0)
        {
            return;
        }

        var before = tokens.Count;
        if (!_pieces.TrySpell(word.WrittenSpan, tokens))
        {
            tokens.RemoveRange(before, tokens.Count - before);
            if (Vocabulary.Special("unknown") is { } unknown)
            {
                tokens.Add(unknown);
            }
        }

        word.ResetWrittenCount();
    }

    /// <summary>As BERT's own tokenizer has it, with the first of extension E that its Rust version has.</summary>
    private static bool IsChinese(int codePoint) => codePoint is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
