using System.Collections.Frozen;
using System.Text.Json;

namespace Signalbox.Inference.ChatTemplates.Jinja;

internal delegate object? JinjaFilter(JinjaRun run, object? value, JinjaArguments arguments);

/// <summary>The filters by name. Lists where Jinja makes generators: a template sees no difference but in their text.</summary>
internal static class JinjaFilters
{
    public static FrozenDictionary<string, JinjaFilter> All { get; } = new Dictionary<string, JinjaFilter>
    {
        ["abs"] = Abs,
        ["attr"] = static (run, value, arguments) => arguments.Text(0, "name") is { } name ? JinjaAccess.Attribute(run, value, name) : run.Fail("attr needs a name"),
        ["batch"] = JinjaListFilters.Batch,
        ["capitalize"] = JinjaTextFilters.Of(static text => PythonText.Capitalize(text)),
        ["center"] = JinjaTextFilters.Center,
        ["count"] = Length,
        ["d"] = Default,
        ["default"] = Default,
        ["dictsort"] = JinjaListFilters.DictSort,
        ["e"] = JinjaTextFilters.Escape,
        ["escape"] = JinjaTextFilters.Escape,
        ["first"] = JinjaListFilters.First,
        ["float"] = ToFloat,
        ["forceescape"] = JinjaTextFilters.Escape,
        ["format"] = static (run, value, arguments) => JinjaFormat.Percent(run, JinjaText.Of(run, value), arguments.Positional),
        ["from_json"] = FromJson,
        ["groupby"] = JinjaListFilters.GroupBy,
        ["indent"] = JinjaTextFilters.Indent,
        ["int"] = ToInteger,
        ["items"] = static (run, value, _) => value is JinjaUndefined ? new JinjaList([]) : JinjaMethods.Items(run, value),
        ["join"] = JinjaTextFilters.Join,
        ["last"] = JinjaListFilters.Last,
        ["length"] = Length,
        ["list"] = static (run, value, _) => JinjaAccess.TryItems(run, value, out var items) ? new JinjaList(items) : null,
        ["lower"] = JinjaTextFilters.Of(static text => text.ToLowerInvariant()),
        ["map"] = JinjaListFilters.Map,
        ["max"] = static (run, value, arguments) => JinjaListFilters.Extreme(run, value, arguments, 1),
        ["min"] = static (run, value, arguments) => JinjaListFilters.Extreme(run, value, arguments, -1),
        ["pprint"] = static (run, value, _) => JinjaText.Of(run, new JinjaList([value]))[1..^1],
        ["reject"] = static (run, value, arguments) => JinjaListFilters.Select(run, value, arguments, byAttribute: false, wanted: false),
        ["rejectattr"] = static (run, value, arguments) => JinjaListFilters.Select(run, value, arguments, byAttribute: true, wanted: false),
        ["replace"] = JinjaTextFilters.Replace,
        ["reverse"] = JinjaListFilters.Reverse,
        ["round"] = Round,
        ["safe"] = JinjaTextFilters.Of(static text => text),
        ["select"] = static (run, value, arguments) => JinjaListFilters.Select(run, value, arguments, byAttribute: false, wanted: true),
        ["selectattr"] = static (run, value, arguments) => JinjaListFilters.Select(run, value, arguments, byAttribute: true, wanted: true),
        ["sort"] = JinjaListFilters.Sort,
        ["string"] = JinjaTextFilters.Of(static text => text),
        ["sum"] = JinjaListFilters.Sum,
        ["title"] = JinjaTextFilters.Of(static text => PythonText.TitleFilter(text)),
        ["tojson"] = ToJson,
        ["trim"] = static (run, value, arguments) => JinjaTextFilters.Change(run, value, arguments.Text(0, "chars"), static (text, characters) => PythonText.Trim(text, characters)),
        ["unique"] = JinjaListFilters.Unique,
        ["upper"] = JinjaTextFilters.Of(static text => text.ToUpperInvariant()),
        ["wordcount"] = static (run, value, _) => JinjaMethods.Split(run, JinjaText.Of(run, value), JinjaArguments.Empty) is JinjaList words ? (long)words.Items.Count : null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static object? Length(JinjaRun run, object? value, JinjaArguments arguments)
    {
        switch (value)
        {
            case JinjaUndefined:
                return 0L;
            case string text:
                return run.Work(text.Length / 32) ? (long)PythonText.Length(text) : null;
            case JinjaList list:
                return (long)list.Items.Count;
            case JinjaMap map:
                return (long)map.Count;
            default:
                return run.Fail($"{JinjaOperators.Kind(value)} has no length");
        }
    }

    private static object? Default(JinjaRun run, object? value, JinjaArguments arguments) =>
        value is JinjaUndefined || (arguments.Flag(1, "boolean") && !JinjaOperators.IsTrue(value))
            ? arguments.TryGet(0, "default_value", out var fallback) ? fallback : ""
            : value;

    /// <summary>Hugging Face's form of it: characters stay as they are, no escapes for HTML.</summary>
    private static object? ToJson(JinjaRun run, object? value, JinjaArguments arguments)
    {
        string? indent = null;
        if (arguments.TryGet(1, "indent", out var given) && given is not null)
        {
            indent = given as string ?? (given is long width ? new string(' ', (int)Math.Clamp(width, 0, 64)) : "");
        }

        var (comma, colon) = (indent is null ? ", " : ",", ": ");
        if (arguments.TryGet(2, "separators", out var separators) && separators is JinjaList { Items: [string first, string second] })
        {
            (comma, colon) = (first, second);
        }

        var style = new JsonStyle(indent, comma, colon, arguments.Flag(3, "sort_keys"), arguments.Flag(0, "ensure_ascii"));
        return JinjaText.Json(run, value, style);
    }

    /// <summary>Not Jinja's own, but used by templates that were written for llama.cpp.</summary>
    private static object? FromJson(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var text = JinjaText.Of(run, value);
        if (!run.Charge(16L * text.Length))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return PromptValues.Json(json.RootElement);
        }
        catch (JsonException)
        {
            return run.Fail("from_json was given a text that is no JSON");
        }
    }

