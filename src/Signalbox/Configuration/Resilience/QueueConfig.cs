using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Resilience;

/// <summary>Requests wait in their order for a deployment that is full (its model's maxConcurrency) or rests.</summary>
public sealed record QueueConfig
{
    /// <summary>Whether requests wait; otherwise they are refused at once. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long a request may wait. Default 10 s.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many requests may wait at once. Default 1000.</summary>
    public int MaxWaiting { get; init; } = 1000;

    internal static ConfigShape<QueueConfig> Shape { get; } = new ConfigShape<QueueConfig>(new QueueConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v },
            "Whether requests wait when every model that could serve them is full or rests; otherwise they are refused at once.")
        .Field("maxWait", Kinds.Duration, c => c.MaxWait, (c, v) => c with { MaxWait = v }, "How long a request may wait.")
        .Field("maxWaiting", Kinds.Integer(0, int.MaxValue), c => c.MaxWaiting, (c, v) => c with { MaxWaiting = v },
            "How many requests may wait at once; more are refused.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
