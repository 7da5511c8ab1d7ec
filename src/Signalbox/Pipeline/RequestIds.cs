using System.Security.Cryptography;

namespace Signalbox.Pipeline;

/// <summary>Ids of requests: 24 hexadecimal digits, unguessable.</summary>
internal static class RequestIds
{
    public static string New() => RandomNumberGenerator.GetHexString(24, lowercase: true);
}
