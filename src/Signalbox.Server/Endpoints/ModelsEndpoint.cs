using System.Text.Json;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using Signalbox.Dialects.Gemini;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;
using Signalbox.Pipeline.Reading;
using Signalbox.Routing;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints;

/// <summary>Lists models and routes in the shape that each SDK expects.</summary>
internal sealed class ModelsEndpoint(GatewayRuntime runtime)
{
    public Task ListAsync(HttpContext http) =>
        // Anthropic's SDK asks under the same path; only its version header tells it apart.
        http.Request.Headers.ContainsKey("anthropic-version")
            ? WriteAsync(http, WriteAnthropicList)
            : WriteAsync(http, WriteOpenAiList);

    public Task GetAsync(HttpContext http)
    {
        var name = Uri.UnescapeDataString(http.Request.RouteValues["id"] as string ?? "");
        if (runtime.Snapshot.Find(name) is not { Targets.Count: > 0 } found)
        {
            IDialect dialect = http.Request.Headers.ContainsKey("anthropic-version") ? AnthropicDialect.Instance : OpenAiChatDialect.Instance;
            return ErrorResponse.WriteAsync(http, dialect, runtime.Snapshot.NotFound(name), RequestIds.New());
        }

        return http.Request.Headers.ContainsKey("anthropic-version")
            ? WriteAsync(http, (_, json) => WriteAnthropic(name, json))
            : WriteAsync(http, (_, json) => WriteOpenAi(name, found.Targets[0].ProviderName, json));
    }

    public Task ListGeminiAsync(HttpContext http) => WriteAsync(http, static (snapshot, json) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("models"u8);
        foreach (var model in snapshot.Models)
        {
            WriteGemini(model.Id, model.Model, json);
        }

        foreach (var route in snapshot.Routes)
        {
            WriteGemini(route, null, json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task GetGeminiAsync(HttpContext http)
    {
        var name = Uri.UnescapeDataString(http.Request.RouteValues["id"] as string ?? "");
        return runtime.Snapshot.Find(name) is { Targets.Count: > 0 } found
            ? WriteAsync(http, (_, json) => WriteGemini(name, found.Targets[0].Model, json))
            : ErrorResponse.WriteAsync(http, GeminiDialect.Sse, runtime.Snapshot.NotFound(name), RequestIds.New());
    }

    public Task ListOllamaAsync(HttpContext http) => WriteAsync(http, (snapshot, json) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("models"u8);
        foreach (var name in Names(snapshot))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("model"u8, name);
            json.WriteString("modified_at"u8, "2026-01-01T00:00:00Z"u8);
            json.WriteNumber("size"u8, 0);
            json.WriteString("digest"u8, ""u8);
            WriteOllamaDetails(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public async Task ShowOllamaAsync(HttpContext http)
    {
        using var body = new PooledBuffer();
        var error = await BodyReader.ReadAsync(http, body, runtime.Snapshot.Config.Server.MaxRequestBytes);
        using var document = error is null ? RequestBody.Parse(body.Written, out error) : null;
        var problems = new ReadProblems();
        var name = document is null ? null : problems.String(document.RootElement, "model") ?? problems.String(document.RootElement, "name", required: true);
        error ??= problems.Error;
        var found = name is null ? null : runtime.Snapshot.Find(name);
        error ??= found is { Targets.Count: > 0 } ? null : runtime.Snapshot.NotFound(name ?? "");
        if (error is not null)
        {
            await ErrorResponse.WriteAsync(http, OllamaDialect.Instance, error, RequestIds.New());
            return;
        }

        await WriteAsync(http, (_, json) => WriteOllamaShow(found!.Targets[0].Model, json));
    }

    private static void WriteOpenAiList(GatewaySnapshot snapshot, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in snapshot.Models)
        {
            WriteOpenAi(model.Id, model.ProviderName, json);
        }

        foreach (var route in snapshot.Routes)
        {
            WriteOpenAi(route, "signalbox", json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOpenAi(string id, string owner, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, 0);
        json.WriteString("owned_by"u8, owner);
        json.WriteEndObject();
    }

    private static void WriteAnthropicList(GatewaySnapshot snapshot, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        string? first = null, last = null;
        foreach (var name in Names(snapshot))
        {
            first ??= name;
            last = name;
            WriteAnthropic(name, json);
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, false);
        json.WriteString("first_id"u8, first);
        json.WriteString("last_id"u8, last);
        json.WriteEndObject();
    }

    private static void WriteAnthropic(string id, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "model"u8);
        json.WriteString("id"u8, id);
        json.WriteString("display_name"u8, id);
        json.WriteString("created_at"u8, "2026-01-01T00:00:00Z"u8);
        json.WriteEndObject();
    }

    private static void WriteGemini(string id, CatalogModel? model, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, "models/" + id);
        json.WriteString("displayName"u8, id);
        if (model?.ContextWindow is { } window)
        {
            json.WriteNumber("inputTokenLimit"u8, window);
        }

        if (model?.MaxOutputTokens is { } limit)
        {
            json.WriteNumber("outputTokenLimit"u8, limit);
        }

        json.WriteStartArray("supportedGenerationMethods"u8);
        json.WriteStringValue(model?.Kind == ModelKind.Embedding ? "embedContent"u8 : "generateContent"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOllamaShow(CatalogModel model, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteOllamaDetails(json);
        json.WriteStartObject("model_info"u8);
        if (model.ContextWindow is { } window)
        {
            json.WriteNumber("general.context_length"u8, window);
        }

        json.WriteEndObject();
        json.WriteStartArray("capabilities"u8);
        json.WriteStringValue(model.Kind == ModelKind.Embedding ? "embedding"u8 : "completion"u8);
        if (model.Capabilities.Tools)
        {
            json.WriteStringValue("tools"u8);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOllamaDetails(Utf8JsonWriter json)
    {
        json.WriteStartObject("details"u8);
        json.WriteString("format"u8, "signalbox"u8);
        json.WriteString("family"u8, ""u8);
        json.WriteString("parameter_size"u8, ""u8);
        json.WriteString("quantization_level"u8, ""u8);
        json.WriteEndObject();
    }

    private static IEnumerable<string> Names(GatewaySnapshot snapshot) => snapshot.Models.Select(static model => model.Id).Concat(snapshot.Routes);

    private async Task WriteAsync(HttpContext http, Action<GatewaySnapshot, Utf8JsonWriter> write)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers[AnswerHeaders.RequestId] = RequestIds.New();
        using var body = new PooledBuffer();
        using (var json = new Utf8JsonWriter(body, JsonText.Compact))
        {
            write(runtime.Snapshot, json);
        }

        await http.Response.Body.WriteAsync(body.Written, http.RequestAborted);
    }
}
