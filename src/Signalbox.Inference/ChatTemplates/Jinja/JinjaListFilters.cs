namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Filters of lists and dicts.</summary>
internal static class JinjaListFilters
{
    public static object? First(JinjaRun run, object? value, JinjaArguments arguments) =>
        !JinjaAccess.TryItems(run, value, out var items) ? null : items.Count > 0 ? items[0] : new JinjaUndefined("there is no first item");

    public static object? Last(JinjaRun run, object? value, JinjaArguments arguments) =>
        !JinjaAccess.TryItems(run, value, out var items) ? null : items.Count > 0 ? items[^1] : new JinjaUndefined("there is no last item");

    public static object? Reverse(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaAccess.TryItems(run, value, out var items) || !run.Charge(items.Count))
        {
            return null;
        }

        return value is string ? string.Concat(items.Reverse()) : new JinjaList([.. items.Reverse()]);
    }

    /// <summary><c>map('filter', ...)</c> or <c>map(attribute='name', default=...)</c>.</summary>
    public static object? Map(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaOperators.IsTrue(value))
        {
            return new JinjaList([]);
        }

        if (!JinjaAccess.TryItems(run, value, out var items) || !run.Charge(items.Count))
        {
            return null;
        }

        var byAttribute = arguments.TryGet(-1, "attribute", out var attribute) && arguments.Count == 0;
        JinjaFilter? filter = null;
        if (!byAttribute && (arguments.Text(0, "filter") is not { } name || !JinjaFilters.All.TryGetValue(name, out filter)))
        {
            return run.Fail("map needs a filter that is supported, or an attribute");
        }

        var results = new object?[items.Count];
        for (var i = 0; i < results.Length && run.Work(1); i++)
        {
            results[i] = byAttribute ? JinjaAccess.Path(run, items[i], attribute) : filter!(run, items[i], arguments.Skip(1));
            if (byAttribute && results[i] is JinjaUndefined && arguments.TryGet(-1, "default", out var fallback))
            {
                results[i] = fallback;
            }
        }

        return new JinjaList(results);
    }

    /// <summary>select, reject, selectattr, rejectattr: by a test, or by truth where none is named.</summary>
    public static object? Select(JinjaRun run, object? value, JinjaArguments arguments, bool byAttribute, bool wanted)
    {
        if (!JinjaOperators.IsTrue(value))
        {
            return new JinjaList([]);
        }

        if (!JinjaAccess.TryItems(run, value, out var items))
        {
            return null;
        }

        var at = byAttribute ? 1 : 0;
        JinjaTest? test = null;
        if ((byAttribute && arguments.Count == 0) || (arguments.Count > at && (arguments[at] is not string name || !JinjaTests.All.TryGetValue(name, out test))))
        {
            return run.Fail("a selection needs a test that is supported");
        }

        var kept = new List<object?>();
        foreach (var item in items)
        {
            var tested = byAttribute ? JinjaAccess.Path(run, item, arguments[0]) : item;
            var holds = !run.Failed && (test is null ? JinjaOperators.IsTrue(tested) : test(run, tested, arguments.Skip(at + 1)));
            if (!run.Work(1))
            {
                return null;
            }

            if (holds == wanted && run.Charge(1))
            {
                kept.Add(item);
            }
        }

        return new JinjaList(kept);
    }

    public static object? Unique(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaAccess.TryItems(run, value, out var items))
        {
            return null;
        }

        var seen = new List<object?>();
        var kept = new List<object?>();
        foreach (var item in items)
        {
            var key = Key(run, item, arguments, caseSensitive: 0, attribute: 1);
            if (!run.Failed && !JinjaOperators.Contains(run, new JinjaList(seen), key) && run.Charge(2))
            {
                seen.Add(key);
                kept.Add(item);
            }
        }

        return new JinjaList(kept);
    }

    public static object? Sort(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaAccess.TryItems(run, value, out var items))
        {
            return null;
        }

        var keyed = items.Select(item => (Key: Key(run, item, arguments, caseSensitive: 1, attribute: 2), Item: item)).ToList();
        return Sorted(run, keyed, arguments.Flag(0, "reverse"));
    }

    public static object? DictSort(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (value is not JinjaMap map)
        {
            return run.Fail($"dictsort was given {JinjaOperators.Kind(value)}");
        }

        var byValue = arguments.Text(1, "by") == "value";
        var sensitive = arguments.Flag(0, "case_sensitive");
        var keyed = map.Pairs.Select(pair => (
            Key: Folded(run, byValue ? pair.Value : pair.Key, sensitive),
            Item: (object?)new JinjaList([pair.Key, pair.Value], isTuple: true))).ToList();
        return Sorted(run, keyed, arguments.Flag(2, "reverse"));
    }

    public static object? Extreme(JinjaRun run, object? value, JinjaArguments arguments, int sign)
    {
        if (!JinjaAccess.TryItems(run, value, out var items) || items.Count == 0)
        {
            return new JinjaUndefined("there are no items to compare");
        }

        var best = items[0];
        var bestKey = Key(run, best, arguments, caseSensitive: 0, attribute: 1);
        foreach (var item in items.Skip(1))
        {
            var key = Key(run, item, arguments, caseSensitive: 0, attribute: 1);
            if (!run.Failed && JinjaOperators.Compare(run, key, bestKey) * sign > 0)
            {
                (best, bestKey) = (item, key);
            }
        }

        return best;
    }

    public static object? Sum(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaAccess.TryItems(run, value, out var items))
        {
            return null;
        }

        var byAttribute = arguments.TryGet(0, "attribute", out var attribute) && attribute is not null;
        var sum = arguments.TryGet(1, "start", out var start) ? start : 0L;
        foreach (var item in items)
        {
            sum = JinjaOperators.Arithmetic(run, "+", sum, byAttribute ? JinjaAccess.Path(run, item, attribute) : item);
            if (!run.Work(1))
            {
                return null;
            }
        }

        return sum;
    }

    /// <summary>Tuples of a key and the items that have it, sorted by the key.</summary>
    public static object? GroupBy(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaAccess.TryItems(run, value, out var items) || !arguments.TryGet(0, "attribute", out var attribute))
        {
            return run.Fail("groupby needs items and an attribute");
        }

        var groups = new List<(object? Key, List<object?> Items)>();
        foreach (var item in items)
        {
            var key = JinjaAccess.Path(run, item, attribute);
            key = key is JinjaUndefined && arguments.TryGet(1, "default", out var fallback) ? fallback : key;
            var group = run.Failed ? default : groups.Find(group => JinjaOperators.AreEqual(run, group.Key, key));
            if (group.Items is null)
            {
                groups.Add((key, group.Items = []));
            }

            group.Items.Add(item);
            if (!run.Charge(2))
            {
                return null;
            }
        }

        return Sorted(run, [.. groups.Select(group => (group.Key, (object?)new JinjaList([group.Key, new JinjaList(group.Items)], isTuple: true)))], reverse: false);
    }

    /// <summary>Lists of so many items, the last filled up where a filling is given.</summary>
    public static object? Batch(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var size = arguments.Integer(0, "linecount", 0);
        if (size is < 1 or > JinjaFormat.MaximumWidth || !JinjaAccess.TryItems(run, value, out var items) || !run.Charge(2L * items.Count + size))
        {
            return run.Fail("batch needs items and a size");
        }

        var batches = new List<object?>();
        foreach (var chunk in items.Chunk((int)size))
        {
            var filled = chunk.Length < size && arguments.TryGet(1, "fill_with", out var filling) && filling is not null
                ? [.. chunk, .. Enumerable.Repeat(filling, (int)size - chunk.Length)]
                : chunk;
            batches.Add(new JinjaList(filled));
        }

        return new JinjaList(batches);
    }

    private static object? Key(JinjaRun run, object? item, JinjaArguments arguments, int caseSensitive, int attribute)
    {
        var key = arguments.TryGet(attribute, "attribute", out var path) && path is not null ? JinjaAccess.Path(run, item, path) : item;
        return Folded(run, key, arguments.Flag(caseSensitive, "case_sensitive"));
    }

    private static object? Folded(JinjaRun run, object? key, bool caseSensitive) =>
        key is string text && !caseSensitive && run.Charge(text.Length) ? text.ToLowerInvariant() : key;

    private static JinjaList? Sorted(JinjaRun run, List<(object? Key, object? Item)> keyed, bool reverse)
    {
        if (!run.Charge(2L * keyed.Count))
        {
            return null;
        }

        // A stable sort; after a failure everything counts as equal, so it ends. Reversed, equal ones keep their order, as in Python.
        var order = Comparer<object?>.Create((a, b) => run.Failed ? 0 : (JinjaOperators.Compare(run, a, b) ?? 0) * (reverse ? -1 : 1));
        var sorted = keyed.OrderBy(pair => pair.Key, order).Select(pair => pair.Item).ToList();
        return run.Failed ? null : new JinjaList(sorted);
    }
}
