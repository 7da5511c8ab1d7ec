namespace Signalbox.Catalog;

/// <summary>Stand-in until the catalog branch lands.</summary>
public sealed record ModelCapabilities
{
    /// <summary>x</summary>
    public bool Sampling { get; init; } = true;
    /// <summary>x</summary>
    public bool Prefill { get; init; }
    /// <summary>x</summary>
    public bool JsonSchema { get; init; } = true;
    /// <summary>x</summary>
    public bool MaxCompletionTokens { get; init; }
    /// <summary>x</summary>
    public ReasoningKind Reasoning { get; init; }
    /// <summary>x</summary>
    public IReadOnlyList<string> Efforts { get; init; } = [];
    /// <summary>x</summary>
    public static ModelCapabilities Conservative { get; } = new();
}

/// <summary>x</summary>
public enum ReasoningKind
{
    /// <summary>x</summary>
    None,
    /// <summary>x</summary>
    Effort,
    /// <summary>x</summary>
    Budget,
    /// <summary>x</summary>
    Adaptive,
    /// <summary>x</summary>
    Level,
}
