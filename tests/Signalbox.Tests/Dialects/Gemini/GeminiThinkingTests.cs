using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiThinkingTests
{
    [Theory]
    // A budget for models of version 2.5, within what each takes.
    [InlineData("gemini-2.5-flash", ReasoningKind.Budget, "high", null, """{"includeThoughts":true,"thinkingBudget":24576}""", "reasoning;approximated")]
    [InlineData("gemini-2.5-flash", ReasoningKind.Budget, null, 512, """{"includeThoughts":true,"thinkingBudget":512}""", "")]
    [InlineData("gemini-2.5-flash", ReasoningKind.Budget, null, -1, """{"includeThoughts":true,"thinkingBudget":-1}""", "")]
    [InlineData("gemini-2.5-flash", ReasoningKind.Budget, "none", null, """{"thinkingBudget":0}""", "")]
    [InlineData("gemini-2.5-flash", ReasoningKind.Budget, null, 100_000, """{"includeThoughts":true,"thinkingBudget":24576}""", "reasoning;approximated")]
    [InlineData("gemini-2.5-flash-lite", ReasoningKind.Budget, null, 100, """{"includeThoughts":true,"thinkingBudget":512}""", "reasoning;approximated")]
    [InlineData("gemini-2.5-pro", ReasoningKind.Budget, "none", null, """{"thinkingBudget":128}""", "reasoning;approximated")]
    // A level from version 3, never both.
    [InlineData("gemini-3-pro-preview", ReasoningKind.Level, "high", null, """{"includeThoughts":true,"thinkingLevel":"HIGH"}""", "")]
    [InlineData("gemini-3-pro-preview", ReasoningKind.Level, "xhigh", null, """{"includeThoughts":true,"thinkingLevel":"HIGH"}""", "reasoning;approximated")]
    [InlineData("gemini-3-pro-preview", ReasoningKind.Level, null, 8192, """{"includeThoughts":true,"thinkingLevel":"MEDIUM"}""", "reasoning;approximated")]
    [InlineData("gemini-3-pro-preview", ReasoningKind.Level, null, -1, """{"includeThoughts":true}""", "")]
    [InlineData("gemini-3-pro-preview", ReasoningKind.Level, "none", null, """{"thinkingLevel":"MINIMAL"}""", "reasoning;approximated")]
    // Nothing for models that do not think.
    [InlineData("gemini-2.0-flash", ReasoningKind.None, "high", null, null, "reasoning;dropped")]
    [InlineData("gemini-2.0-flash", ReasoningKind.None, "none", null, null, "")]
    public void Effort_and_budget_become_what_the_model_version_takes(
        string upstream, ReasoningKind kind, string? effort, int? budget, string? expected, string losses)
    {
        var options = new ChatOptions();
        Vocabulary.Set(options, Vocabulary.Effort, effort);
        Vocabulary.Set(options, Vocabulary.ThinkingBudget, budget);

        // As the catalog has them.
        var capabilities = new ModelCapabilities
        {
            Reasoning = kind,
            ReasoningOff = upstream.Contains("flash", StringComparison.Ordinal),
            MinThinkingBudget = upstream switch { "gemini-2.5-pro" => 128, "gemini-2.5-flash-lite" => 512, "gemini-2.5-flash" => 0, _ => null },
            MaxThinkingBudget = kind != ReasoningKind.Budget ? null : upstream == "gemini-2.5-pro" ? 32768 : 24576,
        };

        var (body, reported) = Write(Request([new(ChatRole.User, "hi")], options), upstream, capabilities);

        Assert.Equal(expected, body.GetProperty("generationConfig").TryGetProperty("thinkingConfig", out var config) ? config.GetRawText() : null);
        Assert.Equal(losses, LossesOf(reported));
    }

    [Fact]
    public void The_efforts_of_the_catalog_decide_which_levels_there_are()
    {
        var options = new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.Medium, Output = ReasoningOutput.None } };

        var (body, losses) = Write(
            Request([new(ChatRole.User, "hi")], options), "gemini-3-pro-preview", new ModelCapabilities { Reasoning = ReasoningKind.Level, Efforts = ["low", "high"] });

        Assert.Equal("""{"thinkingLevel":"LOW"}""", body.GetProperty("generationConfig").GetProperty("thinkingConfig").GetRawText());
        Assert.Equal("reasoning;approximated", LossesOf(losses));
    }

    [Fact]
    public void A_callers_level_budget_and_wish_to_see_thoughts_are_read()
    {
        var level = Read("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"HIGH","includeThoughts":true}}}""").Options;
        Assert.Equal("high", Vocabulary.Get<string>(level.AdditionalProperties, Vocabulary.Effort));
        Assert.Equal((ReasoningEffort.High, ReasoningOutput.Summary), (level.Reasoning!.Effort!.Value, level.Reasoning.Output!.Value));

        var budget = Read("""{"contents":[{"parts":[{"text":"x"}]}],"generation_config":{"thinking_config":{"thinking_budget":0}}}""").Options;
        Assert.Equal(0, Vocabulary.Get<int?>(budget.AdditionalProperties, Vocabulary.ThinkingBudget));
        Assert.Equal(ReasoningOutput.None, budget.Reasoning!.Output);
    }
}
