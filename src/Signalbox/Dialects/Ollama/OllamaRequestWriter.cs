using System.Text.Json;

namespace Signalbox.Dialects.Ollama;

/// <summary>Writes a chat request for an Ollama server.</summary>
internal static class OllamaRequestWriter
{
    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var request = outbound.Request;
        json.WriteStartObject();
        json.WriteString("model"u8, outbound.Upstream);
        json.WriteStartArray("messages"u8);
        OllamaMessageWriter.Write(outbound, json);
        json.WriteEndArray();
        OllamaTools.Write(outbound, json);

        // Said always: without the field Ollama streams.
        json.WriteBoolean("stream"u8, request.Stream);

        // A prompt that is too long is an error in every other protocol; Ollama would silently leave out its beginning.
        json.WriteBoolean("truncate"u8, false);
        OllamaOptions.Write(outbound, json);
        json.WriteEndObject();
    }
}
