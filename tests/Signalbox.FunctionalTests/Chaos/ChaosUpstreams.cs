using System.Collections.Concurrent;
using System.Diagnostics;
using Signalbox.FunctionalTests.Load;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Chaos;

/// <summary>
/// Three providers: <c>flaky</c> fails half of its calls, <c>sleepy</c> accepts and says nothing for 30 seconds in every 60, and
/// <c>steady</c> is well. All draw their latency from 0.3 to 1 second. They count every call.
/// </summary>
internal sealed class ChaosUpstreams : IAsyncDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Sleep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstSleep = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<int, ChaosCall> _calls = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private FakeUpstream _upstream = null!;
    private int _count;

    public static IReadOnlyList<(string Name, Wire Wire)> Providers { get; } =
        [("flaky", Wire.Of("anthropic-messages")), ("sleepy", Wire.Of("openai-chat")), ("steady", Wire.Of("gemini"))];

    public ICollection<ChaosCall> Calls => _calls.Values;

    public static async Task<ChaosUpstreams> StartAsync()
    {
        var upstreams = new ChaosUpstreams { _upstream = await FakeUpstream.StartAsync() };
        foreach (var (name, wire) in Providers)
        {
            upstreams._upstream.On(name, call => upstreams.ServeAsync(name, wire, call));
        }

        return upstreams;
    }

    public string BaseUrl(string provider) => _upstream.BaseUrl(provider);

    public ChaosCall Call(int id) => _calls[id];

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private async Task ServeAsync(string provider, Wire wire, UpstreamCall upstream)
    {
        var id = Interlocked.Increment(ref _count);
        var isStream = wire.Dialect == "gemini" ? upstream.Path.Contains("stream", StringComparison.Ordinal) : upstream.Json.At("stream").ValueKind == System.Text.Json.JsonValueKind.True;
        var call = _calls[id] = new ChaosCall(id, LoadStream.NumberIn(upstream.Text), provider, isStream);
        _upstream.Forget();
        var random = new Random(id);
        if (provider == "sleepy" && IsSleeping())
        {
            call.End = ChaosEnd.Slept;
            await upstream.StallAsync();
        }
        else if (provider == "flaky" && random.Next(2) == 0)
        {
            await FailAsync(call, wire, upstream, random.Next(5));
        }
        else
        {
            await Pause.ForAsync(TimeSpan.FromMilliseconds(300 + random.Next(700)), upstream.AbortedToken);
            await AnswerAsync(call, wire, upstream);
        }
    }

    private bool IsSleeping()
    {
        var elapsed = Stopwatch.GetElapsedTime(_start) - FirstSleep;
        return elapsed >= TimeSpan.Zero && TimeSpan.FromTicks(elapsed.Ticks % Period.Ticks) < Sleep;
    }

    private static async Task AnswerAsync(ChaosCall call, Wire wire, UpstreamCall upstream)
    {
        if (call.IsStream)
        {
            await upstream.StartAsync(200, wire.StreamContentType);
            foreach (var piece in call.Answer.Pieces(wire))
            {
                await upstream.SendAsync(piece);
            }
        }
        else
        {
            await upstream.AnswerAsync(200, "application/json", call.Answer.Complete(wire));
        }

        call.End = ChaosEnd.Answered;
    }

    private static async Task FailAsync(ChaosCall call, Wire wire, UpstreamCall upstream, int kind)
    {
        switch (kind)
        {
            case 0 or 1 or 2:
                call.End = ChaosEnd.Status;
                var status = kind switch { 0 => 500, 1 => 503, _ => 429 };
                var answer = status == 429 ? upstream.Header("Retry-After", "1") : upstream;
                await answer.AnswerAsync(status, "application/json", wire.Error("Not now."));
                break;
            case 3:
                call.End = ChaosEnd.Reset;
                upstream.Cut();
                break;
            default:
                call.End = ChaosEnd.Cut;
                await upstream.StartAsync(200, call.IsStream ? wire.StreamContentType : "application/json");
                var whole = call.Answer.Complete(wire);
                var begun = call.IsStream ? string.Concat(call.Answer.Pieces(wire).Take(wire.TextPiece)) : whole[..(whole.Length / 2)];
                await upstream.SendAsync(begun);
                throw new CutException();
        }
    }
}
