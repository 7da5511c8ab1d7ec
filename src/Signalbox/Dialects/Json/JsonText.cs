using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signalbox.Dialects.Json;

/// <summary>Shared ways to write JSON text quickly and always in the same form.</summary>
internal static class JsonText
{
    private static readonly SearchValues<char> NeedsEscape =
        SearchValues.Create("\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f");

    /// <summary>Text as it is, escaped only where JSON demands it: prompts stay as small as the caller wrote them.</summary>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes bytes as they are.</summary>
    public static void Raw(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    /// <summary>Writes a JSON string with its quotes.</summary>
    public static void String(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        Raw(output, "\""u8);
        Escaped(output, text);
        Raw(output, "\""u8);
    }

    /// <summary>Writes the inside of a JSON string. Lone surrogates become U+FFFD.</summary>
    public static void Escaped(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        while (true)
        {
            var plain = text.IndexOfAny(NeedsEscape);
            var run = plain < 0 ? text : text[..plain];
            if (run.Length > 0)
            {
                var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(run.Length));
                output.Advance(Encoding.UTF8.GetBytes(run, span));
            }

            if (plain < 0)
            {
                return;
            }

            EscapeOne(output, text[plain]);
            text = text[(plain + 1)..];
        }
    }

    /// <summary>A JSON string as bytes.</summary>
    public static byte[] Quote(string text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 2);
        String(output, text);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a whole number.</summary>
    public static void Number(IBufferWriter<byte> output, long value)
    {
        var span = output.GetSpan(20);
        value.TryFormat(span, out var written);
        output.Advance(written);
    }

    private static void EscapeOne(IBufferWriter<byte> output, char c)
    {
        switch (c)
        {
            case '"': Raw(output, "\\\""u8); break;
            case '\\': Raw(output, "\\\\"u8); break;
            case '\n': Raw(output, "\\n"u8); break;
            case '\r': Raw(output, "\\r"u8); break;
            case '\t': Raw(output, "\\t"u8); break;
            default:
                var span = output.GetSpan(6);
                "\\u00"u8.CopyTo(span);
                span[4] = (byte)"0123456789abcdef"[c >> 4];
                span[5] = (byte)"0123456789abcdef"[c & 15];
                output.Advance(6);
                break;
        }
    }
}
