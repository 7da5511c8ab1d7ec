using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Sensitivity.Injection;

/// <summary>The blanks of a text one after the other, found sixteen signs at a time: runs are short, and a search for each would begin anew.</summary>
internal ref struct BlankScan(ReadOnlySpan<char> text)
{
    private const int BlockLength = 16;

    private readonly ReadOnlySpan<char> _text = text;
    private int _read;
    private uint _blanks;

    /// <summary>Where the next blank is: a space, a tab or a line feed. The text's length after the last one.</summary>
    public int Next()
    {
        while (_blanks == 0)
        {
            if (_read >= _text.Length)
            {
                return _text.Length;
            }

            _blanks = _text.Length - _read >= BlockLength ? Block(_text.Slice(_read, BlockLength)) : Rest(_text[_read..]);
            _read += BlockLength;
        }

        var at = _read - BlockLength + BitOperations.TrailingZeroCount(_blanks);
        _blanks &= _blanks - 1;
        return at;
    }

    private static uint Block(ReadOnlySpan<char> block)
    {
        var signs = Vector256.Create(MemoryMarshal.Cast<char, ushort>(block));
        return (Vector256.Equals(signs, Vector256.Create((ushort)' ')) | Vector256.Equals(signs, Vector256.Create((ushort)'\n')) | Vector256.Equals(signs, Vector256.Create((ushort)'\t')))
            .ExtractMostSignificantBits();
    }

    private static uint Rest(ReadOnlySpan<char> rest)
    {
        var blanks = 0u;
        for (var i = 0; i < rest.Length; i++)
        {
            blanks |= rest[i] is ' ' or '\n' or '\t' ? 1u << i : 0;
        }

        return blanks;
    }
}
