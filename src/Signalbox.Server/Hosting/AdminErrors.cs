using Signalbox.Dialects;
using Signalbox.Pipeline.Answers;

namespace Signalbox.Server.Hosting;

/// <summary>Errors of the admin routes: plain JSON, in the words of every other error.</summary>
internal static class AdminErrors
{
    public static Task WriteAsync(HttpContext http, GatewayError error)
    {
        var response = http.Response;
        response.StatusCode = error.Status;
        response.Headers[AnswerHeaders.Error] = error.Word;
        if (error.Kind == ErrorKind.Authentication)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("word", error.Word);
            json.WriteString("message", error.Message);
            json.WriteString("field", error.Field);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
