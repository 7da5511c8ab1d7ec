using Signalbox.Catalog;

namespace Signalbox.Tests.Catalog;

public sealed class PriceListTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.LoadEmbedded();

    [Fact]
    public void Every_price_from_the_list_is_the_price_in_the_list()
    {
        var list = PriceList.ReadOrSkip();
        var wrong = new List<string>();
        var compared = 0;
        foreach (var model in Catalog.All.Where(model => model.Prices.Any(IsFromList)))
        {
            var price = model.Prices.Single(IsFromList);
            var (provider, name) = NameInList(model);
            var rows = list.Of(provider, name);
            compared++;
            if (!rows.Any(row => Agrees(price, row)))
            {
                wrong.Add($"{model.Provider}/{model.Id}: {price} is none of {string.Join(" | ", rows)}");
            }
        }

        Assert.Empty(wrong);
        Assert.True(compared >= 200, $"only {compared} prices were compared");
    }

    [Fact]
    public void Every_long_context_price_that_the_list_has_is_the_price_in_the_list()
    {
        var list = PriceList.ReadOrSkip();
        foreach (var model in Catalog.ForProvider("gemini").Where(model => model.Prices.Any(IsFromList)))
        {
            var price = model.PriceOn(PriceList.Day)!;
            foreach (var row in list.Of("gemini", model.Id, longContext: true))
            {
                var rate = price.LongContext ?? price;
                Assert.True(rate.Input == row.Input && (rate.Output ?? 0) == row.Output, $"{model.Id}: {rate} is not {row}");
            }
        }
    }

    [Fact]
    public void An_alias_in_the_list_has_the_price_of_the_model_it_names()
    {
        var list = PriceList.ReadOrSkip();
        foreach (var model in Catalog.All.Where(model => model.Prices.Any(IsFromList)))
        {
            foreach (var alias in model.Aliases)
            {
                var rows = list.Of(model.Provider, alias);
                Assert.True(rows.Count == 0 || rows.Any(row => Agrees(model.PriceOn(PriceList.Day)!, row)), $"{model.Provider}/{alias}");
            }
        }
    }

    private static bool IsFromList(ModelPrice price) => price.Source.Contains("Portkey-AI/models", StringComparison.Ordinal);

    // What the catalog does not state is not compared: some cells of the list are left out on purpose (docs/catalog.md).
    private static bool Agrees(ModelPrice price, PriceList.Row row) => price.AudioMinute is { } minute
        ? minute * 1_000_000m == row.Input
        : price.Input == row.Input
            && (price.Output ?? 0) == row.Output
            && (price.CacheRead is null || price.CacheRead == row.CacheRead)
            && (price.CacheWrite is null || price.CacheWrite == row.CacheWrite);

    private static (string Provider, string Name) NameInList(CatalogModel model)
    {
        var name = model.Id[(model.Id.LastIndexOf('/') + 1)..];
        return model.Provider switch
        {
            "azure-openai" => ("openai", model.Id),
            "fireworks" => ("fireworks", model.Id.Replace("accounts/fireworks/models/", "")),
            "openrouter" when model.Id.StartsWith("anthropic/", StringComparison.Ordinal) => ("anthropic", name.Replace('.', '-')),
            "openrouter" when model.Id.StartsWith("google/", StringComparison.Ordinal) => ("gemini", name),
            "openrouter" when model.Id.StartsWith("x-ai/", StringComparison.Ordinal) => ("xai", name),
            "openrouter" => ("openai", name),
            _ => (model.Provider, model.Id),
        };
    }
}
