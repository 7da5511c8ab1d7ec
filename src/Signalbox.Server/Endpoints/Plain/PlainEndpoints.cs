using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;
using Signalbox.Pipeline.Attempts;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers.Local;
using Signalbox.Routing.Decisions;
using Signalbox.Server.Hosting;
using Signalbox.Versions;

namespace Signalbox.Server.Endpoints.Plain;

/// <summary>The plain routes of contract section 3 (docs/plain-api.md): the active model version, without a dialect.</summary>
internal sealed class PlainEndpoints(GatewayRuntime runtime)
{
    /// <summary>What the routes are called in decisions and in the ledger.</summary>
    private const string Name = "application";

    private readonly PlainConversations _conversations = new(runtime.Time);
    private long _requests;

    public static void Map(IEndpointRouteBuilder routes, GatewayRuntime runtime)
    {
        var plain = new PlainEndpoints(runtime);
        routes.MapPost("/api/v1/chat", plain.ChatAsync);
        routes.MapPost("/api/v1/chat/completions", http => plain.CompleteAsync(http, alwaysStreams: false));
        routes.MapPost("/api/v1/chat/completions/stream", http => plain.CompleteAsync(http, alwaysStreams: true));
        SwitchEndpoint.Map(routes, runtime);
        routes.MapMethods("/health", ["GET", "HEAD"], plain.HealthAsync);
    }

