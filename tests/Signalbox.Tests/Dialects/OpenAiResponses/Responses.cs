using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;
using Signalbox.Providers;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

/// <summary>Short ways to drive the dialect in tests.</summary>
internal static class Responses
{
    public static readonly ModelCapabilities Reasoning = new() { Reasoning = ReasoningKind.Effort };

    public static readonly ProviderDifferences OpenAi = new() { CarriesOpenAiFields = true, DeveloperRole = true };

    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    public static DialectRequest Read(string json) => Read(Json(json));

    public static DialectRequest Read(JsonElement body)
    {
        var problems = new ReadProblems();
        var request = ResponsesDialect.Instance.ReadRequest(new InboundRequest(body), problems);
        Assert.Null(problems.Error);
        return request!;
    }

    public static GatewayError Refuse(string json)
    {
        var problems = new ReadProblems();
        Assert.Null(ResponsesDialect.Instance.ReadRequest(new InboundRequest(Json(json)), problems));
        return problems.Error!;
    }

    public static JsonElement Write(DialectRequest request, LossReport? losses = null, ModelCapabilities? capabilities = null, ProviderDifferences? differences = null)
    {
        var outbound = new OutboundRequest
        {
            Request = request,
            Upstream = "upstream-model",
            Capabilities = capabilities ?? Reasoning,
            Differences = differences ?? OpenAi,
            Losses = losses ?? new LossReport(),
        };
        return Written(json => ResponsesDialect.Instance.WriteRequest(outbound, json));
    }

    public static DialectRequest Request(params ChatMessage[] messages) => Request(new ChatOptions(), messages);

    public static DialectRequest Request(ChatOptions options, params ChatMessage[] messages) =>
        new() { Model = "m", Messages = [.. messages], Options = options };

    public static ChatResponse ReadResponse(JsonElement body)
    {
        var problems = new ReadProblems();
        var response = ResponsesDialect.Instance.ReadResponse(body, problems);
        Assert.Null(problems.Error);
        return response!;
    }

    public static JsonElement WriteResponse(ChatResponse response, AnswerContext? context = null) =>
        Written(json => ResponsesDialect.Instance.WriteResponse(response, context ?? Context(), json));

    public static AnswerContext Context(JsonElement body = default) => new()
    {
        RequestId = "r1",
        Model = "asked-model",
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        Request = new DialectRequest { Model = "asked-model", Messages = [], Options = new ChatOptions(), Body = body },
    };

    public static JsonElement Written(Action<Utf8JsonWriter> write) => JsonDocument.Parse(Bytes(write)).RootElement;

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            write(json);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Events as server-sent events, each named after its type.</summary>
    public static byte[] Sse(params string[] events)
    {
        var text = new StringBuilder();
        foreach (var data in events)
        {
            text.Append("event: ").Append(Json(data).GetProperty("type").GetString()).Append("\ndata: ").Append(data).Append("\n\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>JSON without blank space.</summary>
    public static string Text(JsonElement json) => Encoding.UTF8.GetString(Bytes(json.WriteTo));

    /// <summary>One text for everything in a list of messages that a dialect carries.</summary>
    public static string Describe(IEnumerable<ChatMessage> messages) =>
        string.Join("\n", messages.Select(message => message.Role + ": " + string.Join(" | ", message.Contents.Select(Describe))));

    public static string Describe(AIContent content)
    {
        var what = content switch
        {
            TextContent text => "text " + text.Text,
            TextReasoningContent reasoning => $"reasoning {reasoning.Text} {reasoning.ProtectedData}",
            FunctionCallContent call => $"call {call.CallId} {call.Name} {Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.RawArguments)}",
            FunctionResultContent { Result: List<AIContent> parts } result => $"result {result.CallId} [" + string.Join(" | ", parts.Select(Describe)) + "]",
            FunctionResultContent result => $"result {result.CallId} {result.Result}",
            ErrorContent error => $"error {error.ErrorCode} {error.Message}",
            DataContent data => $"data {data.Name} {data.Uri}",
            UriContent uri => $"uri {uri.MediaType} {uri.Uri}",
            HostedFileContent file => $"file {file.MediaType} {file.Name} {file.FileId}",
            OpaqueContent opaque => $"opaque {opaque.Type} {Text(opaque.Raw)}",
            _ => content.GetType().Name,
        };
        var properties = (content.AdditionalProperties ?? []).Where(p => p.Key != Vocabulary.RawArguments).OrderBy(p => p.Key, StringComparer.Ordinal);
        return what + " " + string.Join(",", properties.Select(p => p.Key + "=" + p.Value));
    }

    public static string Describe(ChatOptions options)
    {
        var properties = (options.AdditionalProperties ?? []).OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => p.Key + "=" + (p.Value is string[] names ? string.Join("+", names) : p.Value is JsonElement json ? Text(json) : p.Value));
        var tools = (options.Tools ?? []).Select(tool => tool switch
        {
            ToolDeclaration function => $"{function.Name} {function.Description} {Text(function.JsonSchema)} strict={function.Strict is true}",
            OpaqueTool opaque => Text(opaque.Raw),
            _ => tool.Name,
        });
        var mode = options.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } name } ? name : options.ToolMode?.GetType().Name;
        var format = options.ResponseFormat is ChatResponseFormatJson json
            ? $"{json.SchemaName} {json.SchemaDescription} {(json.Schema is { } schema ? Text(schema) : "")}" : options.ResponseFormat?.GetType().Name;
        return $"""
            {options.Temperature} {options.TopP} {options.MaxOutputTokens} {options.AllowMultipleToolCalls} {options.ConversationId}
            {options.Reasoning?.Effort} {options.Reasoning?.Output} {mode} {format}
            {string.Join("\n", tools)}
            {string.Join("\n", properties)}
            """;
    }
}
