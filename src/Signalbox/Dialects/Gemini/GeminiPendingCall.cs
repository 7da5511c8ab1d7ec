using System.Buffers;
using System.Text;
using System.Text.Json;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.Gemini;

/// <summary>One call of an answer that is being streamed, gathered until it can be written whole.</summary>
internal sealed class GeminiPendingCall
{
    private string _id = "";
    private string _name = "";
    private string? _signature;
    private string? _arguments;
    private StringBuilder? _pieces;

    public void Add(ToolCallDelta delta)
    {
        _id = delta.CallId ?? _id;
        _name = delta.Name ?? _name;
        _signature ??= GeminiPartWriter.SignatureOf(delta);
        if (string.IsNullOrEmpty(delta.Arguments))
        {
            return;
        }

        if (_arguments is null)
        {
            _arguments = delta.Arguments;
            return;
        }

        _pieces ??= new StringBuilder(_arguments);
        _pieces.Append(delta.Arguments);
    }

    /// <summary>Writes the call. False, and nothing, where its arguments are no JSON object.</summary>
    public bool TryWrite(Utf8JsonWriter json)
    {
        var arguments = _pieces?.ToString() ?? _arguments;
        arguments = string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments;
        if (!TryParse(arguments, out var oneLine))
        {
            return false;
        }

        GeminiPartWriter.WriteCall(_id, _name, oneLine, _signature, json);
        return true;
    }

    /// <summary>Checks that a text is an object. Line ends in it, which some providers indent with, would end the event.</summary>
    private static bool TryParse(string text, out string oneLine)
    {
        oneLine = text;
        try
        {
            using var document = JsonDocument.Parse(text);
            if (text.AsSpan().ContainsAny('\r', '\n'))
            {
                var buffer = new ArrayBufferWriter<byte>(text.Length);
                using var json = new Utf8JsonWriter(buffer, JsonText.Compact);
                document.RootElement.WriteTo(json);
                json.Flush();
                oneLine = Encoding.UTF8.GetString(buffer.WrittenSpan);
            }

            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
