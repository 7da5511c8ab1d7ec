using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Load;

/// <summary>How a provider sends one stream.</summary>
internal enum Pace
{
    /// <summary>All at once.</summary>
    Fast,

    /// <summary>A piece for each signal.</summary>
    Slow,

    /// <summary>Text without end, as fast as it is taken.</summary>
    Flood,
}

/// <summary>One stream of the load: its caller, its provider, and the signals between them.</summary>
internal sealed class LoadStream(int number, Wire caller, Wire upstream, Pace pace, bool aborts) : IDisposable
{
    private readonly SemaphoreSlim _signals = new(0);
    private readonly TaskCompletionSource<UpstreamCall> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NetworkStream? _connection;

    public int Number => number;

    public Wire Caller => caller;

    public Wire Upstream => upstream;

    public bool Aborts => aborts;

    public bool IsSlow => pace == Pace.Slow;

    /// <summary>The call at the provider, as soon as it is there.</summary>
    public Task<UpstreamCall> Arrived => _arrived.Task;

    /// <summary>When the caller hung up, as <see cref="Stopwatch"/> counts.</summary>
    public long HungUpAt { get; private set; }

    private string Path => caller.Path($"p-{upstream}/m", stream: true);

    private string Body => caller.Request($"p-{upstream}/m", stream: true, $"Say hello, stream-{number}.");

    /// <summary>The number in a request's prompt.</summary>
    public static int NumberIn(string body)
    {
        const string Mark = "stream-";
        var start = body.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        return int.Parse(body[start..body.IndexOf('.', start)]);
    }

    /// <summary>Lets a slow provider send its next piece.</summary>
    public void Signal(int pieces = 1) => _signals.Release(pieces);

    /// <summary>The provider's side.</summary>
    public async Task ServeAsync(UpstreamCall call, Task everybodyIsHere)
    {
        _arrived.TrySetResult(call);
        await everybodyIsHere;
        await call.StartAsync(200, upstream.StreamContentType);
        for (var i = 0; i < upstream.Pieces.Count; i++)
        {
            if (pace == Pace.Slow && i > upstream.TextPiece)
            {
                await _signals.WaitAsync(call.AbortedToken);
            }

            await call.SendAsync(upstream.Pieces[i]);
            while (pace == Pace.Flood && i == upstream.TextPiece)
            {
                await call.SendAsync(upstream.Pieces[i]);
            }
        }
    }

    /// <summary>The side of a caller who stays.</summary>
    public Task<CallerAnswer> AskAsync(GatewayHarness gateway) => gateway.AskAsync(Path, Body);

    /// <summary>The side of a caller who will hang up: asks over a bare connection, and reads until the first text is there.</summary>
    public async Task BeginAsync(GatewayHarness gateway)
    {
        _connection = await gateway.ConnectAsync();
        var body = Encoding.UTF8.GetBytes(Body);
        var head = $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        await _connection.WriteAsync(Encoding.ASCII.GetBytes(head), Patience.Token);
        await _connection.WriteAsync(body, Patience.Token);
        var seen = "";
        var buffer = new byte[4096];
        while (!seen.Contains("Hello", StringComparison.Ordinal))
        {
            var read = await _connection.ReadAsync(buffer, Patience.Token);
            Assert.True(read > 0, $"stream {number} ended before it had begun: {seen}");
            seen += Encoding.UTF8.GetString(buffer, 0, read);
        }
    }

    public void HangUp()
    {
        HungUpAt = Stopwatch.GetTimestamp();
        _connection!.Dispose();
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _signals.Dispose();
    }
}
