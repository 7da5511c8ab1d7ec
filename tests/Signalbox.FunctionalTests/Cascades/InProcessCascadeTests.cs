using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Cascades;

/// <summary>Cascades and continuations for a caller in this process.</summary>
public sealed class InProcessCascadeTests
{
    [Fact]
    public async Task An_application_gets_one_stream_and_only_answers_that_were_judged_good()
    {
        var chat = Wire.Of("openai-chat");
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.On("breaks", call => call.BreakOffAsync(chat, "Hello"));
        upstream.On("refuses", call => call.SayAsync(chat, "I cannot help with that."));
        upstream.On("good", call => call.SayAsync(chat, call.Text.Contains("Hello", StringComparison.Ordinal) ? " there" : "Good."));
        var services = new ServiceCollection();
        services.AddSignalbox(options => options.ConfigJson = Config(upstream));
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();

        var continued = await client.GetStreamingResponseAsync("Greet me.", new ChatOptions { ModelId = "go-on" }, Patience.Token).ToChatResponseAsync(Patience.Token);
        Assert.Equal(("Hello there", ChatFinishReason.Stop), (continued.Text, continued.FinishReason));

        var options = new ChatOptions { ModelId = "judge" };
        Assert.Equal("Good.", (await client.GetStreamingResponseAsync("Greet me.", options, Patience.Token).ToChatResponseAsync(Patience.Token)).Text);
        Assert.Equal("Good.", (await client.GetResponseAsync("Greet me.", options, Patience.Token)).Text);
    }

    [Fact]
    public async Task Samples_of_a_masked_request_are_compared_as_the_caller_would_see_them()
    {
        var chat = Wire.Of("openai-chat");
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.On("refuses", call => call.SayAsync(chat, "Write to [EMAIL_1]."));
        upstream.On("good", call => call.SayAsync(chat, "Good."));
        var services = new ServiceCollection();
        services.AddSignalbox(options => options.ConfigJson = Config(upstream));
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();

        var answer = await client.GetStreamingResponseAsync("Whom do I write to? jane.doe@example.com", new ChatOptions { ModelId = "agree" }, Patience.Token).ToChatResponseAsync(Patience.Token);

        Assert.Equal("Write to jane.doe@example.com.", answer.Text);
    }

    private static string Config(FakeUpstream upstream)
    {
        var providers = new[] { "breaks", "refuses", "good" }.Select(name => $"\"{name}\":{{\"dialect\":\"openai-chat\",\"baseUrl\":\"{upstream.BaseUrl(name)}\"}}");
        return $"{{\"providers\":{{{string.Join(',', providers)}}},"
            + """
            "models":{"small":{"provider":"refuses","upstream":"m","quality":0.2},"large":{"provider":"good","upstream":"m","quality":0.9,"capabilities":{"prefill":true}}},
            "routes":{"go-on":{"models":["breaks/m","large"],"continue":true},"judge":{"strategy":"cascade","models":["small","large"]},
            "agree":{"strategy":"cascade","models":["small","large"],"cascade":{"checks":["consistency"],"samples":2}}},"sensitivity":{"masking":{"enabled":true}}}
            """;
    }
}
