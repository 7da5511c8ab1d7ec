using System.Text.Json;

namespace Signalbox.Dialects.Ollama;

/// <summary>Errors of Ollama: <c>{"error": "text"}</c>, as an answer or as a line of a stream. Its cloud has an object there.</summary>
internal static class OllamaErrors
{
    public static GatewayError Read(int status, JsonElement body)
    {
        var error = OllamaFields.Get(body, "error");
        var message = error.ValueKind switch
        {
            JsonValueKind.String => error.GetString(),
            JsonValueKind.Object => OllamaFields.Text(error, "message"),
            _ => OllamaFields.Text(body, "message"),
        };
        var code = OllamaFields.Text(error, "code");
        var type = OllamaFields.Text(error, "type");

        // A line of a stream has no status of its own; what fails there is the server's runner.
        var isInStream = status < 400;
        var stated = isInStream ? 500 : status;
        message = string.IsNullOrEmpty(message) ? $"The provider answered with status {status} and no message." : message;
        return new GatewayError(ErrorClassifier.Classify(stated, code, type, message), message)
        {
            Status = isInStream ? 502 : status,
            Code = code ?? type,
            IsProvidersText = true,
        };
    }

    public static void Write(GatewayError error, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, error.Message);
        json.WriteEndObject();
    }
}
