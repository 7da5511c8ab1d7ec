using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Routes;

/// <summary>Keeping a conversation at the model that has its prompt in its cache.</summary>
public sealed record AffinityConfig
{
    /// <summary>Whether leaving a conversation's model counts as a cost. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long a provider's cache is taken to last. Default 5 min.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromMinutes(5);

    internal static ConfigShape<AffinityConfig> Shape { get; } = new ConfigShape<AffinityConfig>(new AffinityConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v },
            "Whether leaving the model that has the conversation in its prompt cache counts as a cost.")
        .Field("ttl", Kinds.Duration, c => c.Ttl, (c, v) => c with { Ttl = v }, "How long a provider's cache is taken to last.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
