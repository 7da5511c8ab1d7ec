using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Routes;

/// <summary>The strategy <c>learned</c>: the weak model where a predictor thinks that it is as good, else the strong one.</summary>
public sealed record LearnedConfig
{
    /// <summary>The model for what is easy; null for the cheapest of the route.</summary>
    public string? Weak { get; init; }

    /// <summary>The model for what is hard; null for the one of the highest quality.</summary>
    public string? Strong { get; init; }

    /// <summary>Absolute path of a file written by <c>route train</c>; null for the weights that Signalbox brings. In the config it may be relative to the config's folder.</summary>
    public string? Weights { get; init; }

    /// <summary>Share of requests that the strong model should get; null where <see cref="TargetQuality"/> decides. Default 0.5.</summary>
    public double? StrongShare { get; init; }

    /// <summary>Part of the strong model's quality that should be kept; null where <see cref="StrongShare"/> decides.</summary>
    public double? TargetQuality { get; init; }

    internal static ConfigShape<LearnedConfig> Shape { get; } = new ConfigShape<LearnedConfig>(new LearnedConfig())
        .Field("weak", Kinds.OptionalText, c => c.Weak, (c, v) => c with { Weak = v }, "The model for what is easy; the cheapest of the route when left out.")
        .Field("strong", Kinds.OptionalText, c => c.Strong, (c, v) => c with { Strong = v }, "The model for what is hard; the best of the route when left out.")
        .Field("weights", Kinds.FilePath, c => c.Weights, (c, v) => c with { Weights = v },
            "A file written by route train, absolute or from the folder of the config (without a file: the working folder); the weights that Signalbox brings when left out.")
        .Field("strongShare", Kinds.Fraction.OrNull(), c => c.StrongShare, (c, v) => c with { StrongShare = v },
            "Share of requests that the strong model should get; 0.5 when neither this nor targetQuality is given.")
        .Field("targetQuality", Kinds.Fraction.OrNull(), c => c.TargetQuality, (c, v) => c with { TargetQuality = v },
            "Part of the strong model's quality that should be kept, as the predictor expects it from its training.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
