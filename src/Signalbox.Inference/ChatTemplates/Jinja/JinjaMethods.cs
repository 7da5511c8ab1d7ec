using System.Collections.Frozen;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Methods of strings, dicts and lists. Those that would change a list or dict are left out, as in the sandbox that templates are made for.</summary>
internal static class JinjaMethods
{
    private delegate object? TextMethod(JinjaRun run, string text, JinjaArguments arguments);

    private static readonly FrozenDictionary<string, TextMethod> TextMethods = new Dictionary<string, TextMethod>
    {
        ["capitalize"] = static (run, text, _) => Sized(run, text, PythonText.Capitalize(text)),
        ["center"] = static (run, text, arguments) => JinjaTextFilters.Pad(run, text, arguments.Integer(0, "width", 0), Fill(arguments), 0.5),
        ["count"] = static (run, text, arguments) => Count(run, text, arguments.Text(0, "sub") ?? ""),
        ["endswith"] = static (run, text, arguments) => AnyOf(run, arguments, text.EndsWith),
        ["find"] = static (run, text, arguments) => Find(run, text, arguments.Text(0, "sub") ?? "", last: false),
        ["format"] = static (run, text, arguments) => JinjaFormat.Braces(run, text, arguments),
        ["index"] = static (run, text, arguments) => Find(run, text, arguments.Text(0, "sub") ?? "", last: false) is -1L ? run.Fail("a text was not found") : Find(run, text, arguments.Text(0, "sub") ?? "", last: false),
        ["isalnum"] = static (run, text, _) => All(run, text, char.IsLetterOrDigit),
        ["isalpha"] = static (run, text, _) => All(run, text, char.IsLetter),
        ["isdecimal"] = static (run, text, _) => All(run, text, char.IsDigit),
        ["isdigit"] = static (run, text, _) => All(run, text, char.IsDigit),
        ["islower"] = static (run, text, _) => run.Work(text.Length / 8) && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["isnumeric"] = static (run, text, _) => All(run, text, char.IsNumber),
        ["isspace"] = static (run, text, _) => All(run, text, PythonText.IsSpace),
        ["isupper"] = static (run, text, _) => run.Work(text.Length / 8) && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["join"] = static (run, text, arguments) => JinjaTextFilters.Join(run, arguments.Count > 0 ? arguments[0] : null, new JinjaArguments([text], [])),
        ["ljust"] = static (run, text, arguments) => JinjaTextFilters.Pad(run, text, arguments.Integer(0, "width", 0), Fill(arguments), 0),
        ["lower"] = static (run, text, _) => Sized(run, text, text.ToLowerInvariant()),
        ["lstrip"] = static (run, text, arguments) => Sized(run, text, PythonText.TrimStart(text, arguments.Text(0, "chars"))),
        ["partition"] = static (run, text, arguments) => Partition(run, text, arguments.Text(0, "sep") ?? "", last: false),
        ["removeprefix"] = static (run, text, arguments) => arguments.Text(0, "prefix") is { } prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? Sized(run, text, text[prefix.Length..]) : text,
        ["removesuffix"] = static (run, text, arguments) => arguments.Text(0, "suffix") is { } suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? Sized(run, text, text[..^suffix.Length]) : text,
        ["replace"] = static (run, text, arguments) => JinjaTextFilters.Replace(run, text, arguments),
        ["rfind"] = static (run, text, arguments) => Find(run, text, arguments.Text(0, "sub") ?? "", last: true),
        ["rjust"] = static (run, text, arguments) => JinjaTextFilters.Pad(run, text, arguments.Integer(0, "width", 0), Fill(arguments), 1),
        ["rpartition"] = static (run, text, arguments) => Partition(run, text, arguments.Text(0, "sep") ?? "", last: true),
        ["rsplit"] = static (run, text, arguments) => Split(run, text, arguments, fromRight: true),
        ["rstrip"] = static (run, text, arguments) => Sized(run, text, PythonText.TrimEnd(text, arguments.Text(0, "chars"))),
        ["split"] = static (run, text, arguments) => Split(run, text, arguments),
        ["splitlines"] = static (run, text, _) => run.Charge(2L * text.Length) ? new JinjaList([.. PythonText.Lines(text)]) : null,
        ["startswith"] = static (run, text, arguments) => AnyOf(run, arguments, text.StartsWith),
        ["strip"] = static (run, text, arguments) => Sized(run, text, PythonText.Trim(text, arguments.Text(0, "chars"))),
        ["swapcase"] = static (run, text, _) => Sized(run, text, string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        ["title"] = static (run, text, _) => Sized(run, text, PythonText.Title(text)),
        ["upper"] = static (run, text, _) => Sized(run, text, text.ToUpperInvariant()),
        ["zfill"] = static (run, text, arguments) => JinjaTextFilters.Pad(run, text, arguments.Integer(0, "width", 0), '0', 1),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A method with its object; null where there is none of that name.</summary>
    public static JinjaFunction? Find(object? target, string name) => target switch
    {
        string text when TextMethods.TryGetValue(name, out var method) => new JinjaFunction(name, (run, arguments) => method(run, text, arguments)),
        JinjaMap map => name switch
        {
            "items" => new JinjaFunction(name, (run, _) => Items(run, map)),
            "keys" => new JinjaFunction(name, (run, _) => run.Charge(map.Count) ? new JinjaList([.. map.Pairs.Select(pair => pair.Key)]) : null),
            "values" => new JinjaFunction(name, (run, _) => run.Charge(map.Count) ? new JinjaList([.. map.Pairs.Select(pair => pair.Value)]) : null),
            "get" => new JinjaFunction(name, (run, arguments) => Get(run, map, arguments)),
            "copy" => new JinjaFunction(name, (_, _) => map),
            _ => null,
        },
        JinjaList list => name switch
        {
            "count" => new JinjaFunction(name, (run, arguments) => (long)list.Items.Count(item => arguments.Count > 0 && JinjaOperators.AreEqual(run, item, arguments[0]))),
            "index" => new JinjaFunction(name, (run, arguments) => IndexOf(run, list, arguments)),
            "copy" => new JinjaFunction(name, (_, _) => list),
            _ => null,
        },
        _ => null,
    };

    public static object? Items(JinjaRun run, object? value) =>
        value is not JinjaMap map ? run.Fail($"{JinjaOperators.Kind(value)} has no items")
        : run.Charge(3L * map.Count) ? new JinjaList([.. map.Pairs.Select(pair => new JinjaList([pair.Key, pair.Value], isTuple: true))])
        : null;

    public static object? Split(JinjaRun run, string text, JinjaArguments arguments, bool fromRight = false)
    {
        var most = arguments.Integer(1, "maxsplit", -1);
        if (!run.Charge(2L * text.Length + 1))
        {
            return null;
        }

        if (arguments.TryGet(0, "sep", out var given) && given is not null)
        {
            return given is string { Length: > 0 } separator
                ? new JinjaList(fromRight ? SplitRight(text, separator, most) : text.Split(separator, most < 0 ? int.MaxValue : (int)Math.Min(most + 1, int.MaxValue)))
                : run.Fail("a text is split at no text");
        }

        return new JinjaList([.. fromRight ? Words(Reversed(text), most).Select(Reversed).Reverse() : Words(text, most)]);
    }

    private static string Reversed(string text) => string.Concat(text.Reverse());

    /// <summary>Runs of what is no whitespace; after so many, the rest as one.</summary>
    private static List<string> Words(string text, long most)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            if (PythonText.IsSpace(text[at]))
            {
                at++;
                continue;
            }

            if (words.Count == most)
            {
                words.Add(PythonText.TrimEnd(text[at..]));
                break;
            }

            var start = at;
            while (at < text.Length && !PythonText.IsSpace(text[at]))
            {
                at++;
            }

            words.Add(text[start..at]);
        }

        return words;
    }

