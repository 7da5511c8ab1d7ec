using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Routes;

/// <summary>How much cost, quality and latency count for the strategy <c>balanced</c>. Only their proportions matter.</summary>
public sealed record BalanceConfig
{
    /// <summary>Weight of low cost. Default 1.</summary>
    public double Cost { get; init; } = 1;

    /// <summary>Weight of quality. Default 1.</summary>
    public double Quality { get; init; } = 1;

    /// <summary>Weight of low latency. Default 1.</summary>
    public double Latency { get; init; } = 1;

    internal static ConfigShape<BalanceConfig> Shape { get; } = new ConfigShape<BalanceConfig>(new BalanceConfig())
        .Field("cost", Kinds.Weight, c => c.Cost, (c, v) => c with { Cost = v }, "Weight of low cost.")
        .Field("quality", Kinds.Weight, c => c.Quality, (c, v) => c with { Quality = v }, "Weight of quality.")
        .Field("latency", Kinds.Weight, c => c.Latency, (c, v) => c with { Latency = v }, "Weight of low latency.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
