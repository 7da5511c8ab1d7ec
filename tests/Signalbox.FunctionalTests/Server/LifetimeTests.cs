using System.Text;
using Signalbox.Configuration;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>A stream that runs is not disturbed by what happens to the gateway around it.</summary>
public class LifetimeTests
{
    private static readonly Wire Chat = Wire.Of("openai-chat");

    [Fact]
    public async Task A_new_configuration_serves_new_requests_while_an_open_stream_finishes_on_the_old_one()
    {
        await using var bench = await SampleBench.StartAsync();
        var go = new TaskCompletionSource();
        bench.Upstream.On("openai-chat", call => StreamInTwoAsync(call, go.Task));
        using var open = await bench.Gateway.StartAsync(Chat.Path("", true), Encoding.UTF8.GetBytes(Chat.Request("openai-chat/m", true)));

        bench.Gateway.Runtime.Swap(GatewayHarness.Parse($$"""{ "providers": { "other": { "dialect": "openai-chat", "baseUrl": "{{bench.Upstream.BaseUrl("other")}}", "apiKey": "k" } } }"""));
        bench.Upstream.On("other", static call => call.AnswerAsync(200, "application/json", Chat.Complete));

        Assert.Equal(404, (await bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request("openai-chat/m", false))).Status);
        Assert.Equal(200, (await bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request("other/m", false))).Status);
        go.SetResult();
        var answer = await CallerAnswer.ReadAsync(open);
        Assert.False(answer.Broke);
        Assert.Equal(Wire.SampleText, Chat.WalkStream(answer.Text).Text.ToString());
    }

    [Fact]
    public async Task A_connection_that_has_sent_nothing_does_not_hold_up_the_stop()
    {
        await using var bench = await SampleBench.StartAsync();
        await using var silent = await bench.Gateway.ConnectAsync();
        await bench.Gateway.GetAsync("/health/live");

        // The server would wait three times as long for a request.
        await bench.Gateway.StopAsync().WaitAsync(Patience.Limit / 3, Patience.Token);

        Assert.Equal(0, await silent.ReadAsync(new byte[1], Patience.Token));
    }

    [Fact]
    public async Task An_invalid_file_changes_nothing_and_a_valid_one_is_swapped_in()
    {
        await using var bench = await SampleBench.StartAsync();
        var folder = Directory.CreateTempSubdirectory("signalbox-tests-");
        try
        {
            var file = Path.Combine(folder.FullName, "signalbox.json");
            await File.WriteAllTextAsync(file, SampleBench.Config(bench.Upstream), Patience.Token);
            var environment = new Dictionary<string, string>();
            var heard = new List<ConfigResult>();
            using var reloader = new ConfigReloader(ConfigLoader.Load(file, environment), environment, result =>
            {
                heard.Add(result);
                if (result.Config is { } config)
                {
                    bench.Gateway.Runtime.Swap(config);
                }
            });

            await File.WriteAllTextAsync(file, """{ "providers": { "x": { "dialect": "no-such" } } }""", Patience.Token);
            reloader.CheckNow();
            Assert.Equal(200, (await bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request("openai-chat/m", false))).Status);
            Assert.Null(heard[^1].Config);

            await File.WriteAllTextAsync(file, SampleBench.Config(bench.Upstream, """, "models": { "new": { "provider": "openai-chat", "upstream": "m" } }"""), Patience.Token);
            reloader.CheckNow();
            Assert.Equal(200, (await bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request("new", false))).Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_graceful_stop_lets_an_open_stream_finish()
    {
        await using var bench = await SampleBench.StartAsync();
        var go = new TaskCompletionSource();
        bench.Upstream.On("openai-chat", call => StreamInTwoAsync(call, go.Task));
        using var open = await bench.Gateway.StartAsync(Chat.Path("", true), Encoding.UTF8.GetBytes(Chat.Request("openai-chat/m", true)));

        var stopped = bench.Gateway.StopAsync();
        Assert.False(stopped.IsCompleted);
        go.SetResult();
        var answer = await CallerAnswer.ReadAsync(open);

        await Patience.For(stopped, "the end of the stop");
        Assert.False(answer.Broke);
        Assert.True(Chat.WalkStream(answer.Text).HasCleanEnd);
    }

    internal static async Task StreamInTwoAsync(UpstreamCall call, Task go)
    {
        await call.StartAsync(200, Chat.StreamContentType);
        await call.SendAsync(string.Concat(Chat.Pieces.Take(Chat.TextPiece + 1)));
        await go;
        await call.SendAsync(string.Concat(Chat.Pieces.Skip(Chat.TextPiece + 1)));
    }
}
