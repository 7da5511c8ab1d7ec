namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Python's rules for truth, equality, order, arithmetic and membership.</summary>
internal static class JinjaOperators
{
    public static bool IsTrue(object? value) => value switch
    {
        null or JinjaUndefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        JinjaList list => list.Items.Count > 0,
        JinjaMap map => map.Count > 0,
        _ => true,
    };

    public static bool AreEqual(JinjaRun run, object? left, object? right, int depth = 0)
    {
        if (depth > JinjaBudget.ValueDepth || !run.Work(1))
        {
            run.Fail("values that are nested too deeply are compared");
            return false;
        }

        switch (left, right)
        {
            case (string a, string b):
                return run.Work(Math.Min(a.Length, b.Length) / 32) && a == b;
            case (JinjaList a, JinjaList b):
                return a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => AreEqual(run, pair.First, pair.Second, depth + 1));
            case (JinjaMap a, JinjaMap b):
                return a.Count == b.Count && a.Pairs.All(pair => b.TryGet(pair.Key, out var other) && AreEqual(run, pair.Value, other, depth + 1));
            case (JinjaUndefined, JinjaUndefined) or (null, null):
                return true;
            default:
                return TryNumbers(left, right, out var x, out var y)
                    ? x is long i && y is long j ? i == j : ToDouble(x) == ToDouble(y)
                    : ReferenceEquals(left, right);
        }
    }

    /// <summary>Less than 0, 0 or more than 0; null after a failure.</summary>
    public static int? Compare(JinjaRun run, object? left, object? right, int depth = 0)
    {
        if (TryNumbers(left, right, out var x, out var y))
        {
            return x is long i && y is long j ? i.CompareTo(j) : ToDouble(x).CompareTo(ToDouble(y));
        }

        if (left is string a && right is string b)
        {
            return run.Work(Math.Min(a.Length, b.Length) / 32) ? string.CompareOrdinal(a, b) : null;
        }

        if (left is not JinjaList first || right is not JinjaList second || first.IsTuple != second.IsTuple || depth > JinjaBudget.ValueDepth)
        {
            run.Fail($"{Kind(left)} and {Kind(right)} have no order");
            return null;
        }

        for (var i = 0; i < first.Items.Count && i < second.Items.Count; i++)
        {
            if (!AreEqual(run, first.Items[i], second.Items[i], depth + 1))
            {
                return run.Failed ? null : Compare(run, first.Items[i], second.Items[i], depth + 1);
            }
        }

        return first.Items.Count.CompareTo(second.Items.Count);
    }

    public static bool Contains(JinjaRun run, object? container, object? item)
    {
        switch (container)
        {
            case JinjaUndefined:
                return false;
            case string text when item is string part:
                return run.Work(text.Length / 16) && text.Contains(part, StringComparison.Ordinal);
            case JinjaList list:
                foreach (var candidate in list.Items)
                {
                    if (AreEqual(run, candidate, item) || run.Failed)
                    {
                        return !run.Failed;
                    }
                }

                return false;
            case JinjaMap map:
                return JinjaMap.IsKey(item) && map.TryGet(item, out _);
            default:
                run.Fail($"'in' cannot look for {Kind(item)} in {Kind(container)}");
                return false;
        }
    }

    public static object? Arithmetic(JinjaRun run, string sign, object? left, object? right)
    {
        if (sign == "+" && TryJoin(run, left, right) is { } joined)
        {
            return joined;
        }

        if (sign == "*" && TryRepeat(run, left, right, out var repeated))
        {
            return repeated;
        }

        if (sign == "%" && left is string format)
        {
            return JinjaFormat.Percent(run, format, right is JinjaList { IsTuple: true } many ? many.Items : [right]);
        }

        if (!TryNumbers(left, right, out var x, out var y))
        {
            var missing = left as JinjaUndefined ?? right as JinjaUndefined;
            return run.Fail(missing is null ? $"{Kind(left)} {sign} {Kind(right)} is not possible" : missing.Description);
        }

        return sign != "/" && x is long i && y is long j ? Integers(run, sign, i, j) : Doubles(run, sign, ToDouble(x), ToDouble(y));
    }

    /// <summary>What a value is, for messages.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "none",
        bool => "a boolean",
        long => "an integer",
        double => "a float",
        string => "a string",
        JinjaList list => list.IsTuple ? "a tuple" : "a list",
        JinjaMap => "a dict",
        JinjaUndefined missing => $"nothing ({missing.Description})",
        JinjaNamespace => "a namespace",
        _ => "a function",
    };

    public static bool TryNumber(object? value, out object number)
    {
        number = value is bool flag ? flag ? 1L : 0L : value!;
        return value is bool or long or double;
    }

    public static double ToDouble(object number) => number is long integer ? integer : (double)number;

    private static bool TryNumbers(object? left, object? right, out object x, out object y)
    {
        y = 0L;
        return TryNumber(left, out x) && TryNumber(right, out y);
    }

    private static object? TryJoin(JinjaRun run, object? left, object? right)
    {
        // A tool call's arguments are taken for their JSON where a template adds them to a text.
        left = left is JinjaMap { PrintsAsJson: true } && right is string ? JinjaText.Of(run, left) : left;
        right = right is JinjaMap { PrintsAsJson: true } && left is string ? JinjaText.Of(run, right) : right;
        return (left, right) switch
        {
            (string a, string b) => run.Charge((long)a.Length + b.Length) ? a + b : "",
            (JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple =>
                run.Charge((long)a.Items.Count + b.Items.Count) ? new JinjaList([.. a.Items, .. b.Items], a.IsTuple) : "",
            _ => null,
        };
    }

    private static bool TryRepeat(JinjaRun run, object? left, object? right, out object? repeated)
    {
        var (value, count) = left is string or JinjaList ? (left, right) : (right, left);
        repeated = null;
        if (value is not (string or JinjaList) || !TryNumber(count, out var number) || number is not long times)
        {
            return false;
        }

        times = Math.Clamp(times, 0, int.MaxValue);
        var length = value is string text ? text.Length : ((JinjaList)value).Items.Count;
        if (run.Charge(times * length))
        {
            repeated = value is string part
                ? string.Concat(Enumerable.Repeat(part, length == 0 ? 0 : (int)times))
                : new JinjaList([.. Enumerable.Repeat(((JinjaList)value).Items, length == 0 ? 0 : (int)times).SelectMany(items => items)], ((JinjaList)value).IsTuple);
        }

        return true;
    }

    private static object? Integers(JinjaRun run, string sign, long x, long y)
    {
        if (sign is "//" or "%" && y == 0)
        {
            return run.Fail("a division by zero");
        }

        var exact = sign switch
        {
            "+" => (Int128)x + y,
            "-" => (Int128)x - y,
            "*" => (Int128)x * y,
            "//" => (Int128)x / y - ((Int128)x % y != 0 && (x < 0) != (y < 0) ? 1 : 0),
            "%" => ((Int128)x % y + y) % y,
            _ => Int128.MaxValue,
        };
        if (sign == "**")
        {
            return Power(run, x, y);
        }

        return exact >= long.MinValue && exact <= long.MaxValue ? (long)exact : run.Fail("a number is too large");
    }

    private static object? Power(JinjaRun run, long x, long y)
    {
        if (y < 0)
        {
            return x == 0 ? run.Fail("a division by zero") : Math.Pow(x, y);
        }

        Int128 result = 1;
        for (var i = 0L; i < y && x is not (0 or 1 or -1); i++)
        {
            result *= x;
            if (result < long.MinValue || result > long.MaxValue)
            {
                return run.Fail("a number is too large");
            }
        }

        return x switch
        {
            0 => y == 0 ? 1L : 0L,
            1 => 1L,
            -1 => y % 2 == 0 ? 1L : -1L,
            _ => (long)result,
        };
    }

    private static object? Doubles(JinjaRun run, string sign, double x, double y)
    {
        if (sign is "/" or "//" or "%" && y == 0)
        {
            return run.Fail("a division by zero");
        }

        var remainder = y == 0 ? 0 : x % y;
        remainder = remainder == 0 ? Math.CopySign(0, y) : (remainder < 0) != (y < 0) ? remainder + y : remainder;
        return sign switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            "//" => Math.Floor((x - remainder) / y + 0.5),
            "%" => remainder,
            _ => Math.Pow(x, y),
        };
    }
}
