using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Dialects.Json;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>Short ways to read and write in tests of this dialect.</summary>
internal static class GeminiSupport
{
    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static DialectRequest Read(JsonElement body, string model = "gemini-2.5-flash", bool stream = false)
    {
        var problems = new ReadProblems();
        var request = GeminiDialect.Sse.ReadRequest(new InboundRequest(body, model, stream), problems);
        Assert.Null(problems.Error);
        return request!;
    }

    public static DialectRequest Read(string body) => Read(Json(body));

    public static GatewayError? ErrorOf(string body)
    {
        var problems = new ReadProblems();
        var request = GeminiDialect.Sse.ReadRequest(new InboundRequest(Json(body), "m"), problems);
        Assert.Equal(request is null, problems.Error is not null);
        return problems.Error;
    }

    public static (JsonElement Body, LossReport Losses) Write(
        DialectRequest request, string upstream = "gemini-2.5-flash", ModelCapabilities? capabilities = null, int? maxOutput = null)
    {
        var losses = new LossReport();
        var outbound = new OutboundRequest
        {
            Request = request,
            Upstream = upstream,
            Capabilities = capabilities ?? new ModelCapabilities { Reasoning = ReasoningKind.Budget },
            MaxOutputTokens = maxOutput,
            Losses = losses,
        };
        return (Json(Text(json => GeminiDialect.Sse.WriteRequest(outbound, json))), losses);
    }

    public static DialectRequest Request(List<ChatMessage> messages, ChatOptions? options = null) =>
        new() { Model = "m", Messages = messages, Options = options ?? new ChatOptions() };

    public static AnswerContext Context() => new()
    {
        RequestId = "req_1",
        Model = "some-model",
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(1750000000),
        Request = Request([]),
    };

    public static string Text(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static Collected Collect(string stream) => Streams.Collect(GeminiDialect.Sse, Encoding.UTF8.GetBytes(stream));

    /// <summary>A stream of the given chunks.</summary>
    public static string Sse(params string[] chunks) => string.Concat(chunks.Select(static chunk => $"data: {chunk}\r\n\r\n"));

    public static string Chunk(string parts, string? finish = null) =>
        $$"""{"candidates":[{"content":{"parts":[{{parts}}],"role":"model"}{{(finish is null ? "" : $",\"finishReason\":\"{finish}\"")}},"index":0}]}""";

    public static ChatResponse ReadAnswer(string body)
    {
        var problems = new ReadProblems();
        var response = GeminiDialect.Sse.ReadResponse(Json(body), problems);
        Assert.Null(problems.Error);
        return response!;
    }

    public static JsonElement WriteAnswer(ChatResponse response) => Json(Text(json => GeminiDialect.Sse.WriteResponse(response, Context(), json)));

    public static string LossesOf(LossReport losses) => losses.ToHeaderValue();
}
