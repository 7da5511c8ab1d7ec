using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>The executable as a user runs it.</summary>
public class CommandLineTests
{
    private static readonly Wire Chat = Wire.Of("openai-chat");

    [Fact]
    public async Task Serve_says_where_it_listens_and_lets_an_open_stream_finish_when_it_is_told_to_stop()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var go = new TaskCompletionSource();
        upstream.On("openai-chat", call => LifetimeTests.StreamInTwoAsync(call, go.Task));
        using var server = ServerProcess.Start(["serve", "--urls", "http://127.0.0.1:0"], SampleBench.Config(upstream));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = await server.ListeningAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat.Path("", true)) { Content = new StringContent(Chat.Request("openai-chat/m", true), Encoding.UTF8, "application/json") };
        using var open = await Patience.For(client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Patience.Token), "the head of a stream");

        server.Stop();
        await RefusedAsync(client.BaseAddress!);
        go.SetResult();
        var answer = await CallerAnswer.ReadAsync(open);

        Assert.False(answer.Broke);
        Assert.True(Chat.WalkStream(answer.Text).HasCleanEnd);
        Assert.Equal(0, (await server.EndAsync()).Code);
    }

    [Fact]
    public async Task Connections_that_send_nothing_leave_no_trace_in_the_log()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        using var server = ServerProcess.Start(["serve", "--urls", "http://127.0.0.1:0"], SampleBench.Config(upstream));
        var address = await server.ListeningAsync();
        for (var i = 0; i < 50; i++)
        {
            // A load balancer's probe: it hangs up, or resets.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(i % 2 == 0, 0) };
            await socket.ConnectAsync(address.Host, address.Port, Patience.Token);
        }

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        Assert.Equal("ok", await client.GetStringAsync("/health/live", Patience.Token));
        server.Stop();
        var (code, _, errors) = await server.EndAsync();

        Assert.Equal((0, ""), (code, errors));
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("chat", "hello")]
    [InlineData("models")]
    public async Task With_nothing_configured_every_command_says_what_to_set_and_ends_with_2(params string[] words)
    {
        var (code, _, errors) = await ServerProcess.RunAsync(words);

        Assert.Equal(2, code);
        Assert.Contains("OPENAI_API_KEY", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "providers": { "openai": { "apiKey": "k" } } }""", 0, "is valid")]
    [InlineData("""{ "providers": { "openai": { "apiKey": "k", "colour": 1 } }, "routes": { "r": { "models": ["nothing/here"] } } }""", 2, "colour")]
    public async Task Config_check_ends_with_0_or_2_and_names_what_is_wrong(string config, int expected, string said)
    {
        var (code, output, errors) = await ServerProcess.RunAsync(["config", "check", "signalbox.json"], config);

        Assert.Equal(expected, code);
        Assert.Contains(said, output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_streams_an_answer_prints_it_as_JSON_and_refuses_an_unknown_model()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.On("v1", call => Fuzz.FuzzBench.AnswerAsync(Chat, call));
        (string, string)[] environment = [("OPENAI_BASE_URL", upstream.BaseUrl("v1")), ("OPENAI_API_KEY", "k")];

        var streamed = await ServerProcess.RunAsync(["chat", "--model", "openai/gpt-4o-mini", "hello"], null, environment);
        var json = await ServerProcess.RunAsync(["chat", "--model", "openai/gpt-4o-mini", "--json", "hello"], null, environment);
        var unknown = await ServerProcess.RunAsync(["chat", "--model", "no-such-model", "hello"], null, environment);

        Assert.Equal((0, Wire.SampleText), (streamed.Code, streamed.Output.Trim()));
        Assert.Equal(0, json.Code);
        using var printed = JsonDocument.Parse(json.Output);
        Assert.Equal((Wire.SampleText, "openai/gpt-4o-mini"), (printed.RootElement.Str("content"), printed.RootElement.Str("model")));
        Assert.Equal(2, unknown.Code);
        Assert.Contains("no-such-model", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal("hello", (await upstream.NextCallAsync()).Json.Items("messages").Single().Str("content"));
    }

    [Fact]
    public async Task A_request_that_the_provider_refuses_is_a_failure_and_names_the_model_that_was_asked()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.On("v1", static call => call.AnswerAsync(400, "application/json", Chat.Error("No such parameter.")));

        var (code, _, errors) = await ServerProcess.RunAsync(["chat", "--model", "openai/gpt-4o-mini", "hello"], null, ("OPENAI_BASE_URL", upstream.BaseUrl("v1")), ("OPENAI_API_KEY", "k"));

        Assert.Equal(1, code);
        Assert.Contains("error: openai/gpt-4o-mini: ", errors, StringComparison.Ordinal);
        Assert.Contains("No such parameter.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task An_empty_prompt_is_refused_before_anybody_is_asked(string prompt)
    {
        var (code, _, errors) = await ServerProcess.RunAsync(["chat", prompt], null, ("OPENAI_API_KEY", "k"));

        Assert.Equal(2, code);
        Assert.Contains("the prompt is empty", errors, StringComparison.Ordinal);
    }

    /// <summary>Returns when nobody listens there any more: the stop has begun.</summary>
    private static async Task RefusedAsync(Uri address)
    {
        var refused = false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Patience.Token);
        limit.CancelAfter(Patience.Limit);
        while (!refused)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address.Host, address.Port, limit.Token);
            }
            catch (SocketException)
            {
                refused = true;
            }
        }
    }
}
