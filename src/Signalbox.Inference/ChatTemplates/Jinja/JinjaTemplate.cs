using System.Diagnostics.CodeAnalysis;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>
/// A template in the part of Jinja that chat templates are written in, as Hugging Face's libraries run it (trim_blocks, lstrip_blocks, no
/// escapes for HTML, a sandbox in which values cannot change, raise_exception, strftime_now, break and continue). Immutable; for any number of threads.
/// </summary>
internal sealed class JinjaTemplate
{
    private const int LongestSource = 1 << 20;

    private readonly IReadOnlyList<JinjaStatement> _statements;

    private JinjaTemplate(IReadOnlyList<JinjaStatement> statements, string source)
    {
        _statements = statements;
        Length = source.Length;
        LeavesSystemOut = source.Contains(JinjaChatTemplate.LeavesSystemOut, StringComparison.Ordinal);
    }

    /// <summary>Characters of the source.</summary>
    public int Length { get; }

    /// <summary>Whether it says that system messages are dropped on purpose.</summary>
    public bool LeavesSystemOut { get; }

    /// <param name="source">The text.</param>
    /// <param name="template">The template.</param>
    /// <param name="fault">What is wrong or not supported, with its line.</param>
    public static bool TryParse(string source, [NotNullWhen(true)] out JinjaTemplate? template, [NotNullWhen(false)] out EngineFault? fault)
    {
        template = null;
        fault = null;
        string? error = $"it has more than {LongestSource} characters";
        if (source.Length <= LongestSource)
        {
            var tokens = JinjaLexer.Read(source, out error);
            var parser = new JinjaParser(tokens);
            var statements = error is null ? parser.ParseAll() : [];
            error ??= parser.Error;
            template = error is null ? new JinjaTemplate(statements, source) : null;
        }

        if (template is null)
        {
            fault = new EngineFault(EngineFaultKind.Unsupported, $"The model's chat template cannot be read: {error}. Use a file with another chat template.");
        }

        return template is not null;
    }

    /// <param name="variables">What the template can name.</param>
    /// <param name="budget">What it may use.</param>
    /// <param name="time">For strftime_now.</param>
    /// <param name="text">The result.</param>
    /// <param name="fault">What the template refused, or what it did that is not possible.</param>
    public bool TryRender(
        IEnumerable<KeyValuePair<string, object?>> variables, JinjaBudget budget, TimeProvider time, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out EngineFault? fault)
    {
        var globals = new JinjaScope(null);
        foreach (var function in JinjaGlobals.All)
        {
            globals.Set(function.Name, function);
        }

        foreach (var (name, value) in variables)
        {
            globals.Set(name, value);
        }

        var run = new JinjaRun(budget, time, new JinjaScope(globals));
        run.Execute(_statements);
        fault = run.Fault;
        text = fault is null ? run.Output.ToString() : null;
        return text is not null;
    }
}
