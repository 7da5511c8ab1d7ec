using System.Text;
using Signalbox.Catalog;

namespace Signalbox.Tests.Catalog;

public sealed class ModelCatalogTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.LoadEmbedded();
    private static readonly DateOnly Today = new(2026, 11, 21);

    public static TheoryData<string> CloudPresets =>
        ["openai", "azure-openai", "anthropic", "gemini", "mistral", "groq", "openrouter", "sambanova", "deepseek", "xai", "together"];

    [Fact]
    public void There_are_120_chat_models_over_9_providers_without_counting_copies()
    {
        var chat = Catalog.All.Where(model => model.Kind == ModelKind.Chat && model.Provider is not ("azure-openai" or "openrouter")).ToList();
        Assert.True(chat.Count >= 120, $"{chat.Count} chat models");
        Assert.True(chat.Select(model => model.Provider).Distinct().Count() >= 9);
        Assert.True(chat.Count(model => model.PriceOn(Today) is not null) >= 120);
        Assert.Contains(Catalog.All, model => model.Kind == ModelKind.Embedding);
        Assert.Contains(Catalog.All, model => model.Kind == ModelKind.Transcription);
    }

    [Theory]
    [MemberData(nameof(CloudPresets))]
    public void Every_cloud_preset_has_models(string provider) => Assert.NotEmpty(Catalog.ForProvider(provider));

    [Theory]
    [InlineData("ollama")]
    [InlineData("vllm")]
    [InlineData("llamacpp")]
    public void A_local_server_has_none(string provider) => Assert.Empty(Catalog.ForProvider(provider));

    [Fact]
    public void Every_provider_has_exactly_one_default_and_it_is_a_chat_model()
    {
        foreach (var provider in Catalog.All.GroupBy(model => model.Provider))
        {
            var model = Assert.Single(provider, model => model.IsDefault);
            Assert.Equal(ModelKind.Chat, model.Kind);
            Assert.True(model.Capabilities.Tools, $"{model.Id} calls no tools");
            Assert.False(model.Capabilities.ResponsesOnly, $"{model.Id} has no chat completions");
        }
    }

    [Fact]
    public void Every_chat_model_has_a_quality_and_nothing_else_has()
    {
        foreach (var model in Catalog.All)
        {
            // Which model openrouter/auto means is not known before it has answered.
            var isExpected = model.Kind == ModelKind.Chat && model.Id != "openrouter/auto";
            Assert.True(isExpected == model.Quality is > 0 and < 1, $"{model.Provider}/{model.Id}: {model.Quality}");
        }
    }

    [Fact]
    public void A_model_is_as_good_wherever_it_is_served()
    {
        var byName = Catalog.All.Where(model => model.Quality is not null).GroupBy(model => model.Id[(model.Id.LastIndexOf('/') + 1)..].Replace('.', '-'), StringComparer.OrdinalIgnoreCase);
        Assert.Empty(byName.Where(group => group.Select(model => model.Quality).Distinct().Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void A_snapshot_is_as_good_as_its_version() =>
        Assert.Equal(Catalog.Find("openai", "gpt-4o")!.Quality, Catalog.Find("openai", "gpt-4o-2025-12-31")!.Quality);

    [Fact]
    public void Every_name_belongs_to_one_model()
    {
        var names = Catalog.All.SelectMany(model => model.Aliases.Append(model.Id).Select(name => $"{model.Provider}/{name}"));
        Assert.Empty(names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void Every_price_has_a_day_and_a_source_and_prices_are_in_order()
    {
        foreach (var model in Catalog.All)
        {
            Assert.All(model.Prices, price => Assert.True(price.From >= new DateOnly(2026, 1, 1), $"{model.Id}: {price.From}"));
            Assert.All(model.Prices, price => Assert.Matches("[a-z]{3}", price.Source));
            Assert.Equal(model.Prices.Select(price => price.From).Distinct().Order(), model.Prices.Select(price => price.From));
        }
    }

    [Fact]
    public void No_price_is_free_and_none_is_a_slip_of_the_decimal_point()
    {
        foreach (var model in Catalog.All)
        {
            foreach (var price in model.Prices)
            {
                Assert.True(price.AudioMinute > 0 || price.Input is >= 0.005m and <= 150, $"{model.Id}: input {price.Input}");
                Assert.True(model.Kind != ModelKind.Chat || price.Output is >= 0.03m and <= 600, $"{model.Id}: output {price.Output}");
                Assert.True(price.CacheRead is null || price.CacheRead <= price.Input, $"{model.Id}: cache read {price.CacheRead}");
            }
        }
    }

    [Fact]
    public void A_long_prompt_never_costs_less_than_a_short_one()
    {
        var tiered = Catalog.All.SelectMany(model => model.Prices).Where(price => price.LongContext is not null).ToList();
        Assert.NotEmpty(tiered);
        foreach (var price in tiered)
        {
            var rate = price.LongContext!;
            Assert.True(price.LongContextAbove >= 100_000);
            Assert.True(rate.Input >= price.Input && rate.Output >= price.Output);
            Assert.True((rate.CacheRead ?? rate.Input) >= (price.CacheRead ?? price.Input));
            Assert.True((rate.CacheWrite ?? rate.Input) >= (price.CacheWrite ?? price.Input));
            Assert.True(price.AudioInput is null || rate.AudioInput >= price.AudioInput);
        }
    }

    [Fact]
    public void What_a_model_can_do_fits_together()
    {
        foreach (var model in Catalog.All)
        {
            var can = model.Capabilities;
            Assert.True(can.Reasoning is ReasoningKind.Effort or ReasoningKind.Adaptive or ReasoningKind.Level == can.Efforts.Count > 0, model.Id);
            Assert.True(can.Reasoning != ReasoningKind.Budget || can.MinThinkingBudget is not null, model.Id);
            Assert.False(can.Reasoning == ReasoningKind.None && (can.ReasonsByDefault || can.ReasoningOff), model.Id);
            Assert.True(!can.Efforts.Contains("none") || can.ReasoningOff, model.Id);
            Assert.True(model.MaxOutputTokens is null || model.MaxOutputTokens <= model.ContextWindow, model.Id);
            Assert.True(model.Input != Modalities.None && model.Output.HasFlag(Modalities.Text), model.Id);
        }
    }

    [Fact]
    public void Azure_has_the_models_of_openai_at_prices_that_say_where_they_are_from()
    {
        Assert.Equal(Catalog.ForProvider("openai").Select(model => model.Id), Catalog.ForProvider("azure-openai").Select(model => model.Id));
        Assert.All(Catalog.ForProvider("azure-openai").SelectMany(model => model.Prices), price => Assert.Contains("Azure", price.Source));
    }

    [Fact]
    public void A_field_that_the_reader_does_not_know_is_an_error()
    {
        var json = """{ "providers": { "p": { "models": [ { "id": "m", "contextt": 1 } ] } } }""";
        Assert.Contains("contextt", Assert.Throws<InvalidDataException>(() => Read(json)).Message);
    }

    [Fact]
    public void A_name_that_is_there_twice_is_an_error()
    {
        var json = """{ "providers": { "p": { "models": [ { "id": "m" }, { "id": "n", "aliases": ["M"] } ] } } }""";
        Assert.Contains("'M'", Assert.Throws<InvalidDataException>(() => Read(json)).Message);
    }

    private static ModelCatalog Read(string json) => ModelCatalog.Parse(Encoding.UTF8.GetBytes(json));
}
