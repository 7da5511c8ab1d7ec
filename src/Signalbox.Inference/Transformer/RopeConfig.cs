namespace Signalbox.Inference.Transformer;

/// <summary>Rotary position embedding: pairs of a query's or key's values are turned by the angle position * frequency of the pair.</summary>
internal sealed record RopeConfig
{
    /// <summary>Values of a head that turn; the rest stay as they are.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Whether a pair is (i, i + Dimensions / 2), as in GPT-NeoX, and not (2i, 2i + 1).</summary>
    public required bool SplitHalves { get; init; }

    /// <summary>b of the frequencies b^(-2i / Dimensions).</summary>
    public required float FrequencyBase { get; init; }

    /// <summary>b of the sliding layers.</summary>
    public required float SlidingFrequencyBase { get; init; }

    /// <summary>What positions are multiplied with: one over the file's scaling factor.</summary>
    public float FrequencyScale { get; init; } = 1;

    /// <summary>What cosines and sines are multiplied with.</summary>
    public float Magnitude { get; init; } = 1;

    /// <summary>Whether high frequencies stay as they were trained and only low ones are scaled (YaRN, arXiv:2309.00071).</summary>
    public bool Yarn { get; init; }

    /// <summary>Positions before the context was extended.</summary>
    public required int OriginalContextLength { get; init; }

    /// <summary>Turns within the original context above which a frequency is high (YaRN).</summary>
    public const float BetaFast = 32;

    /// <summary>Turns within the original context below which a frequency is low (YaRN).</summary>
    public const float BetaSlow = 1;
}
