namespace Signalbox.Sensitivity.Detectors;

/// <summary>One run of digits, and the separator before it.</summary>
internal readonly record struct DigitGroup(int Start, int Length, char Separator)
{
    public int End => Start + Length;
}

/// <summary>Runs of digits that stand together like one number: 4111-1111, (030) 12 34, +44 20 7946.</summary>
internal readonly ref struct NumberShape
{
    public const int MostGroups = 10;
    private const int MostSeparators = 3;

    /// <summary>Separator of groups with more than one sign between them.</summary>
    public const char Mixed = '~';

    private NumberShape(ReadOnlySpan<char> text, ReadOnlySpan<DigitGroup> groups, int extensionEnd)
    {
        Groups = groups;
        End = Math.Max(groups[^1].End, extensionEnd);
        HasExtension = extensionEnd > 0;
        Start = groups[0].Start;
        var digits = 0;
        foreach (var group in groups)
        {
            digits += group.Length;
        }

        Digits = digits;
        IsOpen = Start > 0 && text[Start - 1] == '(';
        var before = IsOpen ? Start - 2 : Start - 1;
        HasPlus = before >= 0 && text[before] is '+' or '＋' && (before == 0 || !Letters.Joins(text[before - 1]));
    }

    public ReadOnlySpan<DigitGroup> Groups { get; }

    public int Start { get; }

    public int End { get; }

    public int Digits { get; }

    /// <summary>A plus sign stands before it, as before a country code.</summary>
    public bool HasPlus { get; }

    /// <summary>A bracket stands before it.</summary>
    public bool IsOpen { get; }

    public bool HasExtension { get; }

    /// <summary>Reads the groups from a digit on. A group that runs into letters ends the number before it.</summary>
    public static NumberShape Read(ReadOnlySpan<char> text, int position, Span<DigitGroup> space)
    {
        var count = 0;
        var separator = '\0';
        var extensionEnd = 0;
        while (count < space.Length)
        {
            var end = position;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            if (end < text.Length && !char.IsAsciiDigit(text[end]) && Letters.Joins(text[end]) && count > 0)
            {
                extensionEnd = ExtensionEnd(text, end);
                if (extensionEnd == 0)
                {
                    break;
                }
            }

            space[count++] = new DigitGroup(position, end - position, separator);
            if (extensionEnd > 0 || !SkipSeparator(text, end, out position, out separator))
            {
                break;
            }
        }

        return new NumberShape(text, space[..count], extensionEnd);
    }

    /// <summary>The first groups alone.</summary>
    public NumberShape First(ReadOnlySpan<char> text, int count) => new(text, Groups[..count], 0);

    /// <summary>Copies the digits without what separates them; returns how many fitted.</summary>
    public int CopyDigits(ReadOnlySpan<char> text, Span<byte> digits)
    {
        var count = 0;
        foreach (var group in Groups)
        {
            foreach (var c in text.Slice(group.Start, group.Length))
            {
                if (count == digits.Length)
                {
                    return count;
                }

                digits[count++] = (byte)(c - '0');
            }
        }

        return count;
    }

    /// <summary>Whether the groups have these lengths, written as a digit each.</summary>
    public bool Is(ReadOnlySpan<char> lengths)
    {
        if (lengths.Length != Groups.Length)
        {
            return false;
        }

        for (var i = 0; i < lengths.Length; i++)
        {
            if (Groups[i].Length != lengths[i] - '0')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The separator, where it is the same between all groups; else <see cref="Mixed"/>.</summary>
    public char OneSeparator()
    {
        if (Groups.Length < 2)
        {
            return '\0';
        }

        for (var i = 2; i < Groups.Length; i++)
        {
            if (Groups[i].Separator != Groups[1].Separator)
            {
                return Mixed;
            }
        }

        return Groups[1].Separator;
    }

    // "345-899-3560x4587"
    private static int ExtensionEnd(ReadOnlySpan<char> text, int position)
    {
        if (text[position] is not ('x' or 'X') || position + 1 >= text.Length || !char.IsAsciiDigit(text[position + 1]))
        {
            return 0;
        }

        var end = position + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end < text.Length && char.IsLetter(text[end]) ? 0 : end;
    }

    private static bool SkipSeparator(ReadOnlySpan<char> text, int position, out int next, out char separator)
    {
        next = position;
        separator = '\0';
        var signs = 0;
        while (next < text.Length && next - position < MostSeparators && Sign(text[next]) is var sign and not '\0')
        {
            if (sign != ' ')
            {
                separator = sign;
                signs++;
            }

            next++;
        }

        separator = signs > 1 ? Mixed : separator == '\0' ? ' ' : separator;

        // A full stop or a slash with blanks around it ends a sentence or stands between two numbers.
        return next > position && next < text.Length && char.IsAsciiDigit(text[next]) && !(separator is '.' && next - position > 1);
    }

    private static char Sign(char c) => c switch
    {
        ' ' or '\u00a0' or '\u202f' or '\u2009' => ' ',
        '-' or '\u2010' or '\u2011' or '\u2013' => '-',
        '.' or '/' or '(' or ')' => c,
        '\u00b7' => '.',
        _ => '\0',
    };
}
