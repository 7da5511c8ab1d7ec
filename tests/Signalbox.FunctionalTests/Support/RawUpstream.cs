using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Signalbox.FunctionalTests.Support;

/// <summary>A provider that answers every connection with the same bytes and closes it: for what no HTTP server would send.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly byte[] _answer;
    private readonly Task _serving;

    public RawUpstream(byte[] answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                answers.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(answers);
    }

    /// <summary>Reads the request whole before it answers: a connection closed with unread bytes would be reset.</summary>
    private async Task AnswerAsync(TcpClient connection)
    {
        using var closing = connection;
        var stream = connection.GetStream();
        try
        {
            var request = new StringBuilder();
            var buffer = new byte[16 * 1024];
            while (!IsWhole(request.ToString()))
            {
                var read = await stream.ReadAsync(buffer, _stopping.Token);
                if (read == 0)
                {
                    return;
                }

                request.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }

            await stream.WriteAsync(_answer, _stopping.Token);
            stream.Socket.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(buffer, _stopping.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The gateway hung up first, or the test is over.
        }
    }

    private static bool IsWhole(string request)
    {
        const string Length = "Content-Length: ";
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var length = request.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        return end > 0 && length > 0 && request.Length >= end + 4 + int.Parse(request[(length + Length.Length)..].Split('\r')[0]);
    }
}
