namespace Signalbox.Configuration;

/// <summary>What came of loading a config: the config, or every reason why there is none.</summary>
/// <param name="Config">The config; null exactly when a problem is an error.</param>
/// <param name="Problems">Every error and warning, in the order of the file.</param>
public sealed record ConfigResult(SignalboxConfig? Config, IReadOnlyList<ConfigProblem> Problems)
{
    /// <summary>Full path of the file that was read; null when the environment alone was used.</summary>
    public string? Path => Source?.Path;

    /// <summary>The bytes this came from, so that a reloader can tell whether they changed since.</summary>
    internal ConfigSource? Source { get; init; }
}
