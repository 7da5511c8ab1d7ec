namespace Signalbox.Sensitivity.Detectors;

/// <summary>
/// Telephone numbers. International ones, and national ones that are written like no other number, are found by their shape;
/// what could be anything is one where the words around it speak of calling.
/// </summary>
internal static class PhoneDetector
{
    private const int Reach = 48;
    private const int ReachAfter = 14;

    /// <summary>Looks for a telephone number at the beginning of the number; returns where it ends, or 0.</summary>
    public static int Match(in Passage passage, in NumberShape number)
    {
        for (var count = number.Groups.Length; count > 0; count--)
        {
            var part = count == number.Groups.Length ? number : number.First(passage.Text, count);
            if (part.Digits is >= 6 and <= 16 && !IsDateOrYears(passage, part) && IsPhone(passage, part))
            {
                return part.End;
            }

            if (part.Digits < 6)
            {
                break;
            }
        }

        return 0;
    }

    private static bool IsPhone(in Passage passage, in NumberShape part)
    {
        if (!IsFree(passage, part))
        {
            return false;
        }

        return IsInternational(part) || IsNational(passage, part) || IsSpokenOf(passage, part);
    }

    private static bool IsInternational(in NumberShape part)
    {
        if (part.HasPlus)
        {
            return part.Digits is >= 7 and <= 15 && (part.Groups.Length > 1 || part.Digits >= 9);
        }

        return false;
    }

    private static bool IsNational(in Passage passage, in NumberShape part)
    {
        var text = passage.Text;
        var groups = part.Groups;
        if (groups.Length == 1 || part.Digits is < 7 or > 16)
        {
            return false;
        }

        // (030) 1234567, (555) 123-4567
        if (part.IsOpen && groups[1].Separator is ')' or NumberShape.Mixed)
        {
            return groups[0].Length <= 5 && part.Digits is >= 7 and <= 13 && !char.IsLetterOrDigit(passage.At(part.Start - 2));
        }

        var separator = part.OneSeparator();
        if (part.HasExtension || IsNorthAmerican(text, part, separator))
        {
            return true;
        }

        if (text[part.Start] != '0' || groups.Length > 6 || separator == NumberShape.Mixed && groups.Length > 4)
        {
            return false;
        }

        var isAbroad = text.Slice(part.Start, groups[0].Length).StartsWith("00") && groups[0].Length >= 3;
        return (isAbroad ? part.Digits is >= 10 and <= 16 : part.Digits is >= 9 and <= 13 && groups[0].Length >= 2) && !IsBinary(text, part);
    }

    private static bool IsNorthAmerican(ReadOnlySpan<char> text, in NumberShape part, char separator)
    {
        if (separator is not ('-' or '.' or ' ' or NumberShape.Mixed or ')'))
        {
            return false;
        }

        if (part.Is("334"))
        {
            return text[part.Start] >= '2' && (separator is '-' or '.' || text[part.Groups[1].Start] >= '2');
        }

        return part.Is("1334") && text[part.Start] == '1' && text[part.Groups[1].Start] >= '2';
    }

    private static bool IsSpokenOf(in Passage passage, in NumberShape part)
    {
        var before = passage.Before(part.Start, Reach);
        var after = passage.After(part.End, ReachAfter);
        var other = before & (WordClass.Card | WordClass.Iban | WordClass.NationalId | WordClass.Passport | WordClass.Licence);
        if (((before | after) & WordClass.Phone) != 0 && part.Digits <= 15)
        {
            return other == 0 || (passage.Before(part.Start, 20) & WordClass.Phone) != 0;
        }

        if (((before | after) & WordClass.Reach) == 0 || other != 0)
        {
            return false;
        }

        if (part.Groups.Length == 1)
        {
            if ((passage.Before(part.Start, 24) & WordClass.Call) != 0)
            {
                return part.Digits is >= 6 and <= 14;
            }

            return part.Digits is >= 9 and <= 12 && ((before & WordClass.Reach) != 0) && passage.Text[part.Start] is '0' or >= '4';
        }

        return part.Digits is >= 7 and <= 12 && part.Groups.Length <= 6 && (part.OneSeparator() is not ('/' or '.') || part.Is("333"));
    }

    // Money and measures are no numbers to call.
    private static bool IsFree(in Passage passage, in NumberShape part)
    {
        var before = part.HasPlus ? '\0' : passage.At(part.Start - 1);
        if (before is '$' or '€' or '£' or '¥' or '#' or '=' or '*' or '^' or '_' or '%' or '\\' or '{' || (before is '.' or ',' && char.IsAsciiDigit(passage.At(part.Start - 2))))
        {
            return false;
        }

        var after = passage.At(part.End);
        var next = after == ' ' ? passage.At(part.End + 1) : after;
        return after is not ('%' or '_' or '^' or '=' or '{' or '°') && next is not ('$' or '€' or '£' or '+' or '*' or '=' or '×')
            && !(after is ',' or '.' && char.IsAsciiDigit(passage.At(part.End + 1)));
    }

    public static bool IsDateOrYears(in Passage passage, in NumberShape part)
    {
        var text = passage.Text;
        if (part.Groups.Length >= 3 && !part.HasPlus && !part.IsOpen)
        {
            int a = Number(text, part.Groups[0]), b = Number(text, part.Groups[1]), c = Number(text, part.Groups[2]);
            var isDate = (IsYear(a) && CheckDigits.IsDate(b, c)) || (IsYear(c) && part.Groups[2].Length == 4 && (CheckDigits.IsDate(b, a) || CheckDigits.IsDate(a, b)));
            if (isDate && part.Groups[1].Separator is '-' or '.' or '/' or ' ')
            {
                return true;
            }
        }

        if (part.Groups.Length < 2 || part.HasPlus)
        {
            return false;
        }

        foreach (var group in part.Groups)
        {
            if (group.Length != 4 || !IsYear(Number(text, group)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsYear(int value) => value is >= 1500 and <= 2100;

    private static bool IsBinary(ReadOnlySpan<char> text, in NumberShape part) => text[part.Start..part.End].IndexOfAnyInRange('2', '9') < 0;

    private static int Number(ReadOnlySpan<char> text, DigitGroup group)
    {
        var value = 0;
        foreach (var c in text.Slice(group.Start, Math.Min(group.Length, 8)))
        {
            value = (value * 10) + c - '0';
        }

        return value;
    }
}
