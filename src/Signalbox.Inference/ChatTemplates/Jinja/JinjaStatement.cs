namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>A part of a template that does something. Run through <see cref="JinjaRun.Execute"/>.</summary>
/// <param name="line">Where it stands, from 1.</param>
internal abstract class JinjaStatement(int line)
{
    public int Line => line;

    public abstract JinjaFlow Execute(JinjaRun run);
}

internal sealed class TextStatement(int line, string text) : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run)
    {
        run.Write(text);
        return JinjaFlow.Next;
    }
}

internal sealed class OutputStatement(int line, JinjaExpression expression) : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run)
    {
        var value = run.Evaluate(expression);
        if (!run.Failed)
        {
            run.Write(JinjaText.Of(run, value));
        }

        return JinjaFlow.Next;
    }
}

internal sealed class IfStatement(int line, IReadOnlyList<(JinjaExpression Test, IReadOnlyList<JinjaStatement> Body)> branches, IReadOnlyList<JinjaStatement> otherwise)
    : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run)
    {
        foreach (var (test, body) in branches)
        {
            if (JinjaOperators.IsTrue(run.Evaluate(test)))
            {
                return run.Execute(body);
            }
        }

        return run.Failed ? JinjaFlow.Stop : run.Execute(otherwise);
    }
}

/// <summary>What a for or a set assigns to: a name, several names, or an attribute of a namespace.</summary>
internal sealed class JinjaTarget(string? name, string? attribute = null, IReadOnlyList<JinjaTarget>? parts = null)
{
    public bool Assign(JinjaRun run, object? value)
    {
        if (parts is not null)
        {
            return AssignParts(run, value, parts);
        }

        if (attribute is null)
        {
            run.Scope.Set(name!, value);
            return true;
        }

        if (!run.Scope.TryGet(name!, out var held) || held is not JinjaNamespace space)
        {
            run.Fail($"'{name}' is no namespace, so '{attribute}' of it cannot be set");
            return false;
        }

        space.Values[attribute] = value;
        return run.Charge(1);
    }

    private static bool AssignParts(JinjaRun run, object? value, IReadOnlyList<JinjaTarget> parts)
    {
        if (!JinjaAccess.TryItems(run, value, out var items))
        {
            return false;
        }

        if (items.Count != parts.Count)
        {
            run.Fail($"{items.Count} values are assigned to {parts.Count} names");
            return false;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (!parts[i].Assign(run, items[i]))
            {
                return false;
            }
        }

        return true;
    }
}

internal sealed class ForStatement(int line, JinjaTarget target, JinjaExpression source, JinjaExpression? filter) : JinjaStatement(line)
{
    public required IReadOnlyList<JinjaStatement> Body { get; init; }

    public required IReadOnlyList<JinjaStatement> Otherwise { get; init; }

    public override JinjaFlow Execute(JinjaRun run)
    {
        var value = run.Evaluate(source);
        if (run.Failed || !JinjaAccess.TryItems(run, value, out var items) || (filter is not null && !TryFilter(run, ref items)))
        {
            return JinjaFlow.Stop;
        }

        var loop = new JinjaLoop(items);
        var flow = JinjaFlow.Next;
        var completed = false;
        for (; loop.Index < items.Count && flow is JinjaFlow.Next or JinjaFlow.Continue; loop.Index++)
        {
            flow = Round(run, loop, items[loop.Index], Body);
            completed |= flow == JinjaFlow.Next;
        }

        // As in Jinja, a round that was broken off does not count against the else.
        return flow == JinjaFlow.Stop ? flow : completed ? JinjaFlow.Next : run.Execute(Otherwise);
    }

    /// <summary>The loop's own names count only what the filter leaves.</summary>
    private bool TryFilter(JinjaRun run, ref IReadOnlyList<object?> items)
    {
        var kept = new List<object?>();
        foreach (var item in items)
        {
            var outer = run.Scope;
            run.Scope = new JinjaScope(outer);
            var keeps = target.Assign(run, item) && JinjaOperators.IsTrue(run.Evaluate(filter!));
            run.Scope = outer;
            if (keeps && run.Charge(1))
            {
                kept.Add(item);
            }
        }

        items = kept;
        return !run.Failed;
    }

    /// <summary>Names that are set in a loop are forgotten after each round.</summary>
    private JinjaFlow Round(JinjaRun run, JinjaLoop loop, object? item, IReadOnlyList<JinjaStatement> body)
    {
        var outer = run.Scope;
        run.Scope = new JinjaScope(outer);
        run.Scope.Set("loop", loop);
        var flow = target.Assign(run, item) ? run.Execute(body) : JinjaFlow.Stop;
        run.Scope = outer;
        return flow;
    }
}

