using Signalbox.Catalog;

namespace Signalbox.Tests.Catalog;

public sealed class ModelLookupTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.LoadEmbedded();
    private static readonly DateOnly Today = new(2026, 11, 21);

    [Theory]
    [InlineData("openai", "gpt-4o", "gpt-4o")]
    [InlineData("OpenAI", "GPT-4o", "gpt-4o")]
    [InlineData("openai", "gpt-4o-2024-11-20", "gpt-4o")]
    [InlineData("azure-openai", "gpt-35-turbo", "gpt-3.5-turbo")]
    [InlineData("anthropic", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5")]
    [InlineData("gemini", "models/gemini-2.5-flash", "gemini-2.5-flash")]
    [InlineData("mistral", "mistral-large-latest", "mistral-large-2512")]
    [InlineData("fireworks", "kimi-k2p6", "accounts/fireworks/models/kimi-k2p6")]
    public void A_listed_model_is_found_by_each_of_its_names(string provider, string name, string id)
    {
        var model = Catalog.Find(provider, name);
        Assert.Equal(id, model?.Id);
        Assert.NotNull(model?.PriceOn(Today));
    }

    [Theory]
    [InlineData("openai", "gpt-4o-2025-12-31", "gpt-4o")]
    [InlineData("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123", "gpt-4o-mini")]
    [InlineData("gemini", "gemini-2.5-pro-preview-06-05", "gemini-2.5-pro")]
    [InlineData("gemini", "models/gemini-2.5-flash-001", "gemini-2.5-flash")]
    [InlineData("openrouter", "moonshotai/kimi-k2.6:free", "moonshotai/kimi-k2.6")]
    public void A_snapshot_that_is_not_listed_has_its_versions_capabilities_and_no_price(string provider, string name, string version)
    {
        var model = Catalog.Find(provider, name)!;
        var listed = Catalog.Find(provider, version)!;
        Assert.Equal(name, model.Id);
        Assert.True(model.IsKnown);
        Assert.Same(listed.Capabilities, model.Capabilities);
        Assert.Equal(listed.ContextWindow, model.ContextWindow);
        Assert.Empty(model.Prices);
        Assert.False(model.IsDefault);
        Assert.Empty(model.Aliases);
    }

    [Theory]
    [InlineData("claude-opus-5-20260724")]
    [InlineData("claude-opus-5@20260724")]
    public void A_provider_that_prices_versions_prices_their_snapshots(string name)
    {
        Assert.Equal(5m, Catalog.Find("anthropic", name)?.PriceOn(Today)?.Input);
    }

    [Theory]
    [InlineData("openai", "gpt-99")]
    [InlineData("openai", "gpt")]
    [InlineData("openai", "")]
    [InlineData("anthropic", "claude-opus-9-20290101")]
    [InlineData("ollama", "llama3:8b")]
    [InlineData("nobody", "gpt-4o")]
    public void An_unknown_model_has_no_price_and_no_window(string provider, string name)
    {
        Assert.Null(Catalog.Find(provider, name));
        var model = Catalog.Resolve(provider, name);
        Assert.False(model.IsKnown);
        Assert.Equal((provider, name), (model.Provider, model.Id));
        Assert.Null(model.PriceOn(Today));
        Assert.Null(model.ContextWindow);
        Assert.Null(model.MaxOutputTokens);
        Assert.False(model.Capabilities.Prefill);
        Assert.Equal(ReasoningKind.None, model.Capabilities.Reasoning);
    }

    [Fact]
    public void An_unknown_model_of_a_provider_that_dropped_sampling_takes_none()
    {
        Assert.False(Catalog.Resolve("anthropic", "claude-opus-9").Capabilities.Sampling);
        Assert.False(Catalog.Resolve("openai", "gpt-99").Capabilities.Sampling);
        Assert.True(Catalog.Resolve("openai", "gpt-99").Capabilities.MaxCompletionTokens);
        Assert.Same(ModelCapabilities.Conservative, Catalog.Resolve("ollama", "llama3:8b").Capabilities);
    }

    [Theory]
    [InlineData("openai", "llama-3.3-70b-instruct")]
    [InlineData("openai", "gpt-oss:20b")]
    [InlineData("azure-openai", "our-deployment")]
    public void A_model_of_another_server_behind_the_same_address_keeps_its_sampling(string provider, string name)
    {
        Assert.Same(ModelCapabilities.Conservative, Catalog.Resolve(provider, name).Capabilities);
    }

    [Fact]
    public void A_price_holds_from_its_day_until_the_next_one_starts()
    {
        var model = Catalog.Find("gemini", "gemini-3.8-flash")!;
        Assert.Null(model.PriceOn(new DateOnly(2026, 9, 1)));
        Assert.Equal(0.75m, model.PriceOn(new DateOnly(2026, 9, 2))?.Input);
        Assert.Equal(0.75m, model.PriceOn(new DateOnly(2026, 12, 31))?.Input);
        Assert.Equal(1.5m, model.PriceOn(new DateOnly(2027, 1, 1))?.Input);
    }

    [Fact]
    public void A_config_adds_a_model_and_a_provider()
    {
        var catalog = Catalog.With([new CatalogModel { Provider = "house", Id = "h1" }, new CatalogModel { Provider = "openai", Id = "gpt-99" }]);
        Assert.True(catalog.Resolve("house", "h1").IsKnown);
        Assert.True(catalog.Resolve("openai", "gpt-99").IsKnown);
        Assert.Equal(Catalog.All.Count + 2, catalog.All.Count);
        Assert.False(catalog.Resolve("openai", "gpt-98").Capabilities.Sampling);
        Assert.Null(Catalog.Find("openai", "gpt-99"));
    }

    [Fact]
    public void A_config_overrides_a_model_takes_over_an_alias_and_the_default()
    {
        var mine = new CatalogModel { Provider = "openai", Id = "gpt-4o-2024-11-20", ContextWindow = 1, IsDefault = true };
        var catalog = Catalog.With([Catalog.Find("openai", "gpt-5")! with { ContextWindow = 7 }, mine]);
        Assert.Equal(7, catalog.Find("openai", "gpt-5")?.ContextWindow);
        Assert.Equal(1, catalog.Find("openai", "gpt-4o-2024-11-20")?.ContextWindow);
        Assert.Equal(128_000, catalog.Find("openai", "gpt-4o-2024-08-06")?.ContextWindow);
        Assert.Same(mine, Assert.Single(catalog.ForProvider("openai"), model => model.IsDefault));
        Assert.Equal(Catalog.All.Count + 1, catalog.All.Count);
    }
}
