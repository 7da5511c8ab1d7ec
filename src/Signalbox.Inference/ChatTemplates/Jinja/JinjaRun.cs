using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>What one rendering may use, so that a hostile template ends in a fault.</summary>
/// <param name="Steps">Evaluated nodes, and in the same measure characters and items that are compared or searched.</param>
/// <param name="Units">Characters and items of all values that are made on the way.</param>
/// <param name="OutputCharacters">Characters of the result.</param>
internal readonly record struct JinjaBudget(long Steps, long Units, long OutputCharacters)
{
    /// <summary>Evaluations inside of one another.</summary>
    public const int Depth = 600;

    /// <summary>Values inside of one another where they are compared or written.</summary>
    public const int ValueDepth = 100;

    /// <summary>In proportion to what goes in.</summary>
    public static JinjaBudget For(int templateCharacters, long inputCharacters, int messages)
    {
        var size = templateCharacters + inputCharacters;
        return new JinjaBudget(1_000_000 + 5_000L * messages + 4 * size, 4_000_000 + 64 * size, 1_000_000 + 8 * size);
    }
}

/// <summary>How a statement ended.</summary>
internal enum JinjaFlow
{
    Next,
    Continue,
    Break,

    /// <summary>Something failed: everything ends.</summary>
    Stop,
}

/// <summary>Names and their values; loops, macros and with-blocks have their own.</summary>
internal sealed class JinjaScope(JinjaScope? parent)
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => _values[name] = value;

    public bool TryGet(string name, [MaybeNullWhen(false)] out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._values.TryGetValue(name, out value))
            {
                return true;
            }
        }

        value = null;
        return false;
    }

    private JinjaScope? Parent => parent;
}

/// <summary>
/// The state of one rendering. A failure is kept here and ends every evaluation that begins after it, so that nobody has to throw:
/// whoever fails returns what <see cref="Fail(string)"/> returns.
/// </summary>
internal sealed class JinjaRun(JinjaBudget budget, TimeProvider time, JinjaScope scope)
{
    private long _steps = budget.Steps;
    private long _units = budget.Units;
    private long _output = budget.OutputCharacters;
    private int _depth;

    public EngineFault? Fault { get; private set; }

    public bool Failed => Fault is not null;

    public TimeProvider Time => time;

    /// <summary>Whoever sets it sets it back.</summary>
    public JinjaScope Scope { get; set; } = scope;

    public StringBuilder Output { get; private set; } = new();

    /// <summary>The line of the statement that runs, for messages.</summary>
    public int Line { get; set; }

    public object? Fail(string problem) => Fail(new EngineFault(
        EngineFaultKind.Unsupported, $"The model's chat template fails at line {Line}: {problem}. Give the model a template that its file lacks, or send plainer messages."));

    public object? Fail(EngineFault fault)
    {
        Fault ??= fault;
        return null;
    }

    /// <summary>Takes work from the budget; false once there is none.</summary>
    public bool Work(long steps)
    {
        _steps -= steps;
        if (_steps < 0)
        {
            Fail("it takes more steps than these messages justify");
        }

        return !Failed;
    }

    /// <summary>Takes the size of a new value from the budget, before it is made; false once there is none left.</summary>
    public bool Charge(long units)
    {
        // A negative size is one that overflowed on its way here.
        _units = units < 0 ? -1 : _units - units;
        if (_units < 0)
        {
            Fail("it makes more text than these messages justify");
        }

        return !Failed;
    }

    public void Write(string text)
    {
        _output -= text.Length;
        if (_output < 0)
        {
            Fail("its result is longer than these messages justify");
        }

        if (!Failed)
        {
            Output.Append(text);
        }
    }

    public object? Evaluate(JinjaExpression expression)
    {
        if (!Enter())
        {
            return null;
        }

        var value = expression.Evaluate(this);
        _depth--;
        return Failed ? null : value;
    }

    public JinjaFlow Execute(IReadOnlyList<JinjaStatement> statements)
    {
        if (!Enter())
        {
            return JinjaFlow.Stop;
        }

        var flow = JinjaFlow.Next;
        for (var i = 0; i < statements.Count && flow == JinjaFlow.Next; i++)
        {
            Line = statements[i].Line;
            flow = Work(1) ? statements[i].Execute(this) : JinjaFlow.Stop;
            flow = Failed ? JinjaFlow.Stop : flow;
        }

        _depth--;
        return flow;
    }

    /// <summary>What statements write, as a text.</summary>
    public string? Capture(JinjaScope inner, IReadOnlyList<JinjaStatement> statements)
    {
        var (scope, output, line) = (Scope, Output, Line);
        (Scope, Output) = (inner, new StringBuilder());
        Execute(statements);
        var text = Output.ToString();
        (Scope, Output, Line) = (scope, output, line);
        // What was captured is no result yet.
        _output += text.Length;
        return Charge(text.Length) ? text : null;
    }

    private bool Enter()
    {
        if (!Work(1))
        {
            return false;
        }

        if (_depth >= JinjaBudget.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            Fail("its expressions or macros are nested too deeply");
            return false;
        }

        _depth++;
        return true;
    }
}
