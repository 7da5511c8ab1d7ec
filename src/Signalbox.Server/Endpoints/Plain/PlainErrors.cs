using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints.Plain;

/// <summary>Errors of the plain routes: <c>{"error": {"word", "message", "field"}}</c> and the headers that say the same to every caller.</summary>
internal static class PlainErrors
{
    public const string VersionHeader = "x-signalbox-model-version";

    public static Task WriteAsync(HttpContext http, GatewayError error, string requestId)
    {
        http.Response.Headers[AnswerHeaders.RequestId] = requestId;
        return WriteAsync(http, error);
    }

    public static Task WriteAsync(HttpContext http, GatewayError error)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        var response = http.Response;
        response.StatusCode = error.Status;
        response.Headers[AnswerHeaders.Error] = error.Word;
        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = AnswerHeaders.Seconds(wait);
        }

        return JsonResponse.WriteAsync(http, json => Write(error, json));
    }

    public static void Write(GatewayError error, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("word", error.Word);
        json.WriteString("message", error.Message);
        json.WriteString("field", error.Field);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The headers of contract section 4, and the version that answers.</summary>
    public static void WriteHeaders(HttpContext http, RequestContext context, decimal? cost = null)
    {
        AnswerHeaders.Write(context, new HttpCaller(http, Dialects.OpenAiChat.OpenAiChatDialect.Instance), [], cost);
        http.Response.Headers[VersionHeader] = context.ModelVersion;
    }
}
