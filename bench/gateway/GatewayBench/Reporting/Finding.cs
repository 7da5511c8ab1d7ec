namespace Signalbox.Bench.Gateway.Reporting;

/// <summary>One number of the bench. Without a bar it is there for the reader and cannot fail.</summary>
internal sealed record Finding(string Part, string Name, double Value, string Unit, double? Bar = null)
{
    /// <summary>The absolute values behind a ratio or a difference, in words.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The value of each round, so that a reader can judge the spread.</summary>
    public IReadOnlyList<double> Rounds { get; init; } = [];

    public bool Passed => Bar is not { } bar || Value <= bar;
}
