namespace Signalbox.Sensitivity.Detectors;

/// <summary>Numbers that are part of a town's line: postcodes before and behind names, and the blocks of East Asian addresses.</summary>
internal static class Towns
{
    // Calgary, AB 12345; FPO AA 85844; 53-320 Wrocław; D-10115 Berlin; 1012 AB Amsterdam
    public static bool IsTown(in Passage passage, int start, int end)
    {
        var text = passage.Text;
        var isState = start >= 4 && text[start - 1] == ' ' && char.IsAsciiLetterUpper(text[start - 2]) && char.IsAsciiLetterUpper(text[start - 3]) && text[start - 4] is ' ';
        if (end - start == 5 && ((isState && start >= 5 && text[start - 5] is ',') || (passage.Before(start, 8) & WordClass.Military) != 0))
        {
            return true;
        }

        var isBeforeTown = end + 2 < text.Length && text[end] == ' ' && char.IsUpper(text[end + 1]) && char.IsLower(text[end + 2]);
        if (isBeforeTown && end - start is >= 2 and <= 6 && FollowsHouse(text, start))
        {
            return true;
        }

        if (isBeforeTown && start >= 3 && text[start - 1] == '-')
        {
            var isPolish = end - start == 3 && char.IsAsciiDigit(text[start - 2]) && char.IsAsciiDigit(text[start - 3]) && (start == 3 || !char.IsLetterOrDigit(text[start - 4]));
            var isWithCountry = end - start is 4 or 5 && char.IsAsciiLetterUpper(text[start - 2]) && (start == 2 || !char.IsLetterOrDigit(text[start - 3]) || char.IsAsciiLetterUpper(text[start - 3]));
            return isPolish || isWithCountry;
        }

        return end - start == 4 && end + 5 < text.Length && text[end] == ' ' && char.IsAsciiLetterUpper(text[end + 1]) && char.IsAsciiLetterUpper(text[end + 2])
            && text[end + 3] == ' ' && char.IsUpper(text[end + 4]) && char.IsLower(text[end + 5]) && text[(end + 1)..(end + 3)] is not ("AD" or "BC" or "CE" or "AM" or "PM" or "US");
    }

    // "Mauspfad 886\n93425 Adrianstadt", "9629 Dickinson, 14281 Eldastad": a line or part before, with a name and a number at one of its ends.
    private static bool FollowsHouse(ReadOnlySpan<char> text, int start)
    {
        // The postcode may have a part before this one: 713 24, 14281-6663.
        var end = start;
        while (end > 0 && start - end < 8 && (char.IsAsciiDigit(text[end - 1]) || text[end - 1] is ' ' or '-'))
        {
            end--;
        }

        if (end < 8 || text[end - 1] is not ('\n' or ','))
        {
            return false;
        }

        var line = text[Math.Max(0, end - 60)..(end - 1)].TrimEnd(" ,\r");
        line = line[(line.LastIndexOf('\n') + 1)..];
        if (line.Length < 5 || line.ContainsAny("=;([") || !HasCapital(line))
        {
            return false;
        }

        var tail = line.Length - 1;
        tail -= char.IsAsciiLetter(line[tail]) && char.IsAsciiDigit(line[tail - 1]) ? 1 : 0;
        if (char.IsAsciiDigit(line[tail]))
        {
            var digits = tail;
            while (digits >= 0 && (char.IsAsciiDigit(line[digits]) || line[digits] is '/' or '-'))
            {
                digits--;
            }

            return tail - digits <= 7 && digits > 2 && line[digits] is ' ' or '.' && (char.IsLetter(line[digits - 1]) || line[digits - 1] is ',' or '.');
        }

        return end - 1 - line.Length >= 0 && char.IsAsciiDigit(line[0]) && char.IsLetter(line[^1]) && line.Length < 45 && text[end - 1] == '\n' && line.IndexOf(' ') is > 0 and < 7
            && !line.Contains('.');
    }

    private static bool HasCapital(ReadOnlySpan<char> line)
    {
        foreach (var c in line)
        {
            if (char.IsUpper(c))
            {
                return true;
            }
        }

        return false;
    }

    // 1丁目, 路123号, 〒100-0001
    public static bool IsEastern(ReadOnlySpan<char> text, int start, int end)
    {
        var after = end < text.Length ? text[end] : '\0';
        var before = start > 0 ? text[start - 1] : '\0';
        return before == '〒' || (before is '路' or '街' or '道' or '巷' or '弄' && after is '号' or '號' or '弄')
            || text[end..].StartsWith("丁目") || text[end..].StartsWith("番地") || (before is '로' or '길' || (before == ' ' && start > 1 && text[start - 2] is '로' or '길'));
    }
}
