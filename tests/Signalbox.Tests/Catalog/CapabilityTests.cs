using Signalbox.Catalog;

namespace Signalbox.Tests.Catalog;

/// <summary>The differences between versions that break requests when they are missed.</summary>
public sealed class CapabilityTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.LoadEmbedded();

    [Theory]
    [InlineData("claude-sonnet-4-5", true, true, ReasoningKind.Budget)]
    [InlineData("claude-haiku-4-5", true, true, ReasoningKind.Budget)]
    [InlineData("claude-sonnet-4-6", true, false, ReasoningKind.Adaptive)]
    [InlineData("claude-opus-4-6", true, false, ReasoningKind.Adaptive)]
    [InlineData("claude-opus-4-7", false, false, ReasoningKind.Adaptive)]
    [InlineData("claude-opus-4-8", false, false, ReasoningKind.Adaptive)]
    [InlineData("claude-sonnet-5", false, false, ReasoningKind.Adaptive)]
    [InlineData("claude-opus-5", false, false, ReasoningKind.Adaptive)]
    public void Claude_lost_prefill_with_4_6_and_sampling_with_4_7(string id, bool sampling, bool prefill, ReasoningKind reasoning)
    {
        var can = Catalog.Find("anthropic", id)!.Capabilities;
        Assert.Equal((sampling, prefill, reasoning), (can.Sampling, can.Prefill, can.Reasoning));
    }

    [Theory]
    [InlineData("claude-opus-4-8", false)]
    [InlineData("claude-opus-5", true)]
    public void Claude_thinks_unasked_from_5_on(string id, bool unasked) =>
        Assert.Equal(unasked, Catalog.Find("anthropic", id)!.Capabilities.ReasonsByDefault);

    [Theory]
    [InlineData("claude-opus-5", 512)]
    [InlineData("claude-opus-4-8", 1024)]
    [InlineData("claude-opus-4-7", 2048)]
    [InlineData("claude-haiku-4-5", 4096)]
    public void The_shortest_prefix_that_is_cached_depends_on_the_version(string id, int tokens) =>
        Assert.Equal(tokens, Catalog.Find("anthropic", id)!.Capabilities.MinCacheTokens);

    [Theory]
    [InlineData("gpt-4o", true, false)]
    [InlineData("gpt-4.1-mini", true, false)]
    [InlineData("o3", false, true)]
    [InlineData("o4-mini", false, true)]
    [InlineData("gpt-5", false, true)]
    [InlineData("gpt-5.4-mini", false, true)]
    [InlineData("gpt-5.6", false, true)]
    public void OpenAIs_reasoning_models_refuse_sampling_and_max_tokens(string id, bool sampling, bool maxCompletionTokens)
    {
        var can = Catalog.Find("openai", id)!.Capabilities;
        Assert.Equal((sampling, maxCompletionTokens), (can.Sampling, can.MaxCompletionTokens));
        Assert.Equal(!sampling, can.Reasoning == ReasoningKind.Effort);
    }

    [Theory]
    [InlineData("gpt-5", "minimal", true)]
    [InlineData("gpt-5", "none", false)]
    [InlineData("gpt-5.1", "minimal", false)]
    [InlineData("gpt-5.1", "none", true)]
    [InlineData("gpt-5.1", "xhigh", false)]
    [InlineData("gpt-5.2", "xhigh", true)]
    public void OpenAIs_effort_words_change_with_the_version(string id, string effort, bool taken) =>
        Assert.Equal(taken, Catalog.Find("openai", id)!.Capabilities.Efforts.Contains(effort));

    [Theory]
    [InlineData("o3-pro")]
    [InlineData("gpt-5-codex")]
    [InlineData("gpt-5.4-pro")]
    public void Some_of_OpenAIs_models_have_no_chat_completions(string id) =>
        Assert.True(Catalog.Find("openai", id)!.Capabilities.ResponsesOnly);

    [Theory]
    [InlineData("gemini-2.5-flash", ReasoningKind.Budget, 0, 24576)]
    [InlineData("gemini-2.5-pro", ReasoningKind.Budget, 128, 32768)]
    [InlineData("gemini-3.1-pro-preview", ReasoningKind.Level, null, null)]
    [InlineData("gemini-3-flash-preview", ReasoningKind.Level, null, null)]
    public void Gemini_went_from_budgets_to_levels(string id, ReasoningKind reasoning, int? least, int? most)
    {
        var can = Catalog.Find("gemini", id)!.Capabilities;
        Assert.Equal((reasoning, least, most), (can.Reasoning, can.MinThinkingBudget, can.MaxThinkingBudget));
    }

    [Theory]
    [InlineData("openai", "gpt-4o", 128_000, 16_384)]
    [InlineData("openai", "gpt-5", 400_000, 128_000)]
    [InlineData("anthropic", "claude-haiku-4-5", 200_000, 64_000)]
    [InlineData("gemini", "gemini-2.5-flash", 1_048_576, 65_536)]
    [InlineData("mistral", "mistral-medium-latest", null, null)]
    public void Windows_are_known_or_unknown_but_never_made_up(string provider, string id, int? context, int? output)
    {
        var model = Catalog.Find(provider, id)!;
        Assert.Equal((context, output), (model.ContextWindow, model.MaxOutputTokens));
    }
}
