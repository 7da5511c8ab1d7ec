using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Routes;

/// <summary>The thresholds of the strategy <c>rules</c>, and of the words simple, moderate and complex.</summary>
public sealed record RulesConfig
{
    /// <summary>A prompt of more tokens than this goes to the model with the most room. Default 8000.</summary>
    public int LongContextTokens { get; init; } = 8000;

    /// <summary>A difficulty below this is simple. Default 0.35.</summary>
    public double SimpleBelow { get; init; } = 0.35;

    /// <summary>A difficulty from this on is complex. Default 0.7.</summary>
    public double ComplexFrom { get; init; } = 0.7;

    /// <summary>What a model needs of quality to be capable of a simple request. Default 0.</summary>
    public double SimpleQuality { get; init; }

    internal static ConfigShape<RulesConfig> Shape { get; } = new ConfigShape<RulesConfig>(new RulesConfig())
        .Field("longContextTokens", Kinds.Count, c => c.LongContextTokens, (c, v) => c with { LongContextTokens = v },
            "A prompt of more tokens than this goes to the model with the most room.")
        .Field("simpleBelow", Kinds.Fraction, c => c.SimpleBelow, (c, v) => c with { SimpleBelow = v }, "A difficulty below this is simple.")
        .Field("complexFrom", Kinds.Fraction, c => c.ComplexFrom, (c, v) => c with { ComplexFrom = v }, "A difficulty from this on is complex.")
        .Field("simpleQuality", Kinds.Fraction, c => c.SimpleQuality, (c, v) => c with { SimpleQuality = v },
            "What a model needs of quality to be given a simple request.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
