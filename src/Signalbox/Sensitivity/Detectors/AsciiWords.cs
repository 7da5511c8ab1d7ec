using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Sensitivity.Detectors;

/// <summary>Walks over the words of a part of a text that is ASCII, and stops only where a known word may begin.</summary>
internal ref struct AsciiWords
{
    /// <summary>Bytes of the buffer that a walk needs.</summary>
    public const int Room = Longest + Block;

    private const int Longest = 512;
    private const int Block = 32;

    /// <summary>1 to 26 for a letter, whatever its case; 0 for any other sign and behind the end.</summary>
    private readonly ReadOnlySpan<byte> _letters;
    private int _read;
    private uint _starts;
    private bool _isInside;

    /// <param name="part">ASCII, from <see cref="Part"/>.</param>
    /// <param name="room">A buffer of <see cref="Room"/> bytes.</param>
    public AsciiWords(ReadOnlySpan<char> part, Span<byte> room)
    {
        Fold(MemoryMarshal.Cast<char, ushort>(part), room);
        room.Slice(part.Length, Math.Min(Block, room.Length - part.Length)).Clear();
        _letters = room[..(part.Length + Block)];
    }

    /// <summary>The beginning of a text up to the end of a word, as long as the buffer allows; more of a text without blanks.</summary>
    public static ReadOnlySpan<char> Part(ReadOnlySpan<char> text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }

        var end = Longest;
        while (end > 0 && Letters.Fold(text[end - 1]) != Letters.None)
        {
            end--;
        }

        return text[..(end > 0 ? end : Longest)];
    }

    /// <summary>Where the next word begins that may be known; -1 after the last.</summary>
    public int Next(WordBeginnings known)
    {
        while (true)
        {
            while (_starts != 0)
            {
                var start = _read - Block + BitOperations.TrailingZeroCount(_starts);
                _starts &= _starts - 1;
                if (known.MayBe(MemoryMarshal.Read<uint>(_letters[start..])))
                {
                    return start;
                }
            }

            if (_read > _letters.Length - Block)
            {
                return -1;
            }

            var letters = Vector256.GreaterThan(Vector256.Create(_letters.Slice(_read, Block)), Vector256<byte>.Zero).ExtractMostSignificantBits();
            _starts = letters & ~((letters << 1) | (_isInside ? 1u : 0));
            _isInside = letters >> (Block - 1) != 0;
            _read += Block;
        }
    }

    private static void Fold(ReadOnlySpan<ushort> signs, Span<byte> letters)
    {
        var i = 0;
        for (; i <= signs.Length - Block; i += Block)
        {
            var wide = signs.Slice(i, Block);
            var sign = Vector256.Narrow(Vector256.Create(wide), Vector256.Create(wide[Vector256<ushort>.Count..]));
            var place = (sign | Vector256.Create((byte)0x20)) - Vector256.Create((byte)('a' - 1));
            (place & Vector256.LessThanOrEqual(place - Vector256<byte>.One, Vector256.Create((byte)('z' - 'a')))).CopyTo(letters[i..]);
        }

        for (; i < signs.Length; i++)
        {
            var place = (signs[i] | 0x20) - ('a' - 1);
            letters[i] = (byte)(place is >= 1 and <= 26 ? place : 0);
        }
    }
}

/// <summary>The first four letters of the known words: a set of bits that is small enough to stay near, and has a few more than it should.</summary>
internal sealed class WordBeginnings
{
    private const int Letters4 = 4;
    private const int HashBits = 15;

    private readonly ulong[] _known = new ulong[(1 << HashBits) / 64];

    /// <summary>Adds a known word, or with <paramref name="isStem"/> all that begin like it.</summary>
    public void Add(ReadOnlySpan<char> word, bool isStem)
    {
        var (first, length) = (0u, 0);
        foreach (var c in word)
        {
            if (length < Letters4 && Letters.Fold(c) is var letter and > Letters.Mark)
            {
                if (letter is < 'a' or > 'z')
                {
                    // Such a word is found where the text is not ASCII.
                    return;
                }

                first |= (uint)(letter - 'a' + 1) << (8 * length++);
            }
        }

        Set(first);
        if (isStem)
        {
            SetLonger(first, length);
        }
    }

    /// <summary>Whether a known word may begin with these letters.</summary>
    /// <param name="next">The next four signs as 1 to 26 for a letter and 0 for another, the first in the lowest byte.</param>
    public bool MayBe(uint next)
    {
        // What comes behind the end of the word does not count.
        var ends = (next - 0x01010101) & ~next & 0x80808080;
        var place = Hash(next & (((ends & (0 - ends)) >> 7) - 1));
        return (_known[place / 64] >> (int)(place % 64) & 1) != 0;
    }

    private void SetLonger(uint first, int length)
    {
        for (var letter = 1u; letter <= 26 && length < Letters4; letter++)
        {
            var longer = first | letter << (8 * length);
            Set(longer);
            SetLonger(longer, length + 1);
        }
    }

    private void Set(uint letters)
    {
        var place = Hash(letters);
        _known[place / 64] |= 1UL << (int)(place % 64);
    }

    private static uint Hash(uint letters) => (letters * 0x9E3779B1) >> (32 - HashBits);
}
