using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net;

namespace Signalbox.FunctionalTests.Network;

/// <summary>
/// Hears of every connection that this process begins and of every host name that it looks up, whoever does so: the runtime itself
/// tells of its sockets. (Other tests may run at the same time, so what is asked for must be an address or a name of its own.)
/// </summary>
internal sealed class SocketRecorder : EventListener
{
    // Initialised before the base constructor, which already tells of event sources.
    private readonly ConcurrentQueue<IPEndPoint> _connections = new();
    private readonly ConcurrentQueue<string> _names = new();

    /// <summary>Where connections were begun to, in their order; also those that failed.</summary>
    public IReadOnlyCollection<IPEndPoint> Connections => _connections;

    /// <summary>Names that were looked up.</summary>
    public IReadOnlyCollection<string> Names => _names;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Sockets" or "System.Net.NameResolution")
        {
            EnableEvents(eventSource, EventLevel.LogAlways);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        switch (eventData.EventName)
        {
            case "ConnectStart" when Read((string)eventData.Payload![0]!) is { } address:
                _connections.Enqueue(address);
                break;
            case "ResolutionStart":
                _names.Enqueue((string)eventData.Payload![0]!);
                break;
        }
    }

    /// <summary>Reads <c>InterNetwork:16:{31,144,127,0,0,1,...}</c>: family, size, and the bytes of the port and the address.</summary>
    private static IPEndPoint? Read(string socketAddress)
    {
        var start = socketAddress.IndexOf('{', StringComparison.Ordinal);
        var bytes = socketAddress[(start + 1)..^1].Split(',').Select(static part => byte.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        var address = socketAddress.StartsWith("InterNetworkV6", StringComparison.Ordinal) ? new IPAddress(bytes[6..22])
            : socketAddress.StartsWith("InterNetwork", StringComparison.Ordinal) ? new IPAddress(bytes[2..6])
            : null;
        return address is null ? null : new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, (bytes[0] << 8) | bytes[1]);
    }
}
