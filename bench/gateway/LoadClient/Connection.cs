using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Signalbox.Bench.LoadClient;

/// <summary>One keep-alive HTTP/1.1 connection with blocking reads: no thread pool between the wire and the clock.</summary>
internal sealed class Connection(int port, byte[] request, byte[] marker) : IDisposable
{
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();
    private static readonly byte[] Ok = "HTTP/1.1 200"u8.ToArray();

    private byte[] _buffer = new byte[256 * 1024];
    private Socket? _socket;
    private int _length;

    /// <summary>Sends the request and reads the whole answer; null when it failed, was cut, or never had the marker in it.</summary>
    public Exchange? Send()
    {
        try
        {
            _socket ??= Connect();
            _socket.Send(request);
            var exchange = ReadAnswer(_socket);
            if (exchange is null)
            {
                Close();
            }
            return exchange;
        }
        catch (SocketException)
        {
            Close();
            return null;
        }
    }

    public void Dispose() => Close();

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private Exchange? ReadAnswer(Socket socket)
    {
        _length = 0;
        long marked = 0;
        var bodyStart = -1;
        var bodyLength = -1;
        while (true)
        {
            if (_length == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            var read = socket.Receive(_buffer, _length, _buffer.Length - _length, SocketFlags.None);
            if (read == 0)
            {
                return null;
            }
            var now = PreciseClock.Now;
            _length += read;
            var all = _buffer.AsSpan(0, _length);
            if (marked == 0 && all.IndexOf(marker) >= 0)
            {
                marked = now;
            }
            if (bodyStart < 0 && all.IndexOf(HeaderEnd) is >= 0 and var end)
            {
                bodyStart = end + HeaderEnd.Length;
                bodyLength = ContentLength(all[..bodyStart]);
            }
            if (bodyStart >= 0 && IsComplete(all[bodyStart..], bodyLength))
            {
                return marked > 0 && all.StartsWith(Ok) ? new Exchange(marked, now) : null;
            }
        }
    }

    /// <summary>One request is outstanding at a time, so a chunked body is complete when what was read ends in the last chunk;
    /// no payload of the bench has that sequence inside.</summary>
    private static bool IsComplete(ReadOnlySpan<byte> body, int contentLength) =>
        contentLength >= 0 ? body.Length >= contentLength : body.EndsWith(LastChunk);

    private static int ContentLength(ReadOnlySpan<byte> header)
    {
        const string Name = "\r\ncontent-length:";
        var text = Encoding.ASCII.GetString(header);
        var start = text.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return -1;
        }
        var value = text.AsSpan(start + Name.Length);
        return int.Parse(value[..value.IndexOf('\r')]);
    }
}

/// <summary>When the marker and when the last byte of an answer arrived, in nanoseconds of the monotonic clock.</summary>
internal sealed record Exchange(long Marked, long Complete);
