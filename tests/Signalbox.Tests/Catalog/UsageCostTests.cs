using Microsoft.Extensions.AI;
using Signalbox.Catalog;

#pragma warning disable MEAI001 // The audio counts are marked experimental.

namespace Signalbox.Tests.Catalog;

public sealed class UsageCostTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.LoadEmbedded();
    private static readonly ModelPrice Plain = new() { From = new(2026, 1, 1), Source = "test", Input = 2, Output = 10 };

    [Fact]
    public void OpenAI_charges_cached_input_less()
    {
        var usage = new UsageDetails { InputTokenCount = 10_000, CachedInputTokenCount = 8_000, OutputTokenCount = 1_000, ReasoningTokenCount = 600 };
        // gpt-4o: (2,000 x 2.50 + 8,000 x 1.25 + 1,000 x 10) / 1,000,000
        Assert.Equal(0.025m, UsageCost.Of(usage, Price("openai", "gpt-4o")));
    }

    [Fact]
    public void Anthropic_charges_cache_writes_by_how_long_they_are_kept()
    {
        var usage = new UsageDetails { InputTokenCount = 6_000, CachedInputTokenCount = 3_000, OutputTokenCount = 100 };
        usage.AdditionalCounts = new() { [UsageCost.CacheWrite] = 2_000, [UsageCost.CacheWriteHour] = 500 };
        // claude-opus-4-5: 1,000 x 5 + 3,000 x 0.50 + 1,500 x 6.25 + 500 x 10 + 100 x 25
        var cost = UsageCost.Split(usage, Price("anthropic", "claude-opus-4-5"))!.Value;
        Assert.Equal(new CostParts(0.005m, 0.0015m, 0.014375m, 0.0025m, 0), cost);
        Assert.Equal(0.023375m, cost.Total);
    }

    [Fact]
    public void Cache_writes_may_come_only_by_kind()
    {
        var total = new UsageDetails { InputTokenCount = 1_000, OutputTokenCount = 0, AdditionalCounts = new() { [UsageCost.CacheWrite] = 900, [UsageCost.CacheWriteHour] = 200 } };
        var kinds = new UsageDetails { InputTokenCount = 1_000, OutputTokenCount = 0, AdditionalCounts = new() { [UsageCost.CacheWrite5Minutes] = 700, [UsageCost.CacheWriteHour] = 200 } };
        var price = Price("anthropic", "claude-opus-4-5");
        Assert.Equal(UsageCost.Of(total, price), UsageCost.Of(kinds, price));
    }

    [Theory]
    [InlineData(200_000, 0.25, 0.01)]
    [InlineData(200_001, 0.5000025, 0.015)]
    public void Gemini_charges_the_whole_request_more_above_200000_tokens(long input, decimal inputCost, decimal outputCost)
    {
        var cost = UsageCost.Split(new() { InputTokenCount = input, OutputTokenCount = 1_000 }, Price("gemini", "gemini-2.5-pro"))!.Value;
        Assert.Equal((inputCost, outputCost), (cost.Input, cost.Output));
    }

    [Fact]
    public void Sound_is_charged_at_its_own_price()
    {
        var usage = new UsageDetails { InputTokenCount = 1_000, InputAudioTokenCount = 400, OutputTokenCount = 0 };
        // gemini-2.5-flash: 600 x 0.30 + 400 x 1.00
        Assert.Equal(0.00058m, UsageCost.Of(usage, Price("gemini", "gemini-2.5-flash")));
    }

    [Fact]
    public void Sound_without_a_price_makes_the_cost_unknown()
    {
        var price = Price("openai", "gpt-audio");
        Assert.NotNull(UsageCost.Of(new() { InputTokenCount = 10, OutputTokenCount = 10 }, price));
        Assert.Null(UsageCost.Of(new() { InputTokenCount = 10, InputAudioTokenCount = 5, OutputTokenCount = 10 }, price));
        Assert.Null(UsageCost.Of(new() { InputTokenCount = 10, OutputTokenCount = 10, OutputAudioTokenCount = 5 }, price));
    }

    [Fact]
    public void A_model_that_bills_minutes_is_charged_by_the_second()
    {
        var usage = new UsageDetails { AdditionalCounts = new() { [UsageCost.AudioSeconds] = 90 } };
        Assert.Equal(0.009m, UsageCost.Of(usage, Price("openai", "whisper-1")));
        Assert.Null(UsageCost.Of(new() { InputTokenCount = 10, OutputTokenCount = 10 }, Price("openai", "whisper-1")));
    }

    [Fact]
    public void Thinking_is_charged_like_output_unless_it_has_its_own_price()
    {
        var usage = new UsageDetails { InputTokenCount = 0, OutputTokenCount = 1_000, ReasoningTokenCount = 400 };
        Assert.Equal(0.01m, UsageCost.Of(usage, Plain));
        Assert.Equal(new CostParts(0, 0, 0, 0.006m, 0.012m), UsageCost.Split(usage, Plain with { Reasoning = 30 }));
    }

    [Fact]
    public void Embeddings_have_no_output_to_charge() =>
        Assert.Equal(0.00002m, UsageCost.Of(new() { InputTokenCount = 1_000 }, Price("openai", "text-embedding-3-small")));

    [Fact]
    public void An_unknown_price_is_unknown_and_not_zero()
    {
        var model = Catalog.Resolve("openai", "gpt-99");
        Assert.Null(UsageCost.Of(new() { InputTokenCount = 1, OutputTokenCount = 1 }, model.PriceOn(new(2026, 11, 21))));
        Assert.Null(UsageCost.Of(new() { InputTokenCount = 1, OutputTokenCount = 1 }, Plain with { Output = null }));
    }

    [Fact]
    public void Counts_that_were_not_stated_make_the_cost_unknown()
    {
        Assert.Null(UsageCost.Of(new() { OutputTokenCount = 1 }, Plain));
        Assert.Null(UsageCost.Of(new() { InputTokenCount = 1 }, Plain));
        Assert.Equal(0m, UsageCost.Of(new() { InputTokenCount = 0, OutputTokenCount = 0 }, Plain));
    }

    [Fact]
    public void Cached_input_without_a_price_is_charged_like_input()
    {
        var usage = new UsageDetails { InputTokenCount = 1_000, CachedInputTokenCount = 1_000, OutputTokenCount = 0 };
        Assert.Equal(0.002m, UsageCost.Of(usage, Plain));
    }

    private static ModelPrice Price(string provider, string id) => Catalog.Find(provider, id)!.PriceOn(PriceList.Day)!;
}
