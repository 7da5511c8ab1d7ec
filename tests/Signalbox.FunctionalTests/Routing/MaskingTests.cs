using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Signalbox.FunctionalTests.Decisions;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Routing;

/// <summary>Personal data of internal requests stay in the house: the provider sees placeholders, the caller its own values.</summary>
public sealed class MaskingTests
{
    private const string Masking = """, "sensitivity": { "masking": { "enabled": true }, "patterns": { "quoted": { "pattern": "<<[^>]+>>", "label": "internal" } } }""";
    private const string Email = "ada@example.org";
    private const string Phone = "+49 30 901820";

    // What JSON has to escape, so that it cannot be put into arguments as it is.
    private const string Quoted = "<<a \"b\" \\ c>>";
    private const string Prompt = $"Write to {Email}, once more to {Email}, and call {Phone}.";

    /// <summary>Each dialect relayed and translated into another one, as a stream and complete.</summary>
    public static TheoryData<string, string, bool> Roads
    {
        get
        {
            var roads = new TheoryData<string, string, bool>();
            for (var i = 0; i < Wire.All.Count; i++)
            {
                foreach (var target in (Wire[])[Wire.All[i], Wire.All[(i + 1) % Wire.All.Count]])
                {
                    roads.Add(Wire.All[i].Dialect, target.Dialect, true);
                    roads.Add(Wire.All[i].Dialect, target.Dialect, false);
                }
            }

            return roads;
        }
    }

    public static TheoryData<string> Dialects => [.. Wire.All.Select(static wire => wire.Dialect)];

    [Theory]
    [MemberData(nameof(Roads))]
    public async Task The_provider_sees_placeholders_and_the_caller_gets_its_values_back(string from, string to, bool stream)
    {
        var (caller, target) = (Wire.Of(from), Wire.Of(to));
        await using var bench = await SampleBench.StartAsync(Masking);
        // A stream cuts the first placeholder in two; what only looks like one stays as it is.
        bench.Upstream.On(to, call => SayAsync(call, target, stream, "Sent to [EMA", "IL_1] and [PHONE_1], see [1] [EMAIL_9] ["));
        var model = $"{to}/m";
        var asked = caller.Request(model, stream, Prompt);

        var answer = await bench.Gateway.AskAsync(caller.Path(model, stream), asked);

        Assert.True(answer.Status == 200, answer.Text);
        var sent = Assert.Single(bench.Upstream.Calls).Text;
        Assert.Contains("Write to [EMAIL_1], once more to [EMAIL_1], and call [PHONE_1].", sent, StringComparison.Ordinal);
        Assert.DoesNotContain(Email, sent, StringComparison.Ordinal);
        if (from == to)
        {
            Assert.Equal(asked.Replace(Email, "[EMAIL_1]", StringComparison.Ordinal).Replace(Phone, "[PHONE_1]", StringComparison.Ordinal).Replace($"\"{model}\"", "\"m\"", StringComparison.Ordinal), sent);
        }

        var walked = caller.Walk(answer, stream);
        Assert.Equal($"Sent to {Email} and {Phone}, see [1] [EMAIL_9] [", walked.Text.ToString());
        Assert.Equal(("stop", 9L, 2L, true, 0), (walked.Finish, walked.Usage.Input, walked.Usage.Output, walked.HasCleanEnd, walked.Errors));
        await AssertNothingIsKeptAsync(bench, answer);
    }

    [Theory]
    [MemberData(nameof(Roads))]
    public async Task A_value_goes_into_the_arguments_of_a_tool_call_as_JSON_has_it(string from, string to, bool stream)
    {
        var (caller, target) = (Wire.Of(from), Wire.Of(to));
        await using var bench = await SampleBench.StartAsync(Masking);
        bench.Upstream.On(to, call => stream
            ? call.AnswerAsync(200, target.StreamContentType, string.Concat(ToolTraffic.Stream(target)))
            : call.AnswerAsync(200, "application/json", ToolTraffic.Complete(target)));
        var model = $"{to}/m";
        var prompt = $"Note {Quoted} for {Email}.".Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

        var answer = await bench.Gateway.AskAsync(caller.Path(model, stream), caller.Request(model, stream, prompt));

        Assert.True(answer.Status == 200, answer.Text);
        var sent = Assert.Single(bench.Upstream.Calls).Text;
        Assert.Contains("Note [QUOTED_1] for [EMAIL_1].", sent, StringComparison.Ordinal);
        var walked = caller.Walk(answer, stream);
        var call = Assert.Single(walked.Calls);
        var arguments = JsonWalk.Parse(call.Arguments.ToString());
        Assert.Equal(("note", Quoted, Email), (call.Name, arguments.Str("text"), arguments.Str("to")));
        Assert.Equal(("tool_calls", true), (walked.Finish, walked.HasCleanEnd));
        await AssertNothingIsKeptAsync(bench, answer);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Results_and_arguments_of_tools_in_the_conversation_are_masked_and_every_other_byte_stays(string dialect)
    {
        var wire = Wire.Of(dialect);
        await using var bench = await SampleBench.StartAsync(Masking);
        var model = $"{dialect}/m";
        var asked = ToolTraffic.Conversation(wire, model, Email, Phone);

        var answer = await bench.Gateway.AskAsync(wire.Path(model, false), asked);

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(ToolTraffic.Conversation(wire, "m", "[EMAIL_1]", "[PHONE_1]"), Assert.Single(bench.Upstream.Calls).Text);
        await AssertNothingIsKeptAsync(bench, answer);
    }

    [Fact]
    public async Task Masking_never_lowers_what_is_confidential()
    {
        await using var bench = await SampleBench.StartAsync(Masking);
        var wire = Wire.Of("openai-chat");
        var said = await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("openai-chat/m", false, Prompt), ("x-signalbox-sensitivity", "confidential"));
        var found = await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("openai-chat/m", false, Prompt + " My card is 4111 1111 1111 1111."));

