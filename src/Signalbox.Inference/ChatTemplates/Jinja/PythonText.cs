using System.Globalization;
using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Text as Python treats it: characters are code points, and some more count as whitespace.</summary>
internal static class PythonText
{
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>True where there is something and all of it is whitespace.</summary>
    public static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!IsSpace(c))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    public static string TrimStart(string text, string? characters = null)
    {
        var start = 0;
        while (start < text.Length && Strips(text[start], characters))
        {
            start++;
        }

        return text[start..];
    }

    public static string TrimEnd(string text, string? characters = null)
    {
        var end = text.Length;
        while (end > 0 && Strips(text[end - 1], characters))
        {
            end--;
        }

        return text[..end];
    }

    public static string Trim(string text, string? characters = null) => TrimStart(TrimEnd(text, characters), characters);

    /// <summary>Characters as Python counts them.</summary>
    public static int Length(string text)
    {
        var length = text.Length;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                length--;
                i++;
            }
        }

        return length;
    }

    /// <summary>The characters of a text, each as a text of its own.</summary>
    public static List<string> Characters(string text)
    {
        var characters = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            characters.Add(pair ? text.Substring(i, 2) : text[i].ToString());
            i += pair ? 1 : 0;
        }

        return characters;
    }

    /// <summary>First letter large, all others small.</summary>
    public static string Capitalize(string text) =>
        text.Length == 0 ? text : string.Concat(text[..1].ToUpperInvariant(), text[1..].ToLowerInvariant());

    /// <summary>The first letter of each run of letters large (str.title).</summary>
    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var c in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = char.IsLetter(c);
        }

        return result.ToString();
    }

    /// <summary>The first letter after a space, a dash or an opening bracket large (the title filter).</summary>
    public static string TitleFilter(string text)
    {
        var result = new StringBuilder(text.Length);
        var starts = true;
        foreach (var c in text)
        {
            result.Append(starts ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            starts = IsSpace(c) || c is '-' or '(' or '{' or '[' or '<';
        }

        return result.ToString();
    }

    /// <summary>Lines without their ends (str.splitlines).</summary>
    public static List<string> Lines(string text)
    {
        var lines = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029')
            {
                lines.Add(text[start..i]);
                i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return lines;
    }

    /// <summary>The shortest digits that read back as the same number, in Python's form: 1.0, 1e+16, 0.0001, 1e-05.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = value == 0 ? 0 : int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (exponent is < -4 or >= 16)
        {
            var mantissa = Digits(shortest);
            var sign = value < 0 ? "-" : "";
            return $"{sign}{mantissa[0]}{(mantissa.Length > 1 ? "." + mantissa[1..] : "")}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):00}";
        }

        if (shortest.Contains('E', StringComparison.Ordinal))
        {
            var digits = Digits(shortest).PadRight(exponent + 1, '0');
            shortest = $"{(value < 0 ? "-" : "")}{digits[..(exponent + 1)]}.{(digits.Length > exponent + 1 ? digits[(exponent + 1)..] : "0")}";
        }

        return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
    }

    private static string Digits(string number)
    {
        var end = number.IndexOf('E');
        var digits = (end < 0 ? number : number[..end]).Replace(".", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        var trimmed = digits.TrimStart('0').TrimEnd('0');
        return trimmed.Length == 0 ? "0" : trimmed;
    }

    private static bool Strips(char c, string? characters) => characters is null ? IsSpace(c) : characters.Contains(c, StringComparison.Ordinal);
}
