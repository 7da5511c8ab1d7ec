using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>
/// A gateway in front of two providers, <c>first</c> and <c>second</c>, and the routes <c>both</c> (in this order) and <c>declared</c>
/// (the second as a declared fallback, behind one more model of the first). The second answers well unless a test says otherwise.
/// </summary>
internal sealed class FaultPair : IAsyncDisposable
{
    private readonly FakeUpstream _upstream;
    private readonly Wire _caller;
    private readonly GatewayHarness _gateway;
    private int _secondCalls;

    private FaultPair(FakeUpstream upstream, GatewayHarness gateway, Wire caller) => (_upstream, _gateway, _caller) = (upstream, gateway, caller);

    public GatewayHarness Gateway => _gateway;

    /// <summary>How often the second provider was asked.</summary>
    public int SecondCalls => Volatile.Read(ref _secondCalls);

    /// <summary>The dialects by name, for tables.</summary>
    public static IEnumerable<string> Dialects => Wire.All.Select(static wire => wire.Dialect);

    /// <summary>Every dialect of a caller with every dialect of a provider.</summary>
    public static TheoryData<string, string> Pairs()
    {
        var data = new TheoryData<string, string>();
        foreach (var caller in Dialects)
        {
            foreach (var upstream in Dialects)
            {
                data.Add(caller, upstream);
            }
        }

        return data;
    }

    public static async Task<FaultPair> StartAsync(Wire caller, Wire first, Wire second, Func<UpstreamCall, Task> firstDoes, Func<UpstreamCall, Task>? secondDoes = null)
    {
        var upstream = await FakeUpstream.StartAsync();
        var gateway = await GatewayHarness.StartAsync($$"""
            {
              "providers": {
                "first": { "dialect": "{{first}}", "baseUrl": "{{upstream.BaseUrl("first")}}", "maxAttempts": 1 },
                "second": { "dialect": "{{second}}", "baseUrl": "{{upstream.BaseUrl("second")}}", "maxAttempts": 1 }
              },
              "routes": {
                "both": { "models": ["first/m", "second/m"] },
                "declared": { "models": ["first/m", "first/n"], "fallbacks": ["second/m"] }
              }
            }
            """);
        var pair = new FaultPair(upstream, gateway, caller);
        upstream.On("first", firstDoes);
        upstream.On("second", call =>
        {
            Interlocked.Increment(ref pair._secondCalls);
            return secondDoes is null ? Good.AnswerAsync(call, second, IsStream(call, second)) : secondDoes(call);
        });
        return pair;
    }

    public Task<CallerAnswer> AskAsync(string model, bool stream) => _gateway.AskAsync(_caller.Path(model, stream), _caller.Request(model, stream));

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private static bool IsStream(UpstreamCall call, Wire wire) =>
        wire.Dialect == "gemini" ? call.Path.Contains("stream", StringComparison.Ordinal) : call.Json.At("stream").ValueKind != System.Text.Json.JsonValueKind.False && call.Json.Has("stream");
}
