using System.Globalization;
using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Values as text: Python's str and repr, and JSON as Python's json module writes it.</summary>
internal static class JinjaText
{
    /// <summary>The text that an expression writes.</summary>
    public static string Of(JinjaRun run, object? value)
    {
        if (value is string text)
        {
            return text;
        }

        var result = new StringBuilder();
        Append(run, result, value, 0);
        return result.ToString();
    }

    public static string? Json(JinjaRun run, object? value, JsonStyle style)
    {
        var result = new StringBuilder();
        AppendJson(run, result, value, style, 0);
        return run.Failed ? null : result.ToString();
    }

    private static void Append(JinjaRun run, StringBuilder result, object? value, int depth)
    {
        var before = result.Length;
        switch (value)
        {
            case JinjaUndefined:
                break;
            case string text:
                result.Append(text);
                break;
            case JinjaMap { PrintsAsJson: true } map:
                AppendJson(run, result, map, JsonStyle.Compact, depth);
                return;
            default:
                AppendRepresentation(run, result, value, depth);
                return;
        }

        run.Charge(result.Length - before);
    }

    private static void AppendRepresentation(JinjaRun run, StringBuilder result, object? value, int depth)
    {
        if (depth > JinjaBudget.ValueDepth)
        {
            run.Fail("a value is nested too deeply");
            return;
        }

        switch (value)
        {
            case JinjaList list:
                AppendList(run, result, list, depth);
                break;
            case JinjaMap map:
                result.Append('{');
                AppendPairs(run, result, map.Pairs, depth);
                result.Append('}');
                break;
            case JinjaNamespace space:
                result.Append("<Namespace {");
                AppendPairs(run, result, space.Values.Select(pair => new KeyValuePair<object?, object?>(pair.Key, pair.Value)), depth);
                result.Append("}>");
                break;
            default:
                var text = value switch
                {
                    null => "None",
                    bool flag => flag ? "True" : "False",
                    long number => number.ToString(CultureInfo.InvariantCulture),
                    double number => PythonText.Float(number),
                    string literal => Quote(literal),
                    JinjaUndefined => "Undefined",
                    JinjaLoop loop => $"<LoopContext {loop.Index + 1}/{loop.Length}>",
                    JinjaFunction function => $"<function {function.Name}>",
                    _ => value.GetType().Name,
                };
                run.Charge(text.Length);
                result.Append(text);
                break;
        }
    }

    private static void AppendList(JinjaRun run, StringBuilder result, JinjaList list, int depth)
    {
        result.Append(list.IsTuple ? '(' : '[');
        for (var i = 0; i < list.Items.Count && run.Charge(2); i++)
        {
            result.Append(i > 0 ? ", " : "");
            AppendRepresentation(run, result, list.Items[i], depth + 1);
        }

        result.Append(list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
    }

    private static void AppendPairs(JinjaRun run, StringBuilder result, IEnumerable<KeyValuePair<object?, object?>> pairs, int depth)
    {
        var first = true;
        foreach (var (key, value) in pairs)
        {
            if (!run.Charge(4))
            {
                return;
            }

            result.Append(first ? "" : ", ");
            first = false;
            AppendRepresentation(run, result, key, depth + 1);
            result.Append(": ");
            AppendRepresentation(run, result, value, depth + 1);
        }
    }

    private static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\\' => result.Append("\\\\"),
                _ when c == quote => result.Append('\\').Append(c),
                < ' ' or (>= '\x7f' and <= '\xa0') or '\xad' => result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => result.Append(c),
            };
        }

        return result.Append(quote).ToString();
    }

    private static void AppendJson(JinjaRun run, StringBuilder result, object? value, JsonStyle style, int depth)
    {
        if (depth > JinjaBudget.ValueDepth || !run.Charge(2))
        {
            run.Fail("a value is nested too deeply");
            return;
        }

        switch (value)
        {
            case string text:
                AppendJsonText(run, result, text, style.EscapesNonAscii);
                break;
            case JinjaList list:
                AppendJsonList(run, result, list, style, depth);
                break;
            case JinjaMap map:
                AppendJsonMap(run, result, map, style, depth);
                break;
            case null or bool or long or double:
                result.Append(KeyText(value));
                run.Charge(20);
                break;
            default:
                run.Fail("tojson was given what JSON cannot hold" + (value is JinjaUndefined missing ? $": {missing.Description}" : ""));
                break;
        }
    }

    private static void AppendJsonList(JinjaRun run, StringBuilder result, JinjaList list, JsonStyle style, int depth)
    {
        result.Append('[');
        for (var i = 0; i < list.Items.Count && !run.Failed; i++)
        {
            result.Append(i > 0 ? style.Comma : "");
            NewLine(run, result, style, depth + 1);
            AppendJson(run, result, list.Items[i], style, depth + 1);
        }

        NewLine(run, result, style, list.Items.Count > 0 ? depth : -1);
        result.Append(']');
    }

    private static void AppendJsonMap(JinjaRun run, StringBuilder result, JinjaMap map, JsonStyle style, int depth)
    {
        result.Append('{');
        var first = true;
        foreach (var (key, value) in style.SortsKeys ? map.Pairs.OrderBy(pair => KeyText(pair.Key), StringComparer.Ordinal) : map.Pairs)
        {
            result.Append(first ? "" : style.Comma);
            first = false;
            NewLine(run, result, style, depth + 1);
            AppendJsonText(run, result, KeyText(key), style.EscapesNonAscii);
            result.Append(style.Colon);
            AppendJson(run, result, value, style, depth + 1);
            if (run.Failed)
            {
                return;
            }
        }

        NewLine(run, result, style, map.Count > 0 ? depth : -1);
        result.Append('}');
    }

    private static void NewLine(JinjaRun run, StringBuilder result, JsonStyle style, int level)
    {
        if (level < 0 || style.Indent is not { } indent || !run.Charge(1 + (long)indent.Length * level))
        {
            return;
        }

        result.Append('\n');
        for (var i = 0; i < level; i++)
        {
            result.Append(indent);
        }
    }

    private static void AppendJsonText(JinjaRun run, StringBuilder result, string text, bool escapesNonAscii)
    {
        if (!run.Charge(text.Length * 2L))
        {
            return;
        }

        result.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\b' => result.Append("\\b"),
                '\f' => result.Append("\\f"),
                _ when c < ' ' || (escapesNonAscii && c > '~') => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => result.Append(c),
            };
        }

        result.Append('"');
    }

    private static string KeyText(object? key) => key switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => double.IsFinite(number) ? PythonText.Float(number) : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity",
        _ => (string)key,
    };
}

/// <summary>How JSON is written; the defaults are those of Python's json module, save that characters stay as they are.</summary>
internal sealed record JsonStyle(string? Indent, string Comma, string Colon, bool SortsKeys, bool EscapesNonAscii)
{
    public static JsonStyle Compact { get; } = new(null, ", ", ": ", SortsKeys: false, EscapesNonAscii: false);
}
