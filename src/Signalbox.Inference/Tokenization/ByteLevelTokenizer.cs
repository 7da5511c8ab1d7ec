using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Tokenization.PreTokenization;

namespace Signalbox.Inference.Tokenization;

/// <summary>
/// Byte-level byte-pair encoding (<c>gpt2</c>: Llama 3, Qwen, Mistral's tekken, ...): text is split into words by the model's rule,
/// and the bytes of each word merge by rank.
/// </summary>
internal sealed class ByteLevelTokenizer : VocabularyTokenizer
{
    /// <summary>Words up to this length are merged by looking at all pairs again and again, which beats a heap.</summary>
    private const int ShortWord = 48;

    private static readonly Dictionary<string, int> Defaults = new() { ["bos"] = 11, ["eos"] = 11 };

    private readonly MergeTable _merges;
    private readonly PreTokenizer _preTokenizer;
    private readonly bool _addsEndOfText;

    private ByteLevelTokenizer(Vocabulary vocabulary, VocabularyFile file, byte[][] merges, PreTokenizer preTokenizer)
        : base(vocabulary, new(vocabulary, ByteAlphabet.Decode))
    {
        _merges = new(vocabulary, merges);
        _preTokenizer = preTokenizer;
        AddsBeginOfText = file.Switches.GetValueOrDefault("add_bos_token", preTokenizer.AddsBeginOfText);
        _addsEndOfText = file.Switches.GetValueOrDefault("add_eos_token", false);
    }

    public override bool AddsBeginOfText { get; }

    protected override int? Closing => _addsEndOfText ? EndOfText : null;

    public static bool TryBuild(VocabularyFile file, [NotNullWhen(true)] out Tokenizer? tokenizer, [NotNullWhen(false)] out EngineFault? fault)
    {
        tokenizer = null;
        if (file.Merges is not { } merges)
        {
            fault = new(EngineFaultKind.InvalidFile, "The file has no merges (tokenizer.ggml.merges is missing): convert the model again with its tokenizer.");
            return false;
        }

        if (!PreTokenizer.TryCreate(file.Pre, out var preTokenizer, out fault))
        {
            return false;
        }

        var defaults = preTokenizer.HasDefaultBeginOfText ? Defaults : Defaults.Where(pair => pair.Key != "bos").ToDictionary();
        if (!Vocabulary.TryCreate(file, defaults, out var vocabulary, out fault))
        {
            return false;
        }

        tokenizer = new ByteLevelTokenizer(vocabulary, file, merges, preTokenizer);
        return true;
    }

    protected override void EncodeText(ReadOnlySpan<byte> text, bool afterSpecial, List<int> tokens)
    {
        using var words = _preTokenizer.Split(text);
        while (words.MoveNext())
        {
            EncodeWord(words.Current, tokens);
        }
    }

    private void EncodeWord(ReadOnlySpan<byte> word, List<int> tokens)
    {
        if (_preTokenizer.PrefersWholeWords && word.Length <= Vocabulary.LongestText && WholeWord(word) is >= 0 and var token)
        {
            tokens.Add(token);
        }
        else if (word.Length <= ShortWord)
        {
            MergeShort(word, tokens);
        }
        else
        {
            MergeLong(word, tokens);
        }
    }

    private int WholeWord(ReadOnlySpan<byte> word)
    {
        var rented = ArrayPool<byte>.Shared.Rent(word.Length * 2);
        var length = 0;
        foreach (var value in word)
        {
            length += ByteAlphabet.Encode(value, rented.AsSpan(length));
        }

        var token = Vocabulary.Find(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return token;
    }

    private void MergeShort(ReadOnlySpan<byte> word, List<int> tokens)
    {
        Span<int> pieces = stackalloc int[ShortWord];
        Span<int> ranks = stackalloc int[ShortWord];
        Span<int> merged = stackalloc int[ShortWord];
        var count = word.Length;
        for (var i = 0; i < count; i++)
        {
            pieces[i] = _merges.Bytes[word[i]];
        }

        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = _merges.TryMerge(pieces[i], pieces[i + 1], out var rank, out merged[i]) ? rank : int.MaxValue;
        }

        while (count > 1 && BestPair(ranks[..(count - 1)]) is >= 0 and var best)
        {
            pieces[best] = merged[best];
            pieces[(best + 2)..count].CopyTo(pieces[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            merged[(best + 1)..(count - 1)].CopyTo(merged[best..]);
            count--;
            for (var i = Math.Max(0, best - 1); i <= best && i + 1 < count; i++)
            {
                ranks[i] = _merges.TryMerge(pieces[i], pieces[i + 1], out var rank, out merged[i]) ? rank : int.MaxValue;
            }
        }

        foreach (var piece in pieces[..count])
        {
            _merges.AppendTokens(piece, tokens);
        }
    }

    private static int BestPair(ReadOnlySpan<int> ranks)
    {
        var (best, at) = (int.MaxValue, -1);
        for (var i = 0; i < ranks.Length; i++)
        {
            if (ranks[i] < best)
            {
                (best, at) = (ranks[i], i);
            }
        }

        return at;
    }

    private void MergeLong(ReadOnlySpan<byte> word, List<int> tokens)
    {
        var symbols = ArrayPool<MergeSymbol>.Shared.Rent(word.Length);
        try
        {
            for (var i = 0; i < word.Length; i++)
            {
                symbols[i] = new() { Start = i, Length = 1, Piece = _merges.Bytes[word[i]] };
            }

            var rule = new RankRule(_merges);
            PairMerger.Merge(ref rule, symbols.AsSpan(0, word.Length));
            for (var i = 0; i >= 0; i = symbols[i].Next)
            {
                _merges.AppendTokens(symbols[i].Piece, tokens);
            }
        }
        finally
        {
            ArrayPool<MergeSymbol>.Shared.Return(symbols);
        }
    }

    private readonly struct RankRule(MergeTable merges) : IPairRule
    {
        public bool TryMerge(in MergeSymbol left, in MergeSymbol right, out uint rank, out int piece)
        {
            var found = merges.TryMerge(left.Piece, right.Piece, out var order, out piece);
            rank = (uint)order;
            return found;
        }
    }
}
