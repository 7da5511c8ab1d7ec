using System.Net;
using System.Net.Sockets;

namespace Signalbox.Configuration;

/// <summary>Tells hosts that are plainly in this machine or a private network from those that may be anywhere.</summary>
internal static class PrivateAddress
{
    private static readonly string[] Zones = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];

    // RFC 1918, the carrier-grade range that mesh networks use, and link-local.
    private static readonly IPNetwork[] Networks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"),
    ];

    /// <summary>The host of a URL, as <see cref="Uri.Host"/> gives it.</summary>
    public static bool Covers(string host)
    {
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            // Names without a dot are resolved inside the house: localhost, a container's name.
            return !host.Contains('.') || Zones.Any(zone => host.EndsWith(zone, StringComparison.OrdinalIgnoreCase));
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        // The "any" address is what servers print as theirs; a client that connects to it reaches this machine.
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return true;
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal
            : Networks.Any(network => network.Contains(address));
    }

    /// <summary>Only this machine reaches the address.</summary>
    public static bool IsLoopback(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
