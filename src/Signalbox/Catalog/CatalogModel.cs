namespace Signalbox.Catalog;

/// <summary>What is known about one model of one provider.</summary>
public sealed record CatalogModel
{
    /// <summary>The provider's name in configurations, e.g. <c>openai</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's own name of the model.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the model, or the version it is a dated snapshot of, is in the catalog. False: everything else here is a default.</summary>
    public bool IsKnown { get; init; } = true;

    /// <summary>What the model is for. Default <see cref="ModelKind.Chat"/>.</summary>
    public ModelKind Kind { get; init; }

    /// <summary>Input and output tokens together; null where it is not known.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>Output tokens of one answer; null where it is not known.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>What the model reads. Default text.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    /// <summary>What the model writes. Default text.</summary>
    public Modalities Output { get; init; } = Modalities.Text;

    /// <summary>What this version takes and refuses.</summary>
    public ModelCapabilities Capabilities { get; init; } = ModelCapabilities.Conservative;

    /// <summary>Prices by the day they start, oldest first; empty where none is known.</summary>
    public IReadOnlyList<ModelPrice> Prices { get; init; } = [];

    /// <summary>
    /// How good its answers are, 0 to 1: Signalbox's own estimate by tier, for strategies that weigh quality. Null where there is none.
    /// </summary>
    public double? Quality { get; init; }

    /// <summary>Whether this is the chat model that <c>auto</c> takes from its provider when nothing is configured.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Other names that the provider takes for the same model at the same price.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The price that holds on a day; null where none is known for it.</summary>
    public ModelPrice? PriceOn(DateOnly day)
    {
        for (var i = Prices.Count - 1; i >= 0; i--)
        {
            if (Prices[i].From <= day)
            {
                return Prices[i];
            }
        }

        return null;
    }
}
