namespace Signalbox.Sensitivity.Detectors;

/// <summary>Postcodes that mix letters and digits in a shape of their own.</summary>
internal static class Postcodes
{
    /// <summary>Looks at the first half of a British or Canadian postcode; returns where the second ends, or 0.</summary>
    public static int Match(ReadOnlySpan<char> text, int start, int end)
    {
        var first = text[start..end];
        if (first.Length is < 2 or > 4 || end + 4 > text.Length || text[end] != ' ' || (end + 4 < text.Length && char.IsLetterOrDigit(text[end + 4])))
        {
            return 0;
        }

        var second = text.Slice(end + 1, 3);
        return (IsBritish(first) && char.IsAsciiDigit(second[0]) && IsUpper(second[1]) && IsUpper(second[2]))
            || (first.Length == 3 && IsUpper(first[0]) && char.IsAsciiDigit(first[1]) && IsUpper(first[2])
                && char.IsAsciiDigit(second[0]) && IsUpper(second[1]) && char.IsAsciiDigit(second[2]))
            ? end + 4
            : 0;
    }

    private static bool IsBritish(ReadOnlySpan<char> first)
    {
        var letters = IsUpper(first[1]) ? 2 : 1;
        return IsUpper(first[0]) && first.Length > letters && char.IsAsciiDigit(first[letters])
            && (first.Length == letters + 1 || (first.Length == letters + 2 && char.IsAsciiLetterOrDigit(first[letters + 1])));
    }

    private static bool IsUpper(char c) => char.IsAsciiLetterUpper(c);
}