    private static List<string> SplitRight(string text, string separator, long most)
    {
        var parts = new List<string>();
        var end = text.Length;
        while (parts.Count != most && end > 0 && text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal) is >= 0 and var at)
        {
            parts.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    private static object? Get(JinjaRun run, JinjaMap map, JinjaArguments arguments)
    {
        if (!arguments.TryGet(0, "key", out var key) || !JinjaMap.IsKey(key))
        {
            return run.Fail("get needs a key");
        }

        return map.TryGet(key, out var value) ? value : arguments.TryGet(1, "default", out var fallback) ? fallback : null;
    }

    private static object? IndexOf(JinjaRun run, JinjaList list, JinjaArguments arguments)
    {
        for (var i = 0; i < list.Items.Count && arguments.Count > 0; i++)
        {
            if (JinjaOperators.AreEqual(run, list.Items[i], arguments[0]))
            {
                return (long)i;
            }
        }

        return run.Fail("an item was not found in a list");
    }

    private static object? AnyOf(JinjaRun run, JinjaArguments arguments, Func<string, StringComparison, bool> matches)
    {
        var wanted = arguments.Count > 0 ? arguments[0] : null;
        return wanted switch
        {
            string text => run.Work(text.Length / 32) && matches(text, StringComparison.Ordinal),
            JinjaList { IsTuple: true } many => many.Items.Any(item => item is string text && run.Work(1 + text.Length / 32) && matches(text, StringComparison.Ordinal)),
            _ => run.Fail($"{JinjaOperators.Kind(wanted)} cannot be the beginning or end of a text"),
        };
    }

    private static object? Find(JinjaRun run, string text, string part, bool last)
    {
        if (!run.Work(text.Length / 16))
        {
            return null;
        }

        var at = last ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        return at < 0 ? -1L : PythonText.Length(text[..at]);
    }

    private static object? Count(JinjaRun run, string text, string part)
    {
        if (!run.Work(text.Length / 4))
        {
            return null;
        }

        return part.Length == 0 ? PythonText.Length(text) + 1L : (long)text.AsSpan().Count(part);
    }

    private static object? Partition(JinjaRun run, string text, string separator, bool last)
    {
        if (separator.Length == 0 || !run.Charge(text.Length))
        {
            return run.Fail("a text is split at no text");
        }

        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        object?[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : last ? ["", "", text] : [text, "", ""];
        return new JinjaList(parts, isTuple: true);
    }

    private static object? All(JinjaRun run, string text, Func<char, bool> holds) => run.Work(text.Length / 8) && text.Length > 0 && text.All(holds);

    private static char Fill(JinjaArguments arguments) => arguments.Text(1, "fillchar") is { Length: 1 } fill ? fill[0] : ' ';

    private static string? Sized(JinjaRun run, string text, string result) => run.Charge(text.Length) ? result : null;
}
