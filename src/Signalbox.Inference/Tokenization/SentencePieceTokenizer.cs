using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Signalbox.Inference.Tokenization;

/// <summary>
/// SentencePiece-style byte-pair encoding (<c>llama</c>: Llama 2, TinyLlama, Mistral, Phi-3, Gemma): spaces become U+2581, characters merge
/// by the score of what they become, and what is no token at the end is spelled in byte tokens.
/// </summary>
internal sealed class SentencePieceTokenizer : VocabularyTokenizer
{
    private static readonly Dictionary<string, int> Defaults = new() { ["bos"] = 1, ["eos"] = 2, ["unknown"] = 0 };

    private readonly ScoreMerges _merges;
    private readonly int[] _byteTokens = new int[256];
    private readonly bool _addsEndOfText;

    private SentencePieceTokenizer(Vocabulary vocabulary, VocabularyFile file)
        : base(vocabulary, new(vocabulary, TokenPieces.DecodeSpaces))
    {
        AddsBeginOfText = file.Switches.GetValueOrDefault("add_bos_token", true);
        StartsWithSpace = file.Switches.GetValueOrDefault("add_space_prefix", true);
        _addsEndOfText = file.Switches.GetValueOrDefault("add_eos_token", false);
        _merges = new(vocabulary);
        for (var value = 0; value < 256; value++)
        {
            var token = vocabulary.Find(Encoding.ASCII.GetBytes($"<0x{value:X2}>"));
            _byteTokens[value] = token >= 0 ? token : vocabulary.Find([(byte)value]);
        }
    }

    public override bool AddsBeginOfText { get; }

    public override bool StartsWithSpace { get; }

    protected override int? Closing => _addsEndOfText ? EndOfText : null;

    public static bool TryBuild(VocabularyFile file, [NotNullWhen(true)] out Tokenizer? tokenizer, [NotNullWhen(false)] out EngineFault? fault)
    {
        tokenizer = Vocabulary.TryCreate(file, Defaults, out var vocabulary, out fault) ? new SentencePieceTokenizer(vocabulary, file) : null;
        return tokenizer is not null;
    }

    protected override void EncodeText(ReadOnlySpan<byte> text, bool afterSpecial, List<int> tokens)
    {
        var escaped = ArrayPool<byte>.Shared.Rent((text.Length + 1) * 3);
        var symbols = ArrayPool<MergeSymbol>.Shared.Rent(text.Length + 1);
        try
        {
            var length = Escape(text, afterSpecial && StartsWithSpace, escaped);
            var rule = new ScoreRule(escaped, _merges);
            var count = Split(escaped.AsSpan(0, length), symbols);
            for (var start = 0; start < count;)
            {
                var end = _merges.SegmentEnd(symbols.AsSpan(0, count), start);
                var segment = symbols.AsSpan(start, end - start);
                foreach (var symbol in segment[..PairMerger.Merge(ref rule, segment)])
                {
                    Append(escaped.AsSpan(symbol.Start, symbol.Length), symbol.Piece, tokens);
                }

                start = end;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(escaped);
            ArrayPool<MergeSymbol>.Shared.Return(symbols);
        }
    }

    private static int Escape(ReadOnlySpan<byte> text, bool startWithSpace, Span<byte> escaped)
    {
        var length = 0;
        if (startWithSpace)
        {
            "\u2581"u8.CopyTo(escaped);
            length = 3;
        }

        foreach (var value in text)
        {
            if (value == ' ')
            {
                "\u2581"u8.CopyTo(escaped[length..]);
                length += 3;
            }
            else
            {
                escaped[length++] = value;
            }
        }

        return length;
    }

    private int Split(ReadOnlySpan<byte> text, Span<MergeSymbol> symbols)
    {
        var count = 0;
        for (var start = 0; start < text.Length;)
        {
            var length = ScoreMerges.CharacterLength(text[start..]);
            symbols[count++] = _merges.Character(text, start, length);
            start += length;
        }

        return count;
    }

    private void Append(ReadOnlySpan<byte> text, int token, List<int> tokens)
    {
        if (token >= 0)
        {
            tokens.Add(token);
            return;
        }

        foreach (var value in text)
        {
            // A vocabulary without byte tokens says that it does not know the byte.
            if ((_byteTokens[value] >= 0 ? _byteTokens[value] : Vocabulary.Special("unknown")) is { } known)
            {
                tokens.Add(known);
            }
        }
    }

    private readonly struct ScoreRule(byte[] text, ScoreMerges merges) : IPairRule
    {
        public bool TryMerge(in MergeSymbol left, in MergeSymbol right, out uint rank, out int piece) =>
            merges.TryMerge(text, left, right, out rank, out piece);
    }
}
