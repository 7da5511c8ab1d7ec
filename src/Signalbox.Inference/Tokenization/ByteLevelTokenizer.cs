using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Signalbox.Inference.Tokenization.PreTokenization;

namespace Signalbox.Inference.Tokenization;

/// <summary>
/// Byte-level byte-pair encoding (<c>gpt2</c>: Llama 3, Qwen, Mistral's tekken, ...): text is split into words by the model's rule,
/// and the bytes of each word merge by rank.
/// </summary>
internal sealed class ByteLevelTokenizer : VocabularyTokenizer
{
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
        else
        {
            MergeBytes(word, tokens);
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

    [SkipLocalsInit]
    private void MergeBytes(ReadOnlySpan<byte> word, List<int> tokens)
    {
        var rented = word.Length > PairMerger.Few ? ArrayPool<MergeSymbol>.Shared.Rent(word.Length) : null;
        var symbols = rented is null ? stackalloc MergeSymbol[PairMerger.Few] : rented;
        symbols = symbols[..word.Length];
        for (var i = 0; i < word.Length; i++)
        {
            symbols[i] = new() { Start = i, Length = 1, Piece = _merges.Bytes[word[i]] };
        }

        var rule = new RankRule(_merges);
        foreach (var symbol in symbols[..PairMerger.Merge(ref rule, symbols)])
        {
            _merges.AppendTokens(symbol.Piece, tokens);
        }

        if (rented is not null)
        {
            ArrayPool<MergeSymbol>.Shared.Return(rented);
        }
    }

    private readonly struct RankRule(MergeTable merges) : IPairRule
    {
        public bool TryMerge(in MergeSymbol left, in MergeSymbol right, out uint rank, out int piece) =>
            merges.TryMerge(left.Piece, right.Piece, out rank, out piece);
    }
}
