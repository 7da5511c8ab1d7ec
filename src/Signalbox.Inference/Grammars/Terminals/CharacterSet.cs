namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>A set of code points as sorted ranges that neither overlap nor touch. Immutable.</summary>
internal sealed class CharacterSet
{
    private readonly (int Low, int High)[] _ranges;

    private CharacterSet((int Low, int High)[] ranges) => _ranges = ranges;

    public IReadOnlyList<(int Low, int High)> Ranges => _ranges;

    /// <summary>
    /// Every character that a string with a pattern may have: no control characters but those with a short escape, no surrogates, nothing above U+FFFF
    /// (engines of regular expressions disagree on whether that is one character or two).
    /// </summary>
    public static CharacterSet All { get; } = Of(('\b', '\n'), ('\f', '\r'), (' ', '~'), (0xA0, 0xD7FF), (0xE000, 0xFFFD));

    /// <summary>What is used where engines disagree beyond ASCII.</summary>
    public static CharacterSet Ascii { get; } = Of(('\b', '\n'), ('\f', '\r'), (' ', '~'));

    /// <summary>What a dot stands for.</summary>
    public static CharacterSet Dot { get; } = All.Except(Of(('\n', '\n'), ('\r', '\r'), (0x85, 0x85), (0x2028, 0x2029)));

    public static CharacterSet Digits { get; } = Of(('0', '9'));

    public static CharacterSet Word { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    public static CharacterSet Space { get; } = Of(('\t', '\n'), ('\f', '\r'), (' ', ' '));

    /// <summary>Beyond ASCII: what some engine takes for a space.</summary>
    public static CharacterSet WideSpace { get; } =
        Of((0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>Outside of ASCII, only where engines agree that it is no space.</summary>
    public static CharacterSet AgreedOnSpace { get; } = All.Except(WideSpace);

    public static CharacterSet NoDigits { get; } = Ascii.Except(Digits);

    public static CharacterSet NoWord { get; } = Ascii.Except(Word);

    public static CharacterSet NoSpace { get; } = All.Except(Space).Except(WideSpace).Except(Of((0, 0x1F)));

    /// <summary>One character, or nothing where it is not of <see cref="All"/>.</summary>
    public static CharacterSet Single(int character) =>
        new(Array.Exists(All._ranges, range => character >= range.Low && character <= range.High) ? [(character, character)] : []);

    public static CharacterSet Of(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted);
        var merged = new List<(int Low, int High)>();
        foreach (var (low, high) in sorted)
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            }
            else
            {
                merged.Add((low, high));
            }
        }

        return new CharacterSet([.. merged]);
    }

    public CharacterSet Union(CharacterSet other) => Of([.. _ranges, .. other._ranges]);

    public CharacterSet Intersect(CharacterSet other)
    {
        var shared = new List<(int, int)>();
        foreach (var (low, high) in _ranges)
        {
            foreach (var (otherLow, otherHigh) in other._ranges)
            {
                if (Math.Max(low, otherLow) <= Math.Min(high, otherHigh))
                {
                    shared.Add((Math.Max(low, otherLow), Math.Min(high, otherHigh)));
                }
            }
        }

        return Of([.. shared]);
    }

    public CharacterSet Except(CharacterSet other)
    {
        var left = new List<(int, int)>();
        var from = 0;
        foreach (var (low, high) in other._ranges)
        {
            if (from < low)
            {
                left.Add((from, low - 1));
            }

            from = high + 1;
        }

        left.Add((from, 0x10FFFF));
        return Intersect(Of([.. left]));
    }
}
