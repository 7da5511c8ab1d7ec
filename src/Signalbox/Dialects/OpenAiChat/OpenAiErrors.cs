using System.Globalization;
using System.Text.Json;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>
/// Errors in the shape of the OpenAI API, and in the shapes that its compatible servers answer instead: an error object, an
/// error text, <c>detail</c>, a flat <c>object: error</c>, or any of them inside an array.
/// </summary>
internal static class OpenAiErrors
{
    public static GatewayError Read(int status, JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Array && body.GetArrayLength() > 0)
        {
            body = body[0];
        }

        var error = body;
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var inner))
        {
            error = inner;
        }

        var message = error.ValueKind switch
        {
            JsonValueKind.String => error.GetString(),
            JsonValueKind.Object => Text(error, "message") ?? Text(error, "detail") ?? Text(error, "error"),
            _ => null,
        };
        var code = Text(error, "code") ?? Text(body, "code");
        var type = Text(error, "type") ?? Text(error, "status");

        // An error inside a 200 (or inside a stream) has its status in the body, if anywhere.
        if (status < 400)
        {
            status = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var stated) && stated is >= 400 and < 600 ? stated : 502;
        }

        message ??= $"The provider answered with status {status} and no message.";
        return new GatewayError(ErrorClassifier.Classify(status, code, type, message), message)
        {
            Status = status,
            Code = code ?? type,
            Field = Text(error, "param"),
            IsProvidersText = true,
        };
    }

    public static void Write(GatewayError error, string requestId, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("error"u8);
        WriteInner(error, requestId, json);
        json.WriteEndObject();
    }

    /// <summary>Writes the error object itself, without the object around it.</summary>
    public static void WriteInner(GatewayError error, string requestId, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, TypeOf(error.Kind));
        json.WriteString("param"u8, error.Field);
        json.WriteString("code"u8, error.Code ?? error.Word);
        json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
    }

    private static string TypeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.NotFound or ErrorKind.ContextLength or ErrorKind.ContentFiltered or ErrorKind.NoCandidate => "invalid_request_error",
        ErrorKind.Authentication => "authentication_error",
        ErrorKind.Permission => "permission_error",
        ErrorKind.RateLimited => "rate_limit_error",
        ErrorKind.BudgetExceeded => "insufficient_quota",
        _ => "server_error",
    };

    private static string? Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.Object => Text(value, "message"),
            JsonValueKind.Array => value.GetRawText(),
            _ => null,
        };
    }
}