internal sealed class SetStatement(int line, JinjaTarget target, JinjaExpression expression) : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run)
    {
        var value = run.Evaluate(expression);
        return !run.Failed && target.Assign(run, value) ? JinjaFlow.Next : JinjaFlow.Stop;
    }
}

/// <summary>What a block writes, filtered: assigned to a target, or written where there is none.</summary>
/// <param name="line">Where it stands.</param>
/// <param name="target">Null to write.</param>
/// <param name="filtered">Reads what was captured by the name <see cref="Captured"/>, which no template can write.</param>
/// <param name="body">The block.</param>
internal sealed class CaptureStatement(int line, JinjaTarget? target, JinjaExpression filtered, IReadOnlyList<JinjaStatement> body) : JinjaStatement(line)
{
    public const string Captured = " captured";

    public override JinjaFlow Execute(JinjaRun run)
    {
        var outer = run.Scope;
        var text = run.Capture(new JinjaScope(outer), body);
        run.Scope = new JinjaScope(outer);
        run.Scope.Set(Captured, text);
        var value = run.Evaluate(filtered);
        run.Scope = outer;
        if (run.Failed)
        {
            return JinjaFlow.Stop;
        }

        if (target is null)
        {
            run.Write(JinjaText.Of(run, value));
            return JinjaFlow.Next;
        }

        return target.Assign(run, value) ? JinjaFlow.Next : JinjaFlow.Stop;
    }
}

internal sealed class WithStatement(int line, IReadOnlyList<(JinjaTarget Target, JinjaExpression Value)> assignments, IReadOnlyList<JinjaStatement> body) : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run)
    {
        var outer = run.Scope;
        var inner = new JinjaScope(outer);
        foreach (var (target, expression) in assignments)
        {
            // Values see the names outside, not each other.
            var value = run.Evaluate(expression);
            run.Scope = inner;
            target.Assign(run, value);
            run.Scope = outer;
        }

        run.Scope = inner;
        var flow = run.Execute(body);
        run.Scope = outer;
        return flow;
    }
}

/// <summary>break and continue.</summary>
internal sealed class FlowStatement(int line, JinjaFlow flow) : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run) => flow;
}

/// <summary>Statements without names of their own.</summary>
internal sealed class BlockStatement(int line, IReadOnlyList<JinjaStatement> body) : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run) => run.Execute(body);
}

/// <summary>A macro, or (without a name) the block of a call.</summary>
internal sealed class MacroDefinition(string name, IReadOnlyList<(string Name, JinjaExpression? Fallback)> parameters, IReadOnlyList<JinjaStatement> body)
{
    public string Name => name;

    public JinjaFunction Bind(JinjaScope scope) => new(name, (run, arguments) => Call(run, scope, arguments));

    private string? Call(JinjaRun run, JinjaScope scope, JinjaArguments arguments)
    {
        var inner = new JinjaScope(scope);
        for (var i = 0; i < parameters.Count; i++)
        {
            var (parameter, fallback) = parameters[i];
            var given = arguments.TryGet(i, parameter, out var value);
            inner.Set(parameter, given ? value : new JinjaUndefined($"parameter '{parameter}' was not given"));
            if (!given && fallback is not null)
            {
                var outer = run.Scope;
                run.Scope = inner;
                inner.Set(parameter, run.Evaluate(fallback));
                run.Scope = outer;
            }
        }

        inner.Set("varargs", new JinjaList(arguments.Skip(parameters.Count).Positional, isTuple: true));
        var unknown = arguments.Named.Where(argument => parameters.All(parameter => parameter.Name != argument.Name));
        inner.Set("kwargs", new JinjaMap(unknown.Where(argument => argument.Name != "caller").Select(argument => new KeyValuePair<object?, object?>(argument.Name, argument.Value))));
        if (arguments.TryGet(-1, "caller", out var caller))
        {
            inner.Set("caller", caller);
        }

        return run.Failed ? null : run.Capture(inner, body);
    }
}

internal sealed class MacroStatement(int line, MacroDefinition macro) : JinjaStatement(line)
{
    public override JinjaFlow Execute(JinjaRun run)
    {
        run.Scope.Set(macro.Name, macro.Bind(run.Scope));
        return JinjaFlow.Next;
    }
}

/// <summary>Calls a macro that may call the block back as <c>caller()</c>.</summary>
/// <param name="line">Where it stands.</param>
/// <param name="block">The block.</param>
/// <param name="call">Reads the block by the name <see cref="Caller"/>, which no template can write.</param>
internal sealed class CallStatement(int line, MacroDefinition block, JinjaExpression call) : JinjaStatement(line)
{
    public const string Caller = " caller";

    public override JinjaFlow Execute(JinjaRun run)
    {
        run.Scope.Set(Caller, block.Bind(run.Scope));
        var value = run.Evaluate(call);
        if (!run.Failed)
        {
            run.Write(JinjaText.Of(run, value));
        }

        return JinjaFlow.Next;
    }
}
