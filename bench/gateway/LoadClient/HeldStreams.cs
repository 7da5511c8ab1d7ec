using System.Net;
using System.Net.Sockets;

namespace Signalbox.Bench.LoadClient;

/// <summary>Many slow streams open at once; what matters is that they stay open, not how fast they are.</summary>
internal sealed class HeldStreams(int port, byte[] request, int count)
{
    private static readonly byte[] FirstEvent = "data: "u8.ToArray();
    private static readonly byte[] Ok = "HTTP/1.1 200"u8.ToArray();

    private readonly TaskCompletionSource _allOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;
    private int _broken;
    private long _bytes;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var streams = new List<Task>(count);
        for (var i = 0; i < count; i++)
        {
            streams.Add(HoldAsync(stop.Token));
            if (i % 5 == 4)
            {
                // A few per millisecond: no burst on the listen queue, and streams that do not all speak at the same moment.
                await Task.Delay(1, cancellationToken);
            }
        }

        await Task.WhenAny(_allOpen.Task, Task.Delay(TimeSpan.FromSeconds(60), cancellationToken));
        Console.WriteLine($"open {Volatile.Read(ref _open)}");
        await Console.In.ReadToEndAsync(cancellationToken);

        var broken = Volatile.Read(ref _broken);
        await stop.CancelAsync();
        await Task.WhenAll(streams);
        return $$"""{"open":{{_open}},"broken":{{broken}},"bytes":{{Interlocked.Read(ref _bytes)}}}""";
    }

    private async Task HoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await socket.SendAsync(request, cancellationToken);
            await ReadAsync(socket, cancellationToken);
            Interlocked.Increment(ref _broken);
        }
        catch (OperationCanceledException)
        {
            // The end of the measurement: the stream was alive until we left.
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _broken);
        }
    }

    /// <summary>Returns only when the other side ended the stream, which none of the slow streams does in time.</summary>
    private async Task ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var length = 0;
        var started = false;
        while (await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
        {
            Interlocked.Add(ref _bytes, read);
            if (started)
            {
                continue;
            }
            length += read;
            if (!buffer.AsSpan(0, Math.Min(length, Ok.Length)).SequenceEqual(Ok.AsSpan(0, Math.Min(length, Ok.Length))) || length == buffer.Length)
            {
                return;
            }
            if (buffer.AsSpan(0, length).IndexOf(FirstEvent) >= 0)
            {
                started = true;
                length = 0;
                if (Interlocked.Increment(ref _open) == count)
                {
                    _allOpen.TrySetResult();
                }
            }
        }
    }
}
