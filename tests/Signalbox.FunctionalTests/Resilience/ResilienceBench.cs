using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Ledger;

namespace Signalbox.FunctionalTests.Resilience;

/// <summary>
/// A gateway with three providers <c>a</c>, <c>b</c> and <c>c</c> of one protocol and routes <c>ab</c> and <c>abc</c> over them (and <c>other</c> with another model of <c>a</c>), with waits
/// that are short enough for tests; the rest comes from the test's own configuration.
/// </summary>
internal sealed class ResilienceBench : IAsyncDisposable
{
    public const string Fast = """ "baseDelay": "1ms", "maxDelay": "40ms" """;
    public static readonly Wire Chat = Wire.Of("openai-chat");

    private ResilienceBench(FakeUpstream upstream, GatewayHarness gateway) => (Upstream, Gateway) = (upstream, gateway);

    public FakeUpstream Upstream { get; }

    public GatewayHarness Gateway { get; }

    public IReadOnlyList<UsageRecord> Records => Gateway.Journal.ToList();

    public static async Task<ResilienceBench> StartAsync(string resilience = Fast, string route = "", string models = "", string provider = "")
    {
        var upstream = await FakeUpstream.StartAsync();
        return new ResilienceBench(upstream, await GatewayHarness.StartAsync(Config(upstream, resilience, route, models, provider)));
    }

    public static string Config(FakeUpstream upstream, string resilience, string route = "", string models = "", string provider = "")
    {
        var providers = new[] { "a", "b", "c" }.Select(name => $$""" "{{name}}": { "dialect": "openai-chat", "baseUrl": "{{upstream.BaseUrl(name)}}", "apiKey": "key-{{name}}" {{provider}} }""");
        return $$"""
            {
              "resilience": { {{resilience}} },
              "providers": { {{string.Join(",", providers)}} },
              "models": { {{models}} },
              "routes": { "ab": { "models": ["a/m", "b/m"] {{route}} }, "abc": { "models": ["a/m", "b/m", "c/m"] {{route}} },
                          "other": { "models": ["a/other", "b/m"] {{route}} } }
            }
            """;
    }

    /// <summary>The provider answers well, from the start or after it has failed so often in the given way; gives how often it was asked.</summary>
    public Func<int> Answer(string provider, bool stream = false, int failures = 0, Func<UpstreamCall, Task>? fail = null)
    {
        var calls = 0;
        Upstream.On(provider, call => Interlocked.Increment(ref calls) <= failures ? (fail ?? Broken)(call) : Good.AnswerAsync(call, Chat, stream));
        return () => Volatile.Read(ref calls);
    }

    /// <summary>The provider does this to every call; gives how often it was asked.</summary>
    public Func<int> Always(string provider, Func<UpstreamCall, Task> behaviour)
    {
        var calls = 0;
        Upstream.On(provider, call =>
        {
            Interlocked.Increment(ref calls);
            return behaviour(call);
        });
        return () => Volatile.Read(ref calls);
    }

    public static Task Broken(UpstreamCall call) => Status(500)(call);

    public static Func<UpstreamCall, Task> Status(int status, string? retryAfter = null, string message = "The engine broke.") => call =>
        (retryAfter is null ? call : call.Header("retry-after", retryAfter)).AnswerAsync(status, "application/json", Chat.Error(message));

    public Task<CallerAnswer> AskAsync(string model, bool stream = false) =>
        Gateway.AskAsync(Chat.Path(model, stream), Chat.Request(model, stream));

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
