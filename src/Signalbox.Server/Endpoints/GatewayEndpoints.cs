using Microsoft.AspNetCore.Routing.Template;
using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Dialects.OpenAiResponses;
using Signalbox.Pipeline;
using Signalbox.Server.Endpoints.Plain;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints;

/// <summary>The routes of contract section 3, as a table.</summary>
internal static class GatewayEndpoints
{
    private static readonly string[] Reading = ["GET", "HEAD"];

    public static void Map(IEndpointRouteBuilder routes, GatewayRuntime runtime)
    {
        var chat = new ChatEndpoint(runtime);
        var models = new ModelsEndpoint(runtime);
        var side = new SideEndpoint(runtime);
        var embeddings = new EmbeddingsEndpoint(runtime, side);
        var counts = new CountTokensEndpoint(side);
        var gemini = new GeminiEndpoint(chat, embeddings, counts);

        routes.MapPost("/v1/chat/completions", chat.For(OpenAiChatDialect.Instance));
        routes.MapPost("/v1/completions", chat.For(LegacyCompletionsDialect.Instance));
        routes.MapPost("/v1/embeddings", embeddings.For(OpenAiChatDialect.Instance));
        routes.MapMethods("/v1/models", Reading, models.ListAsync);
        routes.MapGet("/v1/models/{**id}", models.GetAsync);

        routes.MapPost("/v1/responses", chat.For(ResponsesDialect.Instance));

        routes.MapPost("/v1/messages", chat.For(AnthropicDialect.Instance));
        routes.MapPost("/v1/messages/count_tokens", http => counts.HandleAsync(http, AnthropicDialect.Instance, model: null));

        routes.MapPost("/v1beta/models/{**call}", gemini.HandleAsync);
        routes.MapGet("/v1beta/models", models.ListGeminiAsync);
        routes.MapGet("/v1beta/models/{**id}", models.GetGeminiAsync);

        routes.MapPost("/api/chat", chat.For(OllamaDialect.Instance));
        routes.MapPost("/api/generate", chat.For(OllamaGenerateDialect.Instance));
        routes.MapPost("/api/embed", embeddings.For(OllamaDialect.Instance));
        routes.MapMethods("/api/tags", Reading, models.ListOllamaAsync);
        routes.MapMethods("/api/version", Reading, OllamaEndpoints.VersionAsync);
        routes.MapPost("/api/show", models.ShowOllamaAsync);

        PlainEndpoints.Map(routes, runtime);
        routes.MapMethods("/api/v1/benchmark/summary", Reading, http => JsonResponse.WriteAsync(http, runtime.Benchmarks.WriteSummary));

        AdminEndpoints.Map(routes, runtime);
        ExperimentEndpoints.Map(routes, runtime);

        // Monitors and Ollama's clients ask with HEAD.
        routes.MapMethods("/", Reading, static http => http.Response.WriteAsync("Signalbox is running"));
        routes.MapMethods("/health/live", Reading, static http => http.Response.WriteAsync("ok"));
        routes.MapMethods("/health/ready", Reading, static http => http.Response.WriteAsync("ok"));
        var known = routes.DataSources;
        routes.MapFallback("{**path}", http => ErrorResponse.WriteForPathAsync(http, Unanswered(http, known), RequestIds.New()));
    }

    private static GatewayError Unanswered(HttpContext http, IEnumerable<EndpointDataSource> known)
    {
        var (method, path) = (http.Request.Method, http.Request.Path);
        var methods = known.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>().Where(route => Matches(route, path))
            .SelectMany(static route => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Distinct().ToList();
        if (methods.Count == 0)
        {
            return new GatewayError(ErrorKind.NotFound, $"There is nothing at {method} {path}. See docs/http.md for the routes.");
        }

        http.Response.Headers.Allow = string.Join(", ", methods);
        return new GatewayError(ErrorKind.InvalidRequest, $"{method} is not answered at {path}; use {methods[0]}. See docs/http.md for the routes.")
        {
            Status = StatusCodes.Status405MethodNotAllowed,
        };
    }

    private static bool Matches(RouteEndpoint route, PathString path) =>
        new TemplateMatcher(new RouteTemplate(route.RoutePattern), []).TryMatch(path, []);
}
