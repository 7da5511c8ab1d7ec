using System.Security.Cryptography;

namespace Signalbox.Dialects;

/// <summary>Ids for tool calls of protocols that have none.</summary>
internal static class ToolCallIds
{
    /// <summary>A new id: <c>call_</c> and 24 hexadecimal digits.</summary>
    public static string New() => "call_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
}
