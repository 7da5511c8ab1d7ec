using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Signalbox.Configuration;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>The gateway inside an application, and applications' clients as providers of the gateway.</summary>
public class InProcessTests
{
    [Fact]
    public async Task An_application_streams_from_its_own_client_and_from_a_provider_over_HTTP()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        foreach (var wire in Wire.All)
        {
            upstream.On(wire.Dialect, call => Fuzz.FuzzBench.AnswerAsync(wire, call));
        }

        var services = new ServiceCollection();
        services.AddSignalbox(options =>
        {
            options.ConfigJson = SampleBench.Config(upstream);
            options.AddClient("own", new CallingClient());
        });
        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredService<IChatClient>();

        var own = await chat.GetStreamingResponseAsync("Weather?", new ChatOptions { ModelId = "own/any" }, Patience.Token).ToChatResponseAsync(Patience.Token);
        var call = Assert.Single(own.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("c1", "get_weather", "Bern"), (call.CallId, call.Name, call.Arguments!["city"]?.ToString()));
        Assert.Equal(ChatFinishReason.ToolCalls, own.FinishReason);
        foreach (var wire in Wire.All)
        {
            var options = new ChatOptions { ModelId = wire.Dialect + "/m" };
            Assert.Equal(Wire.SampleText, (await chat.GetResponseAsync("Say hello.", options, Patience.Token)).Text);
            var streamed = await chat.GetStreamingResponseAsync("Say hello.", options, Patience.Token).ToChatResponseAsync(Patience.Token);
            Assert.Equal((Wire.SampleText, 9L, 2L), (streamed.Text, streamed.Usage?.InputTokenCount, streamed.Usage?.OutputTokenCount));
        }

        var refused = await Assert.ThrowsAsync<SignalboxException>(() => chat.GetResponseAsync("x", new ChatOptions { ModelId = "none" }, Patience.Token));
        Assert.Equal(Dialects.ErrorKind.NotFound, refused.Kind);
    }

    [Fact]
    public async Task Callers_over_HTTP_get_the_tool_calls_of_a_client_in_the_process()
    {
        await using var gateway = await GatewayHarness.StartAsync("""{ "providers": { "unused": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9" } } }""",
            [new Providers.ChatClientProvider("own", new CallingClient(), Locality.Local)]);
        foreach (var wire in Wire.All)
        {
            foreach (var stream in new[] { true, false })
            {
                var answer = await gateway.AskAsync(wire.Path("own/any", stream), wire.Request("own/any", stream));

                Assert.True(answer.Status == 200, answer.Text);
                var walked = wire.Walk(answer, stream);
                Assert.Equal("get_weather", Assert.Single(walked.Calls).Name);
                Assert.Equal("tool_calls", walked.Finish);
                Assert.True(walked.HasCleanEnd);
            }
        }
    }

    private sealed class CallingClient : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "Let me ");
            yield return new ChatResponseUpdate(ChatRole.Assistant, "look.");
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c1", "get_weather", new Dictionary<string, object?> { ["city"] = "Bern" })])
            {
                FinishReason = ChatFinishReason.ToolCalls,
            };
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
