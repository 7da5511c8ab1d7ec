using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Pipeline;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints;

/// <summary>Gemini puts model and verb into the path: <c>models/{model}:{verb}</c>. A model may itself contain slashes and colons.</summary>
internal sealed class GeminiEndpoint(ChatEndpoint chat, EmbeddingsEndpoint embeddings, CountTokensEndpoint counts)
{
    public Task HandleAsync(HttpContext http)
    {
        var call = Uri.UnescapeDataString(http.Request.RouteValues["call"] as string ?? "");
        var colon = call.LastIndexOf(':');
        var model = colon < 0 ? call : call[..colon];
        return (colon < 0 ? "" : call[(colon + 1)..]) switch
        {
            "generateContent" => chat.HandleAsync(http, GeminiDialect.Sse, model, stream: false),
            "streamGenerateContent" => chat.HandleAsync(http, AsksForEvents(http) ? GeminiDialect.Sse : GeminiDialect.Array, model, stream: true),
            "countTokens" => counts.HandleAsync(http, GeminiDialect.Sse, model),
            "embedContent" or "batchEmbedContents" => embeddings.HandleAsync(http, GeminiDialect.Sse, model),
            var verb => ErrorResponse.WriteAsync(http, GeminiDialect.Sse, new GatewayError(ErrorKind.NotFound,
                $"There is no verb '{verb}'. Use generateContent, streamGenerateContent, countTokens, embedContent or batchEmbedContents."), RequestIds.New()),
        };
    }

    private static bool AsksForEvents(HttpContext http) => http.Request.Query["alt"] == "sse";
}