        Assert.All((CallerAnswer[])[said, found], static answer => Assert.Equal((400, "no_candidate"), (answer.Status, answer.ErrorWord)));
        Assert.Empty(bench.Upstream.Calls);
    }

    [Fact]
    public async Task A_request_without_personal_data_is_relayed_as_it_is()
    {
        await using var bench = await SampleBench.StartAsync(Masking);
        var wire = Wire.Of("openai-chat");
        var answer = await bench.Gateway.AskAsync(wire.Path("", true), wire.Request("openai-chat/m", true, "Say [EMAIL_1]."));

        Assert.Equal(string.Concat(wire.Pieces), answer.Text);
        Assert.True(bench.Gateway.Journal.ToList().Single().Relayed);
    }

    [Fact]
    public async Task An_application_keeps_its_messages_and_gets_its_values_from_providers_over_HTTP_and_in_process()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        foreach (var wire in Wire.All)
        {
            upstream.On(wire.Dialect, call => SayAsync(call, wire, IsStream(call, wire), "Sent to [EMA", "IL_1] ["));
        }

        var own = new EchoClient(static asked => [new TextContent("Sent to [EMA"), new TextContent("IL_1] [")]);
        var services = new ServiceCollection();
        services.AddSignalbox(options =>
        {
            options.ConfigJson = SampleBench.Config(upstream, Masking);
            options.AddClient("own", own);
        });
        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredService<IChatClient>();
        foreach (var name in Wire.All.Select(static wire => wire.Dialect).Append("own"))
        {
            var messages = new List<ChatMessage> { new(ChatRole.User, Prompt) };
            var options = new ChatOptions { ModelId = name + "/m" };
            Assert.Equal($"Sent to {Email} [", (await chat.GetResponseAsync(messages, options, Patience.Token)).Text);
            Assert.Equal($"Sent to {Email} [", (await chat.GetStreamingResponseAsync(messages, options, Patience.Token).ToChatResponseAsync(Patience.Token)).Text);
            Assert.Equal(Prompt, Assert.Single(messages).Text);
        }

        Assert.All(upstream.Calls, static call => Assert.DoesNotContain(Email, call.Text, StringComparison.Ordinal));
        Assert.All(own.Asked, static asked => Assert.Equal("Write to [EMAIL_1], once more to [EMAIL_1], and call [PHONE_1].", asked));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tool_calls_of_a_client_in_process_have_the_values(bool stream)
    {
        var own = new EchoClient(static asked => [new FunctionCallContent("c1", "note", new Dictionary<string, object?> { ["text"] = "[QUOTED_1]", ["to"] = "[EMAIL_1]" })]);
        var services = new ServiceCollection();
        services.AddSignalbox(options =>
        {
            options.ConfigJson = """{ "providers": { "unused": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9" } } """ + Masking + "}";
            options.AddClient("own", own);
        });
        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredService<IChatClient>();
        var options = new ChatOptions { ModelId = "own/m" };
        var messages = new List<ChatMessage>
        {
            new(ChatRole.User, $"Note {Quoted} for {Email}."),
            new(ChatRole.Assistant, [new FunctionCallContent("c0", "look", new Dictionary<string, object?> { ["who"] = Email }) { AdditionalProperties = new() { ["kept"] = "yes" } }]),
            new(ChatRole.Tool, [new FunctionResultContent("c0", $"{Email} is reached at {Phone}")]),
        };

        var response = stream
            ? await chat.GetStreamingResponseAsync(messages, options, Patience.Token).ToChatResponseAsync(Patience.Token)
            : await chat.GetResponseAsync(messages, options, Patience.Token);

        var call = Assert.Single(response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal((Quoted, Email), (call.Arguments!["text"]?.ToString(), call.Arguments["to"]?.ToString()));
        var (arguments, result) = (own.Last!.SelectMany(static message => message.Contents).OfType<FunctionCallContent>().Single(), own.Last!.SelectMany(static message => message.Contents).OfType<FunctionResultContent>().Single());
        Assert.Equal(("[EMAIL_1]", "yes"), (arguments.Arguments!["who"]?.ToString(), arguments.AdditionalProperties?["kept"]));
        Assert.Equal("[EMAIL_1] is reached at [PHONE_1]", result.Result?.ToString());
    }

    private static Task SayAsync(UpstreamCall call, Wire wire, bool stream, string first, string second)
    {
        var said = new SaidAnswer(first, second, 9, 2);
        return stream ? call.AnswerAsync(200, wire.StreamContentType, string.Concat(said.Pieces(wire))) : call.AnswerAsync(200, "application/json", said.Complete(wire));
    }

    private static bool IsStream(UpstreamCall call, Wire wire) => wire.Dialect == "gemini"
        ? call.Path.Contains(":stream", StringComparison.Ordinal)
        : call.Json.At("stream").ValueKind == System.Text.Json.JsonValueKind.True;

    private static async Task AssertNothingIsKeptAsync(SampleBench bench, CallerAnswer answer)
    {
        var kept = new StringBuilder((await bench.Gateway.DecisionOfAsync(answer)).GetRawText());
        foreach (var record in bench.Gateway.Journal.ToList())
        {
            kept.Append(record).AppendJoin(' ', record.Losses);
        }

        foreach (var value in (string[])[Email, Phone, "ada@", "901820", "<<a"])
        {
            Assert.DoesNotContain(value, kept.ToString(), StringComparison.Ordinal);
        }
    }
}
