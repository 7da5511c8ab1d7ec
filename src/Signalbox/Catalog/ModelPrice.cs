namespace Signalbox.Catalog;

/// <summary>What a model costs from one day on, in US dollars per million tokens. Null means not stated, never free.</summary>
public sealed record ModelPrice
{
    /// <summary>First day on which this price holds.</summary>
    public required DateOnly From { get; init; }

    /// <summary>Where the price was read, and when.</summary>
    public required string Source { get; init; }

    /// <summary>Input tokens that were neither read from nor written to a cache.</summary>
    public required decimal Input { get; init; }

    /// <summary>Output tokens; null where the model bills none (embeddings).</summary>
    public decimal? Output { get; init; }

    /// <summary>Input tokens read from the provider's cache; charged like input where it is not stated.</summary>
    public decimal? CacheRead { get; init; }

    /// <summary>Input tokens written to the provider's cache for its usual time; charged like input where it is not stated.</summary>
    public decimal? CacheWrite { get; init; }

    /// <summary>Output tokens spent on thinking, where their price differs from <see cref="Output"/>.</summary>
    public decimal? Reasoning { get; init; }

    /// <summary>Input tokens of sound. Not stated: a request with such tokens has an unknown cost.</summary>
    public decimal? AudioInput { get; init; }

    /// <summary>Output tokens of sound. Not stated: an answer with such tokens has an unknown cost.</summary>
    public decimal? AudioOutput { get; init; }

    /// <summary>US dollars per minute of sound, for models that bill time instead of tokens.</summary>
    public decimal? AudioMinute { get; init; }

    /// <summary>Input tokens above which <see cref="LongContext"/> holds for the whole request.</summary>
    public int? LongContextAbove { get; init; }

    /// <summary>The price of a request with a long prompt, where it differs.</summary>
    public ModelPrice? LongContext { get; init; }
}
