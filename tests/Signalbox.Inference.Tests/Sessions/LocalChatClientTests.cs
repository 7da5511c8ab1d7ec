using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class LocalChatClientTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.System, "you are short"), new(ChatRole.User, "hello there")];

    private static readonly ChatOptions Greedy = new() { Temperature = 0, MaxOutputTokens = 12 };

    [Fact]
    public async Task An_answer_has_its_text_its_end_and_its_usage()
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var response = await client.GetResponseAsync(Hello, Greedy, TestContext.Current.CancellationToken);
        var again = await client.GetResponseAsync(Hello, Greedy, TestContext.Current.CancellationToken);

        Assert.NotEmpty(response.Text);
        Assert.Equal(response.Text, again.Text);
        Assert.Equal("small", response.ModelId);
        Assert.Contains(response.FinishReason, new ChatFinishReason?[] { ChatFinishReason.Length, ChatFinishReason.Stop });
        Assert.InRange(response.Usage!.OutputTokenCount!.Value, 1, 12);
        Assert.Equal(response.Usage.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
        Assert.Equal(0, response.Usage.CachedInputTokenCount);
        Assert.Equal(again.Usage!.InputTokenCount - 1, again.Usage.CachedInputTokenCount);
    }

    [Fact]
    public async Task A_stream_says_the_same_as_the_whole_answer()
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var whole = await client.GetResponseAsync(Hello, Greedy, TestContext.Current.CancellationToken);
        var updates = await client.GetStreamingResponseAsync(Hello, Greedy, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.True(updates.Count > 1);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.All(updates[..^1], update => Assert.Null(update.FinishReason));
        Assert.Equal(whole.FinishReason, updates[^1].FinishReason);
        var usage = Assert.Single(updates.SelectMany(update => update.Contents).OfType<UsageContent>());
        Assert.Equal(whole.Usage!.OutputTokenCount, usage.Details.OutputTokenCount);
    }

    [Fact]
    public async Task Log_probabilities_travel_in_the_additional_properties()
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 5, AdditionalProperties = new() { ["logprobs"] = true, ["top_logprobs"] = 2 } };
        var response = await client.GetResponseAsync(Hello, options, TestContext.Current.CancellationToken);
        var tokens = Assert.IsType<List<LocalTokenLogprob>>(response.AdditionalProperties![LocalProperties.TokenLogprobs]);
        Assert.Equal(response.Usage!.OutputTokenCount, tokens.Count);
        Assert.All(tokens, token => Assert.Equal((2, token.Token, token.Logprob), (token.Top!.Count, token.Top[0].Token, token.Top[0].Logprob)));
    }

    [Fact]
    public async Task A_stop_sequence_is_named()
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var options = new ChatOptions { Temperature = 1, MaxOutputTokens = 60 };
        var text = "";
        for (var seed = 0; text.Length < 12 && seed < 100; seed++)
        {
            options.Seed = seed;
            text = (await client.GetResponseAsync(Hello, options, TestContext.Current.CancellationToken)).Text;
        }

        var stop = text[5..7];
        options.StopSequences = [stop];
        var response = await client.GetResponseAsync(Hello, options, TestContext.Current.CancellationToken);
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(stop, response.AdditionalProperties![LocalProperties.StopSequence]);
    }

    [Fact]
    public async Task A_response_format_makes_any_model_write_JSON()
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"],"additionalProperties":false}""");
        foreach (var format in new ChatResponseFormat[] { ChatResponseFormat.Json, ChatResponseFormat.ForJsonSchema(schema.RootElement) })
        {
            var response = await client.GetResponseAsync(Hello, new ChatOptions { MaxOutputTokens = 100, Seed = 3, ResponseFormat = format }, TestContext.Current.CancellationToken);
            using var parsed = JsonDocument.Parse(response.Text);
            Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
            Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        }
    }

    public static TheoryData<string> Wrong => [.. Refused.Keys];

    private static Dictionary<string, (ChatOptions Options, EngineFaultKind Kind, string Word)> Refused { get; } = new()
    {
        ["tools"] = (new ChatOptions { Tools = [AIFunctionDeclaration()] }, EngineFaultKind.Unsupported, "tools"),
        ["choices"] = (With("n", 2), EngineFaultKind.Unsupported, "answers"),
        ["adapter"] = (With("lora", "poet"), EngineFaultKind.InvalidRequest, "poet"),
        ["adapter shape"] = (With("lora", 3), EngineFaultKind.InvalidRequest, "lora"),
        ["alternatives"] = (With("top_logprobs", 50), EngineFaultKind.InvalidRequest, "top_logprobs"),
        ["min_p"] = (With("min_p", "much"), EngineFaultKind.InvalidRequest, "min-p"),
        ["min_p as JSON"] = (With("min_p", JsonDocument.Parse("7").RootElement), EngineFaultKind.InvalidRequest, "min-p"),
        ["temperature"] = (new ChatOptions { Temperature = -1 }, EngineFaultKind.InvalidRequest, "temperature"),
        ["no tokens"] = (new ChatOptions { MaxOutputTokens = 0 }, EngineFaultKind.InvalidRequest, "tokens"),
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_the_engine_cannot_do_is_refused_and_never_dropped(string name)
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var (options, kind, word) = Refused[name];
        var thrown = await Assert.ThrowsAsync<EngineException>(() => client.GetResponseAsync(Hello, options, TestContext.Current.CancellationToken));
        Assert.Equal(kind, thrown.Fault.Kind);
        Assert.Contains(word, thrown.Message);
    }

    [Fact]
    public async Task Pictures_are_refused()
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var message = new ChatMessage(ChatRole.User, [new TextContent("what is this"), new DataContent(new byte[] { 1 }, "image/png")]);
        var thrown = await Assert.ThrowsAsync<EngineException>(() => client.GetResponseAsync([message], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(EngineFaultKind.Unsupported, thrown.Fault.Kind);
    }

    private static ChatOptions With(string name, object value) => new() { AdditionalProperties = new() { [name] = value } };

    private static AIFunctionDeclaration AIFunctionDeclaration() => AIFunctionFactory.CreateDeclaration("f", "does it", JsonDocument.Parse("{}").RootElement);
}
