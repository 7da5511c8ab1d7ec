using System.Text.Json;

namespace Signalbox.Dialects.Ollama;

/// <summary>Tool calls as Ollama writes them: whole, with their arguments as an object.</summary>
internal static class OllamaToolCalls
{
    /// <summary>Writes one call. False where its arguments were no JSON object and an empty one was written instead.</summary>
    public static bool Write(string id, int index, string name, string? arguments, Utf8JsonWriter json)
    {
        var isObject = TryNormalise(arguments, out var text);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteStartObject("function"u8);
        json.WriteNumber("index"u8, index);
        json.WriteString("name"u8, name);
        json.WritePropertyName("arguments"u8);
        json.WriteRawValue(text, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
        return isObject;
    }

    /// <summary>
    /// The arguments on one line (a line end would end the stream's line; in valid JSON it only stands between tokens). False, and
    /// an empty object, for text that is no object.
    /// </summary>
    public static bool TryNormalise(string? arguments, out string text)
    {
        text = "{}";
        if (string.IsNullOrWhiteSpace(arguments))
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // A call that the token limit cut, or whose next piece is still to come; half of a surrogate pair is no text at all.
            return false;
        }

        text = arguments.Replace('\n', ' ').Replace('\r', ' ');
        return true;
    }

    /// <summary>The arguments of a provider's call as JSON text.</summary>
    public static string ArgumentsOf(JsonElement function) => OllamaFields.Get(function, "arguments") switch
    {
        { ValueKind: JsonValueKind.Object } arguments => arguments.GetRawText(),
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        _ => "{}",
    };
}
