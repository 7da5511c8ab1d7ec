namespace Signalbox.Configuration;

/// <summary>How much a <see cref="ConfigProblem"/> matters.</summary>
public enum ConfigSeverity
{
    /// <summary>The config is used; the user should know.</summary>
    Warning,

    /// <summary>The config is not used.</summary>
    Error,
}

/// <summary>One thing that is wrong with a config, or that its author should know.</summary>
/// <param name="Severity">Whether the config can be used all the same.</param>
/// <param name="Path">JSON path of the place, like <c>$.routes.auto.models[1]</c>; a file or variable name for what is not in the config.</param>
/// <param name="Message">What is wrong and what to do. Never holds a secret.</param>
public sealed record ConfigProblem(ConfigSeverity Severity, string Path, string Message)
{
    /// <summary>One line for the terminal.</summary>
    public override string ToString() => $"{(Severity == ConfigSeverity.Error ? "error" : "warning")} {Path}: {Message}";
}
