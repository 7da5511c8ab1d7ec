using System.Text.Json;
using System.Text.Unicode;
using Signalbox.Dialects;

namespace Signalbox.Pipeline.Reading;

/// <summary>Parses a caller's body once, strictly: valid UTF-8, no lone surrogates, no duplicate keys, bounded depth.</summary>
internal static class RequestBody
{
    /// <summary>Deeper bodies are refused; real requests (nested tool schemas) stay far below.</summary>
    public const int MaxDepth = 128;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The parsed body, or null and the error.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> bytes, out GatewayError? error)
    {
        error = null;
        bytes = WithoutMark(bytes);
        if (bytes.Length == 0)
        {
            error = GatewayError.Invalid("", "The body is empty. Send a JSON object with content-type application/json.");
            return null;
        }

        if (!Utf8.IsValid(bytes.Span))
        {
            error = JsonFault.Describe(bytes.Span, "is not valid UTF-8");
            return null;
        }

        if (MayHaveLoneSurrogate(bytes.Span) && JsonFault.FindLoneSurrogate(bytes.Span) is { } fault)
        {
            error = fault;
            return null;
        }

        try
        {
            return JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException)
        {
            error = JsonFault.Describe(bytes.Span, "is not valid JSON");
            return null;
        }
    }

    /// <summary>Some editors put a byte order mark before UTF-8; it may be passed over (RFC 8259, section 8.1) and must not be sent on.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith("\uFEFF"u8) ? bytes["\uFEFF"u8.Length..] : bytes;

    private static bool MayHaveLoneSurrogate(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("\\ud"u8) >= 0 || bytes.IndexOf("\\uD"u8) >= 0;
}
