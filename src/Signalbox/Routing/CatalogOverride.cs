using Signalbox.Catalog;
using Signalbox.Configuration;

namespace Signalbox.Routing;

/// <summary>What a configuration says about a model goes before what the catalog says.</summary>
internal static class CatalogOverride
{
    public static CatalogModel Apply(CatalogModel model, ModelConfig config)
    {
        var capabilities = config.Capabilities is { } own
            ? model.Capabilities with
            {
                Sampling = own.Sampling ?? model.Capabilities.Sampling,
                Prefill = own.Prefill ?? model.Capabilities.Prefill,
                Tools = own.Tools ?? model.Capabilities.Tools,
                JsonSchema = own.JsonSchema ?? model.Capabilities.JsonSchema,
                Reasoning = Enum.TryParse<ReasoningKind>(own.Reasoning, ignoreCase: true, out var kind) ? kind : model.Capabilities.Reasoning,
            }
            : model.Capabilities;
        return model with
        {
            ContextWindow = config.ContextWindow ?? model.ContextWindow,
            MaxOutputTokens = config.MaxOutputTokens ?? model.MaxOutputTokens,
            Capabilities = capabilities,
            Prices = config.Price is { } price ? [PriceOf(price)] : model.Prices,
        };
    }

    private static ModelPrice PriceOf(PriceConfig price) => new()
    {
        From = DateOnly.MinValue,
        Input = price.Input,
        Output = price.Output,
        CacheRead = price.CacheRead,
        CacheWrite = price.CacheWrite,
        Reasoning = price.Reasoning,
        Source = "configuration",
    };
}
