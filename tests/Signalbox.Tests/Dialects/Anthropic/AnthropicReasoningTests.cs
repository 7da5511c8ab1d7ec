using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicReasoningTests
{
    private static ChatOptions Options(string? effort = null, int? budget = null, int? maxTokens = 64000)
    {
        var options = new ChatOptions { MaxOutputTokens = maxTokens };
        Vocabulary.Set(options, Vocabulary.Effort, effort);
        Vocabulary.Set(options, Vocabulary.ThinkingBudget, budget);
        return options;
    }

    private static string Part(JsonElement body, string name) => body.TryGetProperty(name, out var part) ? part.GetRawText() : "";

    [Theory]
    [InlineData(null, 2048, 64000, """{"type":"enabled","budget_tokens":2048}""", "")]
    [InlineData("high", null, 64000, """{"type":"enabled","budget_tokens":24576}""", "reasoning;approximated")]
    [InlineData("minimal", null, 64000, """{"type":"enabled","budget_tokens":1024}""", "reasoning;approximated")]
    [InlineData(null, 500, 64000, """{"type":"enabled","budget_tokens":1024}""", "reasoning;approximated")]
    [InlineData(null, -1, 64000, """{"type":"enabled","budget_tokens":8192}""", "reasoning;approximated")]
    [InlineData("high", null, 4000, """{"type":"enabled","budget_tokens":3000}""", "reasoning;approximated")]
    [InlineData("high", null, 1024, "", "reasoning;dropped")]
    [InlineData("none", null, 64000, """{"type":"disabled"}""", "")]
    [InlineData(null, 0, 64000, """{"type":"disabled"}""", "")]
    public void A_model_with_budgets_gets_one_of_at_least_1024_and_below_the_output_limit(string? effort, int? budget, int maxTokens, string thinking, string losses)
    {
        var (body, report) = Write(Request(Options(effort, budget, maxTokens), User("hi")));
        Assert.Equal((thinking, "", losses), (Part(body, "thinking"), Part(body, "output_config"), report));
    }

    [Theory]
    [InlineData("high", null, """{"type":"adaptive"}""", """{"effort":"high"}""", "")]
    [InlineData("minimal", null, """{"type":"adaptive"}""", """{"effort":"low"}""", "reasoning;approximated")]
    [InlineData(null, 9000, """{"type":"adaptive"}""", """{"effort":"medium"}""", "reasoning;approximated")]
    [InlineData(null, -1, """{"type":"adaptive"}""", "", "")]
    [InlineData("none", null, """{"type":"disabled"}""", "", "")]
    [InlineData("max", null, """{"type":"adaptive"}""", """{"effort":"high"}""", "reasoning;approximated")]
    public void A_model_that_adapts_gets_an_effort(string? effort, int? budget, string thinking, string config, string losses)
    {
        var (body, report) = Write(Request(Options(effort, budget), User("hi")), Newer);
        Assert.Equal((thinking, config, losses), (Part(body, "thinking"), Part(body, "output_config"), report));
    }

    [Fact]
    public void The_catalog_says_which_efforts_a_model_takes()
    {
        var (body, losses) = Write(Request(Options("max"), User("hi")), Newer with { Efforts = ["low", "medium", "high", "xhigh", "max"] });
        Assert.Equal("""{"effort":"max"}""", Part(body, "output_config"));
        Assert.Equal("", losses);
    }

    [Fact]
    public void A_model_that_does_not_think_is_not_asked_to()
    {
        var (body, losses) = Write(Request(Options("high"), User("hi")), Older with { Reasoning = ReasoningKind.None });
        Assert.Equal(("", "reasoning;dropped"), (Part(body, "thinking"), losses));
        Assert.Equal("", Write(Request(Options("none"), User("hi")), Older with { Reasoning = ReasoningKind.None }).Losses);
    }

    [Fact]
    public void A_model_that_cannot_stop_thinking_is_asked_for_its_least()
    {
        var always = Newer with { ReasoningOff = false, ReasonsByDefault = true, Efforts = ["low", "high"] };
        var (body, losses) = Write(Request(Options("none"), User("hi")), always);
        Assert.Equal(("""{"type":"adaptive"}""", """{"effort":"low"}""", "reasoning;approximated"), (Part(body, "thinking"), Part(body, "output_config"), losses));
        (body, losses) = Write(Request(Options("none"), User("hi")), Newer with { ReasoningOff = false });
        Assert.Equal(("", ""), (Part(body, "thinking"), losses));
        Assert.Equal("reasoning;dropped", Write(Request(Options("low"), User("hi")), Newer with { Reasoning = ReasoningKind.Always }).Losses);
    }

    [Fact]
    public void The_catalog_bounds_the_budget()
    {
        var bounded = Older with { MinThinkingBudget = 2000, MaxThinkingBudget = 8000 };
        Assert.Equal("""{"type":"enabled","budget_tokens":2000}""", Part(Write(Request(Options(budget: 1024), User("hi")), bounded).Body, "thinking"));
        Assert.Equal("""{"type":"enabled","budget_tokens":8000}""", Part(Write(Request(Options("high"), User("hi")), bounded).Body, "thinking"));
    }

    [Fact]
    public void No_sampling_is_written_beside_manual_thinking()
    {
        var options = Options(budget: 2048);
        (options.Temperature, options.TopP, options.TopK) = (0.5f, 0.5f, 5);
        var (body, losses) = Write(Request(options, User("hi")));
        Assert.True(body.TryGetProperty("thinking", out _));
        Assert.False(body.TryGetProperty("temperature", out _) || body.TryGetProperty("top_p", out _) || body.TryGetProperty("top_k", out _));
        Assert.Equal("temperature;dropped, top_p;dropped, top_k;dropped", losses);
    }

    [Fact]
    public void The_sampling_that_thinking_allows_is_written()
    {
        var options = Options(budget: 2048);
        options.Temperature = 1;
        Assert.Equal("1", Part(Write(Request(options, User("hi"))).Body, "temperature"));
        options = Options(budget: 2048);
        options.TopP = 0.97f;
        Assert.Equal("0.97", Part(Write(Request(options, User("hi"))).Body, "top_p"));
    }

    [Fact]
    public void A_forced_tool_and_manual_thinking_exclude_each_other_and_the_tool_wins()
    {
        var options = Options(budget: 2048);
        options.Tools = [new ToolDeclaration("f", null, default)];
        options.ToolMode = ChatToolMode.RequireAny;
        var (body, losses) = Write(Request(options, User("hi")));
        Assert.Equal(("", """{"type":"any"}""", "reasoning;dropped"), (Part(body, "thinking"), Part(body, "tool_choice"), losses));
        (body, _) = Write(Request(options, User("hi")), Newer);
        Assert.Equal(("""{"type":"adaptive"}""", """{"type":"any"}"""), (Part(body, "thinking"), Part(body, "tool_choice")));
    }

    [Fact]
    public void A_tool_loop_that_was_not_thought_about_cannot_go_on_with_manual_thinking()
    {
        ChatMessage[] Loop(params AIContent[] first) =>
        [
            User("go"),
            new ChatMessage(ChatRole.Assistant, [.. first, Contents.ToolCall("a", "f", "{}")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("a", "1")]),
        ];
        var signed = new TextReasoningContent("hm") { ProtectedData = "s", AdditionalProperties = new() { [Vocabulary.SignedBy] = "anthropic-messages" } };
        Assert.Equal("reasoning;dropped", Write(Request(Options(budget: 2048), Loop())).Losses);
        Assert.Equal("", Write(Request(Options(budget: 2048), Loop(signed))).Losses);
        Assert.Equal("", Write(Request(Options(budget: 2048), [.. Loop(), new ChatMessage(ChatRole.Assistant, "done"), User("next")])).Losses);
        Assert.Equal("", Write(Request(Options(budget: -1), Loop()), Newer).Losses);
    }

    [Fact]
    public void Display_comes_over()
    {
        var request = Read("""{"model":"m","max_tokens":5000,"messages":[{"role":"user","content":"hi"}],"thinking":{"type":"adaptive","display":"omitted"}}""");
        Assert.Equal(ReasoningOutput.None, request.Options.Reasoning!.Output);
        Assert.Equal("""{"type":"adaptive","display":"omitted"}""", Part(Write(request, Newer).Body, "thinking"));
    }
}
