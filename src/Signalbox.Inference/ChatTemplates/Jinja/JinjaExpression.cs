namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>A part of a template that has a value. Evaluated through <see cref="JinjaRun.Evaluate"/>, which counts and bounds the depth.</summary>
internal abstract class JinjaExpression
{
    public abstract object? Evaluate(JinjaRun run);
}

internal sealed class LiteralExpression(object? value) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run) => value;
}

internal sealed class NameExpression(string name) : JinjaExpression
{
    public string Name => name;

    public override object? Evaluate(JinjaRun run) => run.Scope.TryGet(name, out var value) ? value : new JinjaUndefined($"'{name}' is undefined");
}

internal sealed class AttributeExpression(JinjaExpression target, string name) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(target);
        return run.Failed ? null : JinjaAccess.Attribute(run, value, name);
    }
}

internal sealed class ItemExpression(JinjaExpression target, JinjaExpression key) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(target);
        var at = run.Evaluate(key);
        return run.Failed ? null : JinjaAccess.Item(run, value, at);
    }
}

internal sealed class SliceExpression(JinjaExpression target, JinjaExpression? start, JinjaExpression? stop, JinjaExpression? step) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(target);
        var from = start is null ? null : run.Evaluate(start);
        var to = stop is null ? null : run.Evaluate(stop);
        var by = step is null ? null : run.Evaluate(step);
        return run.Failed ? null : JinjaAccess.Slice(run, value, from, to, by);
    }
}

/// <summary>Arguments as they are written.</summary>
internal sealed class ArgumentList(IReadOnlyList<JinjaExpression> positional, IReadOnlyList<(string Name, JinjaExpression Value)> named)
{
    public static ArgumentList Empty { get; } = new([], []);

    public JinjaArguments Evaluate(JinjaRun run)
    {
        if (positional.Count == 0 && named.Count == 0)
        {
            return JinjaArguments.Empty;
        }

        var values = new object?[positional.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = run.Evaluate(positional[i]);
        }

        var pairs = new (string, object?)[named.Count];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (named[i].Name, run.Evaluate(named[i].Value));
        }

        return new JinjaArguments(values, pairs);
    }
}

internal sealed class CallExpression(JinjaExpression target, ArgumentList arguments) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(target);
        var given = arguments.Evaluate(run);
        return run.Failed ? null
            : value is JinjaFunction function ? function.Body(run, given)
            : run.Fail(value is JinjaUndefined missing ? missing.Description : $"{JinjaOperators.Kind(value)} cannot be called");
    }
}

/// <param name="target">Null inside of a filter block, which gives the text that it captured.</param>
/// <param name="filter">What it does.</param>
/// <param name="arguments">What it is given besides.</param>
internal sealed class FilterExpression(JinjaExpression target, JinjaFilter filter, ArgumentList arguments) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(target);
        var given = arguments.Evaluate(run);
        return run.Failed ? null : filter(run, value, given);
    }
}

internal sealed class TestExpression(JinjaExpression target, JinjaTest test, ArgumentList arguments, bool negated) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(target);
        var given = arguments.Evaluate(run);
        return run.Failed ? null : test(run, value, given) != negated;
    }
}

internal sealed class SignExpression(JinjaExpression target, bool negative) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(target);
        return run.Failed ? null : JinjaOperators.Arithmetic(run, negative ? "-" : "+", 0L, value);
    }
}

internal sealed class BinaryExpression(string sign, JinjaExpression left, JinjaExpression right) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var a = run.Evaluate(left);
        var b = run.Evaluate(right);
        return run.Failed ? null : JinjaOperators.Arithmetic(run, sign, a, b);
    }
}

/// <summary><c>and</c>, <c>or</c>: the value that decides, as in Python.</summary>
internal sealed class LogicExpression(bool isAnd, JinjaExpression left, JinjaExpression right) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var value = run.Evaluate(left);
        return run.Failed || JinjaOperators.IsTrue(value) != isAnd ? value : run.Evaluate(right);
    }
}

internal sealed class NotExpression(JinjaExpression target) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run) => !JinjaOperators.IsTrue(run.Evaluate(target));
}

/// <summary>One or several comparisons: <c>a &lt; b &lt;= c</c> asks both.</summary>
internal sealed class CompareExpression(JinjaExpression first, IReadOnlyList<(string Sign, JinjaExpression Operand)> others) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var left = run.Evaluate(first);
        foreach (var (sign, operand) in others)
        {
            var right = run.Evaluate(operand);
            if (run.Failed || !Holds(run, sign, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private static bool Holds(JinjaRun run, string sign, object? left, object? right) => sign switch
    {
        "==" => JinjaOperators.AreEqual(run, left, right),
        "!=" => !JinjaOperators.AreEqual(run, left, right),
        "in" => JinjaOperators.Contains(run, right, left),
        "not in" => !JinjaOperators.Contains(run, right, left),
        "<" => JinjaOperators.Compare(run, left, right) < 0,
        "<=" => JinjaOperators.Compare(run, left, right) <= 0,
        ">" => JinjaOperators.Compare(run, left, right) > 0,
        _ => JinjaOperators.Compare(run, left, right) >= 0,
    };
}

/// <summary><c>a ~ b</c>: as texts.</summary>
internal sealed class ConcatExpression(IReadOnlyList<JinjaExpression> parts) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var texts = new string[parts.Count];
        var length = 0L;
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = JinjaText.Of(run, run.Evaluate(parts[i]));
            length += texts[i].Length;
        }

        return run.Charge(length) ? string.Concat(texts) : null;
    }
}

/// <summary><c>a if test else b</c>.</summary>
internal sealed class ConditionalExpression(JinjaExpression test, JinjaExpression then, JinjaExpression? otherwise) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run) =>
        JinjaOperators.IsTrue(run.Evaluate(test)) ? run.Evaluate(then)
        : otherwise is null ? new JinjaUndefined("the condition was false and there is no else")
        : run.Evaluate(otherwise);
}

internal sealed class ListExpression(IReadOnlyList<JinjaExpression> items, bool isTuple) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var values = new object?[items.Count];
        for (var i = 0; i < values.Length && run.Charge(1); i++)
        {
            values[i] = run.Evaluate(items[i]);
        }

        return new JinjaList(values, isTuple);
    }
}

internal sealed class MapExpression(IReadOnlyList<(JinjaExpression Key, JinjaExpression Value)> pairs) : JinjaExpression
{
    public override object? Evaluate(JinjaRun run)
    {
        var values = new List<KeyValuePair<object?, object?>>(pairs.Count);
        foreach (var (key, value) in pairs)
        {
            var name = run.Evaluate(key);
            var held = run.Evaluate(value);
            if (!JinjaMap.IsKey(name))
            {
                return run.Fail($"{JinjaOperators.Kind(name)} cannot be a key of a dict");
            }

            values.Add(new(name, held));
        }

        return run.Charge(values.Count * 2L) ? new JinjaMap(values) : null;
    }
}
