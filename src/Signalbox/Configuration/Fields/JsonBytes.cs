using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>JSON that people read: quotes and angle brackets stay as they are.</summary>
internal static class JsonBytes
{
    public static byte[] Write(bool indented, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
