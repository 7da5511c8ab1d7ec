using System.Net;
using System.Net.Sockets;

namespace Signalbox.FunctionalTests.Support;

/// <summary>An address that refuses every connection: it is taken, so nobody else can come to listen there, but nobody listens.</summary>
internal sealed class RefusingAddress : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RefusingAddress() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public string Address => $"http://{_socket.LocalEndPoint}";

    public void Dispose() => _socket.Dispose();
}
