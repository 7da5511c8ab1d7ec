using System.Globalization;
using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Python's two ways to put values into a text: <c>'%s' % value</c> and <c>'{}'.format(value)</c>, without their rarer forms.</summary>
internal static class JinjaFormat
{
    /// <summary>The widest that anything is padded or indented.</summary>
    public const int MaximumWidth = 10_000;

    /// <summary>%s %r %d %i %f %g %x %X %o %e %c and %%, with - 0 + flags, width and precision.</summary>
    public static object? Percent(JinjaRun run, string format, IReadOnlyList<object?> values)
    {
        var result = new StringBuilder();
        var used = 0;
        for (var i = 0; i < format.Length && !run.Failed; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            var start = ++i;
            while (i < format.Length && (char.IsAsciiDigit(format[i]) || format[i] is '-' or '+' or '.' or ' '))
            {
                i++;
            }

            if (i < format.Length && format[i] == '%')
            {
                result.Append('%');
            }
            else if (i >= format.Length || used >= values.Count)
            {
                return run.Fail("a format has other places than values");
            }
            else
            {
                result.Append(One(run, format[start..i], format[i], values[used++]));
            }
        }

        return used < values.Count ? run.Fail("a format has other places than values") : run.Charge(result.Length) ? result.ToString() : null;
    }

    /// <summary>{} {0} {name} and doubled braces; no conversions.</summary>
    public static object? Braces(JinjaRun run, string format, JinjaArguments arguments)
    {
        var result = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length && !run.Failed; i++)
        {
            var c = format[i];
            var doubled = i + 1 < format.Length && format[i + 1] == c;
            if (c is not ('{' or '}') || doubled)
            {
                result.Append(c);
                i += c is '{' or '}' ? 1 : 0;
                continue;
            }

            var end = c == '{' ? format.IndexOf('}', i) : -1;
            var field = end < 0 ? "" : format[(i + 1)..end];
            if (end < 0 || !TryField(field, ref next, arguments, out var value))
            {
                return run.Fail($"the format field '{field}' is not supported or has no value");
            }

            var text = JinjaText.Of(run, value);
            if (run.Charge(text.Length))
            {
                result.Append(text);
            }

            i = end;
        }

        return run.Charge(format.Length) ? result.ToString() : null;
    }

    private static bool TryField(string field, ref int next, JinjaArguments arguments, out object? value)
    {
        if (field.Length == 0)
        {
            return arguments.TryGet(next++, "", out value);
        }

        return int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? arguments.TryGet(index, "", out value)
            : arguments.TryGet(-1, field, out value);
    }

    private static string? One(JinjaRun run, string flags, char type, object? value)
    {
        var left = flags.Contains('-', StringComparison.Ordinal);
        var plus = flags.Contains('+', StringComparison.Ordinal);
        var sizes = flags.TrimStart('-', '+', ' ', '0').Split('.');
        var zeros = flags.TrimStart('-', '+', ' ').StartsWith('0');
        _ = int.TryParse(sizes[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width);
        var precision = sizes.Length > 1 ? int.TryParse(sizes[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0 : -1;
        if (width > MaximumWidth || precision > 300)
        {
            run.Fail("a format is too wide");
            return null;
        }

        var text = type is 's' or 'r' or 'c' ? Words(run, type, precision, value) : Number(run, type, precision, value);
        if (text is null)
        {
            return null;
        }

        text = plus && type is not ('s' or 'r' or 'c') && !text.StartsWith('-') ? "+" + text : text;
        return zeros && !left && type is not ('s' or 'r' or 'c')
            ? (text[0] is '-' or '+' ? text[0] + text[1..].PadLeft(width - 1, '0') : text.PadLeft(width, '0'))
            : left ? text.PadRight(width) : text.PadLeft(width);
    }

    private static string Words(JinjaRun run, char type, int precision, object? value)
    {
        var text = type == 'r' ? JinjaText.Of(run, new JinjaList([value]))[1..^1] : JinjaText.Of(run, value);
        return precision >= 0 && precision < text.Length ? text[..precision] : text;
    }

    private static string? Number(JinjaRun run, char type, int precision, object? value)
    {
        if (JinjaOperators.TryNumber(value, out var number))
        {
            var real = JinjaOperators.ToDouble(number);
            var digits = precision < 0 ? 6 : precision;
            switch (type)
            {
                case 'd' or 'i' or 'u' when Math.Abs(real) < 9e18:
                    return (number as long? ?? (long)real).ToString("D" + Math.Max(precision, 1), CultureInfo.InvariantCulture);
                case 'x' or 'X' or 'o' when number is >= 0L:
                    var text = Convert.ToString((long)number, type == 'o' ? 8 : 16);
                    return type == 'X' ? text.ToUpperInvariant() : text;
                case 'f' or 'F':
                    return real.ToString("F" + digits, CultureInfo.InvariantCulture);
                case 'e':
                    return real.ToString((digits == 0 ? "0" : "0." + new string('0', digits)) + "e+00", CultureInfo.InvariantCulture);
                case 'g':
                    return real.ToString("G" + Math.Max(digits, 1), CultureInfo.InvariantCulture);
            }
        }

        run.Fail($"{JinjaOperators.Kind(value)} has no form %{type}");
        return null;
    }
}
