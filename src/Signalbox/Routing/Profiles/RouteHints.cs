namespace Signalbox.Routing.Profiles;

/// <summary>What a route says about all requests that come through it. The caller's own word goes before it.</summary>
internal sealed record RouteHints
{
    /// <summary>A task, or a word of the route's own.</summary>
    public string? Task { get; init; }

    /// <summary>0..1.</summary>
    public double? Difficulty { get; init; }

    public Complexity? Complexity { get; init; }

    /// <summary>ISO 639-1.</summary>
    public string? Language { get; init; }
}
