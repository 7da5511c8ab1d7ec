using System.Runtime.CompilerServices;

namespace Signalbox.Inference.Tokenization;

/// <summary>
/// Which tokens of a scored vocabulary merge, worked out once: every way to cut a token into two tokens. And which characters are never
/// neighbours inside a token, so that a text can be cut between them before anything merges.
/// </summary>
internal sealed class ScoreMerges
{
    /// <summary>Longer tokens are looked up by their text: cutting a text everywhere takes the square of its length.</summary>
    private const int LongestCut = 256;

    private readonly Vocabulary _vocabulary;
    private readonly PairTable _pairs;
    private readonly PairTable _neighbours;
    private readonly int[] _ascii = new int[128];

    public ScoreMerges(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _pairs = new(vocabulary.Count * 2);
        _neighbours = new(vocabulary.Count);
        for (var value = 0; value < 128; value++)
        {
            _ascii[value] = vocabulary.Find([(byte)value]);
        }

        for (var id = 0; id < vocabulary.Count; id++)
        {
            // Of two tokens with one text, the text stands for the last.
            if (vocabulary.Find(vocabulary.Texts[id]) == id)
            {
                Add(vocabulary.Texts[id], id);
            }
        }
    }

    /// <summary>How many bytes a character takes by its first; at most those that are there.</summary>
    public static int CharacterLength(ReadOnlySpan<byte> text) =>
        Math.Min(text.Length, text[0] switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 });

    public MergeSymbol Character(ReadOnlySpan<byte> text, int start, int length)
    {
        var character = text.Slice(start, length);
        return new()
        {
            Start = start,
            Length = length,
            Character = Number(character),
            Piece = character[0] < 128 ? _ascii[character[0]] : _vocabulary.Find(character),
        };
    }

    /// <summary>Where the stretch that begins at a symbol ends: no token crosses it.</summary>
    public int SegmentEnd(ReadOnlySpan<MergeSymbol> symbols, int start)
    {
        var end = start + 1;
        while (end < symbols.Length && _neighbours.TryGet(symbols[end - 1].Character, symbols[end].Character, out _, out _))
        {
            end++;
        }

        return end;
    }

    /// <summary>What two neighbours of a text become.</summary>
    public bool TryMerge(ReadOnlySpan<byte> text, in MergeSymbol left, in MergeSymbol right, out uint rank, out int token)
    {
        var length = left.Length + right.Length;
        if (left.Piece >= 0 && right.Piece >= 0 && length <= LongestCut)
        {
            return _pairs.TryGet(left.Piece, right.Piece, out rank, out token);
        }

        // A character that is no token can still be part of one.
        token = _vocabulary.Find(text.Slice(left.Start, length));
        rank = token >= 0 ? RankOf(token) : 0;
        return token >= 0;
    }

    /// <summary>Higher scores first, as numbers that rise; -0 counts as 0.</summary>
    private uint RankOf(int token)
    {
        var bits = BitConverter.SingleToUInt32Bits((_vocabulary.Scores?[token] ?? 0) + 0f);
        return (bits & 0x80000000) != 0 ? bits : ~bits & 0x7FFFFFFF;
    }

    /// <summary>The bytes of a character as one number.</summary>
    private static int Number(ReadOnlySpan<byte> character)
    {
        var number = 0;
        foreach (var value in character)
        {
            number = (number << 8) | value;
        }

        return number;
    }

    // Runs for every token while a model is opened, so the slow first code would be most of it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(ReadOnlySpan<byte> text, int id)
    {
        var previous = text[..CharacterLength(text)];
        for (var at = previous.Length; at < text.Length;)
        {
            var character = text.Slice(at, CharacterLength(text[at..]));
            _neighbours.TryAdd(Number(previous), Number(character), 0, 0);
            if (text.Length <= LongestCut && _vocabulary.Find(text[..at]) is >= 0 and var left && _vocabulary.Find(text[at..]) is >= 0 and var right)
            {
                _pairs.TryAdd(left, right, RankOf(id), id);
            }

            previous = character;
            at += character.Length;
        }
    }
}
