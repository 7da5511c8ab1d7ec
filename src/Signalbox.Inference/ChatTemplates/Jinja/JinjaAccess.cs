namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Attributes, items, slices and iteration.</summary>
internal static class JinjaAccess
{
    /// <summary><c>value.name</c>: a method before a key, as in Jinja.</summary>
    public static object? Attribute(JinjaRun run, object? value, string name)
    {
        switch (value)
        {
            case JinjaUndefined missing:
                return run.Fail(missing.Description);
            case JinjaNamespace space:
                return space.Values.TryGetValue(name, out var held) ? held : Missing(value, name);
            case JinjaLoop loop:
                return loop.Attribute(name);
            case JinjaMap map:
                return JinjaMethods.Find(value, name) ?? (map.TryGet(name, out var item) ? item : Missing(value, name));
            default:
                return JinjaMethods.Find(value, name) ?? (object)Missing(value, name);
        }
    }

    /// <summary><c>value[key]</c>: a key before a method.</summary>
    public static object? Item(JinjaRun run, object? value, object? key)
    {
        switch (value)
        {
            case JinjaMap map when JinjaMap.IsKey(key):
                return map.TryGet(key, out var item) ? item : key is string method && JinjaMethods.Find(value, method) is { } found ? found : Missing(value, key);
            case JinjaList list when JinjaOperators.TryNumber(key, out var number) && number is long index:
                index += index < 0 ? list.Items.Count : 0;
                return index >= 0 && index < list.Items.Count ? list.Items[(int)index] : Missing(value, key);
            case string text when JinjaOperators.TryNumber(key, out var number) && number is long index:
                return Character(run, text, index) ?? (object)Missing(value, key);
            default:
                return key is string name || value is JinjaUndefined ? Attribute(run, value, key as string ?? "") : Missing(value, key);
        }
    }

    public static object? Slice(JinjaRun run, object? value, object? start, object? stop, object? step)
    {
        if (value is JinjaUndefined missing)
        {
            return run.Fail(missing.Description);
        }

        if (value is not (string or JinjaList) || !TryBound(start, out var from) || !TryBound(stop, out var to) || !TryBound(step, out var by) || by == 0)
        {
            return run.Fail($"{JinjaOperators.Kind(value)} cannot be cut like that");
        }

        if (value is string whole && by is null or 1 && PythonText.Length(whole) == whole.Length)
        {
            var (begin, end) = Bounds(whole.Length, from, to, 1);
            return run.Charge(Math.Max(0, end - begin)) ? whole[(int)begin..(int)Math.Max(begin, end)] : null;
        }

        if (!TryItems(run, value, out var items))
        {
            return null;
        }

        var stride = by ?? 1;
        var (first, last) = Bounds(items.Count, from, to, stride);
        var kept = new List<object?>();
        for (var i = first; (stride > 0 ? i < last : i > last) && run.Charge(1); i += stride)
        {
            kept.Add(items[(int)i]);
        }

        return value is string ? string.Concat(kept) : new JinjaList(kept, ((JinjaList)value).IsTuple);
    }

    /// <summary>What a for goes through: items, keys, characters.</summary>
    public static bool TryItems(JinjaRun run, object? value, out IReadOnlyList<object?> items)
    {
        items = [];
        switch (value)
        {
            case JinjaUndefined:
                return true;
            case JinjaList list:
                items = list.Items;
                return true;
            case JinjaMap map when run.Charge(map.Count):
                items = [.. map.Pairs.Select(pair => pair.Key)];
                return true;
            case string text when run.Charge(4L * text.Length):
                items = PythonText.Characters(text);
                return true;
            default:
                run.Fail($"{JinjaOperators.Kind(value)} has no items");
                return false;
        }
    }

    /// <summary>Follows a dotted path of names and indices, as the <c>attribute</c> argument of filters has it.</summary>
    public static object? Path(JinjaRun run, object? value, object? path)
    {
        if (path is not string names)
        {
            return Item(run, value, path);
        }

        foreach (var name in names.Split('.'))
        {
            value = Item(run, value, long.TryParse(name, out var index) ? index : name);
            if (run.Failed)
            {
                return null;
            }
        }

        return value;
    }

    private static JinjaUndefined Missing(object? value, object? key) =>
        new($"{JinjaOperators.Kind(value)} has no '{(key is string or long or null ? key : JinjaOperators.Kind(key))}'");

    private static string? Character(JinjaRun run, string text, long index)
    {
        if (!run.Work(text.Length / 16))
        {
            return null;
        }

        var length = PythonText.Length(text);
        index += index < 0 ? length : 0;
        if (index < 0 || index >= length)
        {
            return null;
        }

        return length == text.Length ? text[(int)index].ToString() : run.Charge(text.Length) ? PythonText.Characters(text)[(int)index] : null;
    }

    private static bool TryBound(object? value, out long? bound)
    {
        bound = null;
        if (value is null)
        {
            return true;
        }

        if (!JinjaOperators.TryNumber(value, out var number) || number is not long integer)
        {
            return false;
        }

        bound = Math.Clamp(integer, int.MinValue, int.MaxValue);
        return true;
    }

    /// <summary>Python's slice.indices.</summary>
    private static (long First, long Last) Bounds(long length, long? start, long? stop, long step)
    {
        var low = step > 0 ? 0 : -1;
        var high = step > 0 ? length : length - 1;
        return (Bound(start, step > 0 ? low : high), Bound(stop, step > 0 ? high : low));

        long Bound(long? value, long fallback) =>
            value is not { } given ? fallback : Math.Clamp(given < 0 ? given + length : given, low, high);
    }
}
