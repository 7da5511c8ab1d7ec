using System.Diagnostics.CodeAnalysis;

namespace Signalbox.Inference.ChatTemplates.Jinja;

// Values are null (none), bool, long, double, string, and the types below. All but a namespace cannot change, so none can hold itself.

/// <summary>What a name or key that is not there gives: empty as text and in loops, but without attributes or arithmetic.</summary>
internal sealed class JinjaUndefined(string description)
{
    /// <summary>For errors: which name or key.</summary>
    public string Description => description;
}

/// <summary>A list or a tuple.</summary>
internal sealed class JinjaList(IReadOnlyList<object?> items, bool isTuple = false)
{
    public IReadOnlyList<object?> Items => items;

    public bool IsTuple => isTuple;
}

/// <summary>A dict: keys are strings, numbers, booleans or none, in the order they were added.</summary>
internal sealed class JinjaMap
{
    private readonly OrderedDictionary<object, object?> _pairs = new(KeyComparer.Instance);

    /// <param name="pairs">Later ones of equal keys win.</param>
    /// <param name="printsAsJson">
    /// Whether its text is JSON instead of Python's notation, as a tool call's arguments need it: some templates take them for a text.
    /// </param>
    public JinjaMap(IEnumerable<KeyValuePair<object?, object?>> pairs, bool printsAsJson = false)
    {
        foreach (var (key, value) in pairs)
        {
            _pairs[key ?? KeyComparer.None] = value;
        }

        PrintsAsJson = printsAsJson;
    }

    public bool PrintsAsJson { get; }

    public int Count => _pairs.Count;

    public IEnumerable<KeyValuePair<object?, object?>> Pairs
    {
        get
        {
            foreach (var (key, value) in _pairs)
            {
                yield return new(ReferenceEquals(key, KeyComparer.None) ? null : key, value);
            }
        }
    }

    public static bool IsKey(object? value) => value is null or string or long or bool or double;

    public bool TryGet(object? key, [MaybeNullWhen(false)] out object? value) => _pairs.TryGetValue(key ?? KeyComparer.None, out value);

    /// <summary>Numbers are equal across their types, as in Python.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();
        public static readonly object None = new();

        public new bool Equals(object? x, object? y) => Plain(x!).Equals(Plain(y!));

        public int GetHashCode(object value) => Plain(value).GetHashCode();

        private static object Plain(object key) => key switch
        {
            bool flag => flag ? 1L : 0L,
            double number when number == Math.Floor(number) && Math.Abs(number) < 1e18 => (long)number,
            _ => key,
        };
    }
}

/// <summary>The one thing that a template can change: <c>namespace(...)</c> and <c>{% set ns.name = ... %}</c>.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Values { get; } = new(StringComparer.Ordinal);
}

internal delegate object? JinjaBody(JinjaRun run, JinjaArguments arguments);

/// <summary>Something that can be called: a macro, a global function, a method with its object.</summary>
internal sealed class JinjaFunction(string name, JinjaBody body)
{
    public string Name => name;

    public JinjaBody Body => body;
}

/// <summary>What <c>loop</c> is inside of a for.</summary>
internal sealed class JinjaLoop(IReadOnlyList<object?> items)
{
    public int Index { get; set; }

    public object? LastChanged { get; set; } = Nothing;

    public static object Nothing { get; } = new();

    public int Length => items.Count;

    public object? Attribute(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)Length - Index,
        "revindex0" => Length - Index - 1L,
        "first" => Index == 0,
        "last" => Index == Length - 1,
        "length" => (long)Length,
        // Counts recursive loops, which are not supported.
        "depth" => 1L,
        "depth0" => 0L,
        "previtem" => Index > 0 ? items[Index - 1] : new JinjaUndefined("there is no previous item"),
        "nextitem" => Index < Length - 1 ? items[Index + 1] : new JinjaUndefined("there is no next item"),
        "cycle" => new JinjaFunction("cycle", (run, arguments) =>
            arguments.Count == 0 ? run.Fail("loop.cycle needs items") : arguments[Index % arguments.Count]),
        "changed" => new JinjaFunction("changed", Changed),
        _ => new JinjaUndefined($"'loop' has no attribute '{name}'"),
    };

    private object? Changed(JinjaRun run, JinjaArguments arguments)
    {
        var now = new JinjaList([.. arguments.Positional], isTuple: true);
        var changed = LastChanged is not JinjaList before || !JinjaOperators.AreEqual(run, before, now);
        LastChanged = now;
        return changed;
    }
}

/// <summary>Evaluated arguments of a call, a filter or a test.</summary>
internal readonly struct JinjaArguments(object?[] positional, (string Name, object? Value)[] named)
{
    public static JinjaArguments Empty { get; } = new([], []);

    public object?[] Positional => positional;

    public (string Name, object? Value)[] Named => named;

    public int Count => positional.Length;

    public object? this[int index] => positional[index];

    /// <summary>The argument by position or by name.</summary>
    public bool TryGet(int index, string name, out object? value)
    {
        if (index >= 0 && index < positional.Length)
        {
            value = positional[index];
            return true;
        }

        foreach (var argument in named)
        {
            if (argument.Name == name)
            {
                value = argument.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    public bool Flag(int index, string name, bool fallback = false) =>
        TryGet(index, name, out var value) ? JinjaOperators.IsTrue(value) : fallback;

    public string? Text(int index, string name) => TryGet(index, name, out var value) ? value as string : null;

    public long Integer(int index, string name, long fallback) =>
        TryGet(index, name, out var value) ? value switch { long number => number, bool flag => flag ? 1 : 0, _ => fallback } : fallback;

    /// <summary>The arguments after the first ones.</summary>
    public JinjaArguments Skip(int count) => new(positional[Math.Min(count, positional.Length)..], named);
}
