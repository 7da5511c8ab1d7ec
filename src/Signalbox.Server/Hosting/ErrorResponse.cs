using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;
using Signalbox.Providers;
using Signalbox.Server.Endpoints.Plain;

namespace Signalbox.Server.Hosting;

/// <summary>Writes an error in the caller's dialect, with the headers that say the same to every caller.</summary>
internal static class ErrorResponse
{
    /// <summary>An error that no endpoint has answered, in what a caller of the path most likely speaks.</summary>
    public static Task WriteForPathAsync(HttpContext http, GatewayError error, string requestId) => http.Request.Path.StartsWithSegments("/api/v1") || http.Request.Path.StartsWithSegments("/admin")
        ? PlainErrors.WriteAsync(http, error, requestId)
        : WriteAsync(http, PathDialect.Of(http.Request.Path), error, requestId);

    public static Task WriteAsync(HttpContext http, IDialect dialect, GatewayError error, string requestId)
    {
        http.Response.Headers[AnswerHeaders.RequestId] = requestId;
        return WriteAsync(http, dialect, new FailedAnswer(error), requestId);
    }

    public static async Task WriteAsync(HttpContext http, IDialect dialect, FailedAnswer failure, string requestId)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        var error = failure.Error;
        var response = http.Response;
        response.StatusCode = failure.Body is null ? dialect.StatusOf(error) : error.Status;
        response.Headers[AnswerHeaders.Error] = error.Word;
        if (error.RetryAfter is { } wait && !response.Headers.ContainsKey("Retry-After"))
        {
            response.Headers.RetryAfter = AnswerHeaders.Seconds(wait);
        }

        using var body = new PooledBuffer();
        if (failure.Body is { } relayed)
        {
            JsonText.Raw(body, relayed);
        }
        else
        {
            using var json = new Utf8JsonWriter(body, JsonText.Compact);
            dialect.WriteError(error, requestId, json);
        }

        response.ContentType = failure.Body is null ? "application/json" : failure.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body.Written, http.RequestAborted);
    }
}
