using System.Collections.Frozen;

namespace Signalbox.Inference.ChatTemplates.Jinja;

internal delegate bool JinjaTest(JinjaRun run, object? value, JinjaArguments arguments);

/// <summary>The tests behind <c>is</c>, by name.</summary>
internal static class JinjaTests
{
    public static FrozenDictionary<string, JinjaTest> All { get; } = new Dictionary<string, JinjaTest>
    {
        ["boolean"] = static (_, value, _) => value is bool,
        ["callable"] = static (_, value, _) => value is JinjaFunction,
        ["defined"] = static (_, value, _) => value is not JinjaUndefined,
        ["divisibleby"] = static (run, value, arguments) => Remainder(run, value, arguments.Count > 0 ? arguments[0] : null) == 0,
        ["false"] = static (_, value, _) => value is false,
        ["filter"] = static (_, value, _) => value is string name && JinjaFilters.All.ContainsKey(name),
        ["float"] = static (_, value, _) => value is double,
        ["in"] = static (run, value, arguments) => arguments.Count > 0 && JinjaOperators.Contains(run, arguments[0], value),
        ["integer"] = static (_, value, _) => value is long,
        ["iterable"] = static (_, value, _) => value is string or JinjaList or JinjaMap or JinjaUndefined,
        ["lower"] = static (run, value, _) => IsCased(run, value, char.IsLower, char.IsUpper),
        ["mapping"] = static (_, value, _) => value is JinjaMap,
        ["none"] = static (_, value, _) => value is null,
        ["number"] = static (_, value, _) => value is long or double or bool,
        ["odd"] = static (run, value, _) => Remainder(run, value, 2L) == 1,
        ["even"] = static (run, value, _) => Remainder(run, value, 2L) == 0,
        ["sameas"] = static (run, value, arguments) => arguments.Count > 0 && value?.GetType() == arguments[0]?.GetType() && JinjaOperators.AreEqual(run, value, arguments[0]),
        ["sequence"] = static (_, value, _) => value is string or JinjaList or JinjaMap or JinjaUndefined,
        ["string"] = static (_, value, _) => value is string,
        ["test"] = static (_, value, _) => value is string name && All!.ContainsKey(name),
        ["true"] = static (_, value, _) => value is true,
        ["undefined"] = static (_, value, _) => value is JinjaUndefined,
        ["upper"] = static (run, value, _) => IsCased(run, value, char.IsUpper, char.IsLower),
        ["equalto"] = IsEqual,
        ["eq"] = IsEqual,
        ["=="] = IsEqual,
        ["ne"] = static (run, value, arguments) => !IsEqual(run, value, arguments),
        ["!="] = static (run, value, arguments) => !IsEqual(run, value, arguments),
        ["lt"] = static (run, value, arguments) => Order(run, value, arguments) < 0,
        ["lessthan"] = static (run, value, arguments) => Order(run, value, arguments) < 0,
        ["<"] = static (run, value, arguments) => Order(run, value, arguments) < 0,
        ["le"] = static (run, value, arguments) => Order(run, value, arguments) <= 0,
        ["<="] = static (run, value, arguments) => Order(run, value, arguments) <= 0,
        ["gt"] = static (run, value, arguments) => Order(run, value, arguments) > 0,
        ["greaterthan"] = static (run, value, arguments) => Order(run, value, arguments) > 0,
        [">"] = static (run, value, arguments) => Order(run, value, arguments) > 0,
        ["ge"] = static (run, value, arguments) => Order(run, value, arguments) >= 0,
        [">="] = static (run, value, arguments) => Order(run, value, arguments) >= 0,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static bool IsEqual(JinjaRun run, object? value, JinjaArguments arguments) => arguments.Count > 0 && JinjaOperators.AreEqual(run, value, arguments[0]);

    private static int? Order(JinjaRun run, object? value, JinjaArguments arguments) => arguments.Count > 0 ? JinjaOperators.Compare(run, value, arguments[0]) : null;

    private static double? Remainder(JinjaRun run, object? value, object? divisor) =>
        JinjaOperators.Arithmetic(run, "%", value is string ? null : value, divisor) switch { long number => number, double number => number, _ => null };

    private static bool IsCased(JinjaRun run, object? value, Func<char, bool> wanted, Func<char, bool> unwanted)
    {
        var text = JinjaText.Of(run, value);
        return run.Work(text.Length / 8) && text.Any(wanted) && !text.Any(unwanted);
    }
}
