using System.Net;
using System.Security.Cryptography;
using System.Text;
using Signalbox.Dialects;
using Signalbox.Pipeline;

namespace Signalbox.Server.Hosting;

/// <summary>
/// Who may use the admin routes: whoever has server.adminKey, or, while none is set, this machine alone. What cannot be told to be
/// of this machine is refused: a proxy's request, a web page's, a name that somebody else's DNS points here.
/// </summary>
internal sealed class AdminAccess(GatewayRuntime runtime)
{
    private const string Bearer = "Bearer ";
    private const string SetKey = "Set server.adminKey in the configuration and send it as Authorization: Bearer, or ask from this machine at http://localhost.";
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    /// <summary>The handler, behind the check.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => http =>
        Check(http, runtime.Snapshot.Config.Server.AdminKey) is { } error ? AdminErrors.WriteAsync(http, error) : handler(http);

    private static GatewayError? Check(HttpContext http, string? key)
    {
        if (!string.IsNullOrEmpty(key))
        {
            return Matches(Sent(http.Request.Headers), key)
                ? null
                : new GatewayError(ErrorKind.Authentication, "The admin routes need server.adminKey, as Authorization: Bearer or x-api-key.");
        }

        if (!IsLoopback(http.Connection.RemoteIpAddress) || IsProxied(http.Request.Headers))
        {
            return new GatewayError(ErrorKind.Permission, "Without an admin key the admin routes answer this machine only. " + SetKey);
        }

        var origin = http.Request.Headers.Origin.ToString();
        return !NamesThisMachine(http.Request.Host.Host) || (origin.Length > 0 && !Cors.IsOfThisMachine(origin))
            ? new GatewayError(ErrorKind.Permission, "Without an admin key the admin routes answer at this machine's own address only, and no web page of another. " + SetKey)
            : null;
    }

    private static string Sent(IHeaderDictionary headers)
    {
        var bearer = headers.Authorization.ToString();
        return bearer.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? bearer[Bearer.Length..].Trim() : headers["x-api-key"].ToString();
    }

    /// <summary>Takes as long for a wrong key as for the right one, whatever their lengths.</summary>
    private static bool Matches(string sent, string key) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsProxied(IHeaderDictionary headers)
    {
        foreach (var name in ProxyHeaders)
        {
            if (headers.ContainsKey(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool NamesThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsLoopback(address));
}