    private async Task ChatAsync(HttpContext http)
    {
        var start = runtime.Time.GetTimestamp();
        var number = Interlocked.Increment(ref _requests);
        using var body = new PooledBuffer();
        using var document = await ReadAsync(http, body);
        if (document is null)
        {
            return;
        }

        if (PlainReader.ReadChat(document.RootElement, out var error) is not { } chat)
        {
            await RefuseAsync(http, error!);
            return;
        }

        var version = runtime.Versions.Active;
        if (await CannotAnswerAsync(http, version))
        {
            return;
        }

        var key = CallerHeaders.PresentedKey(http);
        List<ChatMessage> messages = chat.ConversationId is { } id ? [.. _conversations.Read(key, id)] : [];
        messages.Add(new ChatMessage(ChatRole.User, chat.Message));
        var (context, answer) = await AskAsync(http, version, messages, document.RootElement);
        while (answer.Error?.Kind == ErrorKind.ContextLength && messages.Count > 1)
        {
            // A conversation outgrows any model: what was said first is let go of.
            messages.RemoveRange(0, Math.Max(2, messages.Count / 4 * 2));
            (context, answer) = await AskAsync(http, version, messages, document.RootElement);
        }

        if (answer.Response is not { } response)
        {
            await FailAsync(http, context, answer.Error);
            return;
        }

        if (chat.ConversationId is { } conversation)
        {
            _conversations.Add(key, conversation, chat.Message, response.Text);
        }

        PlainErrors.WriteHeaders(http, context, context.Decision.CostUsd);
        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("response", response.Text);
            json.WriteNumber("latency_ms", Milliseconds(start));
            json.WriteString("model_version", context.ModelVersion);
            if (answer.Confidence is { } confidence)
            {
                json.WriteNumber("confidence", Math.Round(confidence, 6));
            }
            else
            {
                json.WriteNull("confidence");
            }

            json.WriteNumber("request_number", number);
            json.WriteEndObject();
        });
    }

    private async Task<(RequestContext Context, WholeAnswer Answer)> AskAsync(HttpContext http, ModelVersion version, List<ChatMessage> messages, JsonElement body)
    {
        var answer = new WholeAnswer();
        var options = new ChatOptions { MaxOutputTokens = PlainReader.DefaultMaxTokens, AdditionalProperties = new() { [Vocabulary.WantsConfidence] = true } };
        var context = Create(http, answer, version.Request([.. messages], WithTemperature(version, options), stream: false), version, body);
        await runtime.Pipeline.RunAsync(context);
        return (context, answer);
    }

    private async Task CompleteAsync(HttpContext http, bool alwaysStreams)
    {
        var start = runtime.Time.GetTimestamp();
        Interlocked.Increment(ref _requests);
        using var body = new PooledBuffer();
        using var document = await ReadAsync(http, body);
        if (document is null)
        {
            return;
        }

        if (PlainReader.ReadCompletion(document.RootElement, out var error) is not { } asked)
        {
            await RefuseAsync(http, error!);
            return;
        }

        var version = runtime.Versions.Active;
        if (await CannotAnswerAsync(http, version))
        {
            return;
        }

        var request = version.Request(asked.Messages, WithTemperature(version, Options(asked)), alwaysStreams || asked.Stream);
        if (request.Stream)
        {
            var stream = new PlainStream(http);
            stream.Context = Create(http, stream, request, version, document.RootElement);
            await runtime.Pipeline.RunAsync(stream.Context);
            await stream.CompleteAsync(http.RequestAborted);
            return;
        }

        var answer = new WholeAnswer();
        var context = Create(http, answer, request, version, document.RootElement);
        await runtime.Pipeline.RunAsync(context);
        if (answer.Response is not { } response)
        {
            await FailAsync(http, context, answer.Error);
            return;
        }

        PlainErrors.WriteHeaders(http, context, context.Decision.CostUsd);
        var usage = response.Usage ?? AttemptTotals.Served(context.Decision.Attempts).Usage;
        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("content", response.Text);
            json.WriteString("model", context.ModelVersion);
            json.WriteStartObject("usage");
            var (input, output) = (usage?.InputTokenCount ?? 0, usage?.OutputTokenCount ?? 0);
            json.WriteNumber("input_tokens", input);
            json.WriteNumber("output_tokens", output);
            json.WriteNumber("total_tokens", input + output);
            json.WriteEndObject();
            json.WriteNumber("latency_ms", Milliseconds(start));
            json.WriteEndObject();
        });
    }

    private Task HealthAsync(HttpContext http)
    {
        var version = runtime.Versions.Active;
        var lack = VersionLack.Of(runtime.Snapshot, version);
        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", lack is null ? "healthy" : "degraded");
            json.WriteString("model_version", version.Name);
            json.WriteString("model", version.Model);
            json.WriteNumber("requests", Interlocked.Read(ref _requests));
            json.WriteString("problem", lack);
            json.WriteEndObject();
        });
    }

    /// <summary>Whether the version lacks what it answers with; then the caller has been told.</summary>
    private async Task<bool> CannotAnswerAsync(HttpContext http, ModelVersion version)
    {
        if (VersionLack.Of(runtime.Snapshot, version) is not { } lack)
        {
            return false;
        }

        http.Response.Headers[PlainErrors.VersionHeader] = version.Name;
        await RefuseAsync(http, VersionLack.Error(version, lack), version.Name);
        return true;
    }

    /// <summary>The request, on the version that was active when it came and stays its own.</summary>
    private RequestContext Create(HttpContext http, Caller caller, DialectRequest request, ModelVersion version, JsonElement body) => new()
    {
        Id = RequestIds.New(),
        Snapshot = runtime.Snapshot,
        Caller = caller,
        CallerName = Name,
        ModelVersion = version.Name,
        PresentedKey = CallerHeaders.PresentedKey(http),
        HintHeaders = CallerHeaders.Hints(http),
        HintBody = body,
        StartedAt = runtime.Time.GetUtcNow(),
        Aborted = http.RequestAborted,
        Request = request,
    };

    private static ChatOptions WithTemperature(ModelVersion version, ChatOptions options)
    {
        if (options.Temperature is null && !version.Model.StartsWith(LocalProvider.ProviderName + "/", StringComparison.Ordinal))
        {
            // A local model's file knows better how it is sampled.
            options.Temperature = PlainReader.DefaultTemperature;
        }

        return options;
    }

    private static ChatOptions Options(PlainCompletion asked) => new() { Temperature = asked.Temperature, MaxOutputTokens = asked.MaxTokens };

    /// <summary>The body as an object; null where the caller has been told what is wrong with it.</summary>
    private async Task<JsonDocument?> ReadAsync(HttpContext http, PooledBuffer body)
    {
        if (await BodyReader.ReadAsync(http, body, runtime.Snapshot.Config.Server.MaxRequestBytes) is { } unread)
        {
            await RefuseAsync(http, unread);
            return null;
        }

        var document = RequestBody.Parse(body.Written, out var error);
        if (document is { RootElement.ValueKind: not JsonValueKind.Object })
        {
            document.Dispose();
            (document, error) = (null, GatewayError.Invalid("body", "The body must be a JSON object."));
        }

        if (document is null)
        {
            await RefuseAsync(http, error! with { Field = string.IsNullOrEmpty(error.Field) ? "body" : error.Field });
        }

        return document;
    }

    private Task RefuseAsync(HttpContext http, GatewayError error, string? version = null)
    {
        var id = RequestIds.New();
        runtime.Decisions.Add(DecisionRecord.Refused(id, runtime.Time.GetUtcNow(), Name, error, version));
        return PlainErrors.WriteAsync(http, error, id);
    }

    private static Task FailAsync(HttpContext http, RequestContext context, GatewayError? error)
    {
        if (error is null)
        {
            // The caller has hung up.
            return Task.CompletedTask;
        }

        PlainErrors.WriteHeaders(http, context);
        return PlainErrors.WriteAsync(http, error);
    }

    private double Milliseconds(long start) => Math.Round(runtime.Time.GetElapsedTime(start).TotalMilliseconds, 2);
}