    private static object? Abs(JinjaRun run, object? value, JinjaArguments arguments) =>
        !JinjaOperators.TryNumber(value, out var number) ? run.Fail($"{JinjaOperators.Kind(value)} has no absolute value")
        : number is long integer ? integer == long.MinValue ? run.Fail("a number is too large") : Math.Abs(integer)
        : Math.Abs((double)number);

    private static object? ToInteger(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var fallback = arguments.TryGet(0, "default", out var given) ? given : 0L;
        if (JinjaOperators.TryNumber(value, out var number))
        {
            return number is long integer ? integer : Truncate((double)number, fallback);
        }

        if (value is not string text)
        {
            return value is JinjaUndefined missing ? run.Fail(missing.Description) : fallback;
        }

        var radix = arguments.Integer(1, "base", 10);
        return radix == 10 && PythonNumbers.TryInteger(text, out var parsed) ? parsed
            : radix is 2 or 8 or 16 && PythonNumbers.TryInteger(text, (int)radix, out parsed) ? parsed
            : PythonNumbers.TryFloat(text, out var real) ? Truncate(real, fallback)
            : fallback;
    }

    private static object? Truncate(double number, object? fallback) => Math.Abs(number) < 9e18 ? (long)number : fallback;

    private static object? ToFloat(JinjaRun run, object? value, JinjaArguments arguments) =>
        JinjaOperators.TryNumber(value, out var number) ? JinjaOperators.ToDouble(number)
        : value is string text && PythonNumbers.TryFloat(text, out var real) ? real
        : value is JinjaUndefined missing ? run.Fail(missing.Description)
        : arguments.TryGet(0, "default", out var fallback) ? fallback : 0.0;

    private static object? Round(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaOperators.TryNumber(value, out var number))
        {
            return run.Fail($"{JinjaOperators.Kind(value)} cannot be rounded");
        }

        var digits = arguments.Integer(0, "precision", 0);
        if (number is long && digits >= 0 && arguments.Text(1, "method") is null or "common")
        {
            return number;
        }

        var scale = Math.Pow(10, Math.Clamp(digits, -300, 300));
        var real = JinjaOperators.ToDouble(number);
        return (arguments.Text(1, "method") ?? "common") switch
        {
            "common" => digits is >= 0 and <= 15 ? Math.Round(real, (int)digits, MidpointRounding.ToEven) : Math.Round(real * scale) / scale,
            "ceil" => Math.Ceiling(real * scale) / scale,
            "floor" => Math.Floor(real * scale) / scale,
            _ => run.Fail("round knows common, ceil and floor"),
        };
    }
}
