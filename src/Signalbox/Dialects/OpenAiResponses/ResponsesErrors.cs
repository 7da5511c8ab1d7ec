using System.Text.Json;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// Errors inside a stream that began with status 200: the <c>error</c> event (flat as documented, or with the error nested as
/// it really comes) and <c>response.failed</c>. Their code stands for the status that the provider would have answered.
/// </summary>
internal static class ResponsesErrors
{
    /// <summary>Reads an <c>error</c> event's body, or the response object of <c>response.failed</c>.</summary>
    public static GatewayError ReadInStream(JsonElement body)
    {
        var error = OpenAiErrors.Read(200, body);
        return error.Status == 502 && StatusOf(error.Code) is { } status ? OpenAiErrors.Read(status, body) : error;
    }

    private static int? StatusOf(string? code) => code switch
    {
        null => null,
        "insufficient_quota" or "rate_limit_exceeded" or "slow_down" => 429,
        "server_is_overloaded" or "service_unavailable_error" => 503,
        "server_error" => 500,
        "context_length_exceeded" or "content_filter" or "invalid_request_error" or "failed_to_download_image" or "empty_image_file" => 400,
        _ when code.StartsWith("invalid_", StringComparison.Ordinal) || code.StartsWith("image_", StringComparison.Ordinal)
            || code.StartsWith("unsupported_", StringComparison.Ordinal) => 400,
        _ => null,
    };

    /// <summary>Writes <c>{code, message}</c>, as a failed response carries it. The exact code is in the <c>error</c> event before it.</summary>
    public static void Write(GatewayError error, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("code"u8, CodeOf(error.Kind));
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
    }

    /// <summary>A failed response knows few codes.</summary>
    private static string CodeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.RateLimited or ErrorKind.BudgetExceeded => "rate_limit_exceeded",
        ErrorKind.InvalidRequest or ErrorKind.ContextLength or ErrorKind.ContentFiltered => "invalid_prompt",
        _ => "server_error",
    };
}
