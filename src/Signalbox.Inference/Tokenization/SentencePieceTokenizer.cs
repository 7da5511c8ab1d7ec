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

    private readonly uint[] _ranks;
    private readonly int[] _byteTokens = new int[256];
    private readonly bool _addsEndOfText;

    private SentencePieceTokenizer(Vocabulary vocabulary, VocabularyFile file)
        : base(vocabulary, new(vocabulary, TokenPieces.DecodeSpaces))
    {
        AddsBeginOfText = file.Switches.GetValueOrDefault("add_bos_token", true);
        StartsWithSpace = file.Switches.GetValueOrDefault("add_space_prefix", true);
        _addsEndOfText = file.Switches.GetValueOrDefault("add_eos_token", false);
        _ranks = [.. Enumerable.Range(0, vocabulary.Count).Select(id => Rank(vocabulary.Scores?[id] ?? 0))];
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
            var rule = new ScoreRule(escaped, Vocabulary, _ranks);
            var count = Split(escaped.AsSpan(0, length), symbols);
            PairMerger.Merge(ref rule, symbols.AsSpan(0, count));
            for (var i = 0; i >= 0; i = symbols[i].Next)
            {
                Append(escaped.AsSpan(symbols[i].Start, symbols[i].Length), symbols[i].Piece, tokens);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(escaped);
            ArrayPool<MergeSymbol>.Shared.Return(symbols);
        }
    }

    /// <summary>Higher scores first, as numbers that rise; -0 counts as 0.</summary>
    private static uint Rank(float score)
    {
        var bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return (bits & 0x80000000) != 0 ? bits : ~bits & 0x7FFFFFFF;
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
            var length = Math.Min(text.Length - start, text[start] switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 });
            symbols[count++] = new() { Start = start, Length = length, Piece = Vocabulary.Find(text.Slice(start, length)) };
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

    private readonly struct ScoreRule(byte[] text, Vocabulary vocabulary, uint[] ranks) : IPairRule
    {
        public bool TryMerge(in MergeSymbol left, in MergeSymbol right, out uint rank, out int piece)
        {
            piece = vocabulary.Find(text.AsSpan(left.Start, left.Length + right.Length));
            rank = piece >= 0 ? ranks[piece] : 0;
            return piece >= 0;
        }
    }
}
