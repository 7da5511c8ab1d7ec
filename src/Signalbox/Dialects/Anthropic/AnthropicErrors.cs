using System.Text.Json;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Errors in Anthropic's shape, and in the shapes that other servers of this protocol answer instead.</summary>
internal static class AnthropicErrors
{
    private const int OverloadedStatus = 529;

    /// <summary>Used-up money is a 400 here, known by its wording only.</summary>
    private static readonly string[] MoneyWords = ["credit balance is too low", "reached your specified api usage limits", "reached your api usage limits"];

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

        var message = error.ValueKind == JsonValueKind.String
            ? error.GetString()
            : AnthropicFields.Text(error, "message") ?? AnthropicFields.Text(body, "message") ?? AnthropicFields.Text(body, "detail");
        var type = AnthropicFields.Text(error, "type") ?? AnthropicFields.Text(error, "status") ?? AnthropicFields.Text(error, "code");
        if (status < 400)
        {
            status = StatusOf(type);
        }

        message = string.IsNullOrWhiteSpace(message) ? $"The provider answered with status {status} and no message." : message;
        return new GatewayError(KindOf(status, type, message), message) { Status = status, Code = type, IsProvidersText = true };
    }

    public static void Write(GatewayError error, string requestId, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(error));
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
        json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
    }

    /// <summary>Official clients know an overload by a status of its own.</summary>
    public static int StatusOf(GatewayError error) =>
        error.Kind == ErrorKind.Overloaded && error.Status is 503 or OverloadedStatus ? OverloadedStatus : error.Status;

    private static ErrorKind KindOf(int status, string? type, string message)
    {
        foreach (var words in MoneyWords)
        {
            if (message.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return ErrorKind.BudgetExceeded;
            }
        }

        return ErrorClassifier.Classify(status, type, type, message);
    }

    /// <summary>The status that an error inside a stream would have had.</summary>
    private static int StatusOf(string? type) => type switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "api_error" => 500,
        "timeout_error" => 504,
        "overloaded_error" => OverloadedStatus,
        _ => 502,
    };

    private static string TypeOf(GatewayError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextLength when error.Status == 413 => "request_too_large",
        ErrorKind.InvalidRequest or ErrorKind.ContextLength or ErrorKind.ContentFiltered or ErrorKind.NoCandidate => "invalid_request_error",
        ErrorKind.Authentication => "authentication_error",
        ErrorKind.BudgetExceeded => "billing_error",
        ErrorKind.Permission => "permission_error",
        ErrorKind.NotFound => "not_found_error",
        ErrorKind.RateLimited => "rate_limit_error",
        ErrorKind.Overloaded => "overloaded_error",
        ErrorKind.UpstreamTimeout => "timeout_error",
        _ => "api_error",
    };
}
