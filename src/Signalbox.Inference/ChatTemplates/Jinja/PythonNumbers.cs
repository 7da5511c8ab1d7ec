using System.Globalization;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Texts as numbers, as Python's int and float read them.</summary>
internal static class PythonNumbers
{
    public static bool TryInteger(string text, out long value) =>
        long.TryParse(Plain(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <param name="text">With or without a prefix such as 0x.</param>
    /// <param name="radix">2, 8 or 16.</param>
    /// <param name="value">The number.</param>
    public static bool TryInteger(string text, int radix, out long value)
    {
        var digits = Plain(text).ToLowerInvariant();
        var negative = digits.StartsWith('-');
        digits = digits.TrimStart('+', '-');
        var prefix = radix switch { 16 => "0x", 8 => "0o", _ => "0b" };
        digits = digits.StartsWith(prefix, StringComparison.Ordinal) ? digits[2..] : digits;
        value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix || value > (long.MaxValue - digit) / radix)
            {
                return false;
            }

            value = value * radix + digit;
        }

        value = negative ? -value : value;
        return digits.Length > 0;
    }

    public static bool TryFloat(string text, out double value)
    {
        var plain = Plain(text);
        if (double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        (value, var known) = plain.TrimStart('+').ToLowerInvariant() switch
        {
            "inf" or "infinity" => (double.PositiveInfinity, true),
            "-inf" or "-infinity" => (double.NegativeInfinity, true),
            "nan" => (double.NaN, true),
            _ => (0, false),
        };
        return known;
    }

    private static string Plain(string text) => PythonText.Trim(text).Replace("_", "", StringComparison.Ordinal);
}
