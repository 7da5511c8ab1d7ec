using System.Globalization;
using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>The functions that every template can call.</summary>
internal static class JinjaGlobals
{
    /// <summary>As in Jinja's sandbox.</summary>
    private const long LongestRange = 100_000;

    public static IReadOnlyList<JinjaFunction> All { get; } =
    [
        new("range", Range),
        new("dict", Dict),
        new("namespace", Namespace),
        new("joiner", Joiner),
        new("raise_exception", RaiseException),
        new("strftime_now", StrftimeNow),
    ];

    private static object? Range(JinjaRun run, JinjaArguments arguments)
    {
        var bounds = arguments.Positional.Select(value => value as long?).ToArray();
        if (bounds.Length is < 1 or > 3 || bounds.Any(bound => bound is null) || bounds is [_, _, 0L])
        {
            return run.Fail("range needs one to three integers");
        }

        var (start, stop, step) = (bounds.Length > 1 ? bounds[0]!.Value : 0, bounds.Length > 1 ? bounds[1]!.Value : bounds[0]!.Value, bounds.Length > 2 ? bounds[2]!.Value : 1);
        var distance = (Int128)stop - start;
        var count = distance > 0 == step > 0 && distance != 0 ? (distance - (step > 0 ? 1 : -1)) / step + 1 : 0;
        if (count > LongestRange || !run.Charge((long)count))
        {
            return run.Fail($"a range of more than {LongestRange} numbers");
        }

        var numbers = new object?[(int)count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = start + i * step;
        }

        return new JinjaList(numbers);
    }

    private static object? Dict(JinjaRun run, JinjaArguments arguments)
    {
        var first = arguments.Count > 0 && arguments[0] is JinjaMap map ? map.Pairs : [];
        var named = arguments.Named.Select(pair => new KeyValuePair<object?, object?>(pair.Name, pair.Value));
        var result = new JinjaMap(first.Concat(named));
        return run.Charge(2L * result.Count) ? result : null;
    }

    private static object? Namespace(JinjaRun run, JinjaArguments arguments)
    {
        var space = new JinjaNamespace();
        foreach (var (key, value) in arguments.Count > 0 && arguments[0] is JinjaMap map ? map.Pairs : [])
        {
            space.Values[key as string ?? ""] = value;
        }

        foreach (var (name, value) in arguments.Named)
        {
            space.Values[name] = value;
        }

        return run.Charge(space.Values.Count + 1) ? space : null;
    }

    /// <summary>Empty when it is called first, the separator from then on.</summary>
    private static object? Joiner(JinjaRun run, JinjaArguments arguments)
    {
        var separator = arguments.Text(0, "sep") ?? ", ";
        var used = false;
        return new JinjaFunction("joiner", (_, _) =>
        {
            var text = used ? separator : "";
            used = true;
            return text;
        });
    }

    private static object? RaiseException(JinjaRun run, JinjaArguments arguments)
    {
        var reason = arguments.Count > 0 ? JinjaText.Of(run, arguments[0]) : "it gives no reason";
        return run.Fail(new EngineFault(EngineFaultKind.InvalidRequest, $"The model's chat template refuses these messages: {reason}"));
    }

    /// <summary>The time now in the C library's format.</summary>
    private static object? StrftimeNow(JinjaRun run, JinjaArguments arguments)
    {
        var now = run.Time.GetLocalNow();
        var format = arguments.Text(0, "format") ?? "";
        var result = new StringBuilder();
        for (var i = 0; i < format.Length && run.Charge(32); i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            var unpadded = format[i + 1] == '-' && i + 2 < format.Length;
            i += unpadded ? 2 : 1;
            var part = Part(now, format[i]);
            result.Append(unpadded && part.Length > 1 ? part.TrimStart('0').PadLeft(1, '0') : part);
        }

        return result.ToString();
    }

    private static string Part(DateTimeOffset now, char code) => code switch
    {
        'Y' => now.Format("yyyy"),
        'y' => now.Format("yy"),
        'm' => now.Format("MM"),
        'd' => now.Format("dd"),
        'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'H' => now.Format("HH"),
        'I' => now.Format("hh"),
        'M' => now.Format("mm"),
        'S' => now.Format("ss"),
        'f' => now.Format("ffffff"),
        'p' => now.Hour < 12 ? "AM" : "PM",
        'B' => now.Format("MMMM"),
        'b' or 'h' => now.Format("MMM"),
        'A' => now.Format("dddd"),
        'a' => now.Format("ddd"),
        'j' => now.DayOfYear.ToString("D3", CultureInfo.InvariantCulture),
        'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'u' => (now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'F' => now.Format("yyyy-MM-dd"),
        'T' => now.Format("HH:mm:ss"),
        'R' => now.Format("HH:mm"),
        'D' => now.Format("MM/dd/yy"),
        'z' => now.Format("zzz").Replace(":", "", StringComparison.Ordinal),
        'Z' => "",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => "%" + code,
    };

    private static string Format(this DateTimeOffset now, string format) => now.ToString(format, CultureInfo.InvariantCulture);
}
