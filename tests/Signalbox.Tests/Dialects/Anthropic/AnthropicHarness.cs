using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using Signalbox.Dialects.Json;

namespace Signalbox.Tests.Dialects.Anthropic;

/// <summary>Short ways to drive the dialect in memory.</summary>
internal static class AnthropicHarness
{
    public static readonly IDialect Dialect = AnthropicDialect.Instance;

    /// <summary>A model of the generation that takes budgets, sampling and prefill.</summary>
    public static readonly ModelCapabilities Older = new() { Prefill = true, JsonSchema = true, Reasoning = ReasoningKind.Budget, ReasoningOff = true };

    /// <summary>A model of the generation that decides itself how much it thinks.</summary>
    public static readonly ModelCapabilities Newer = new() { Sampling = false, Prefill = false, JsonSchema = true, Reasoning = ReasoningKind.Adaptive, ReasoningOff = true };

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    public static DialectRequest Read(string body)
    {
        var problems = new ReadProblems();
        var request = Dialect.ReadRequest(new InboundRequest(Json(body)), problems);
        Assert.Null(problems.Error);
        return request!;
    }

    public static GatewayError Problem(string body)
    {
        var problems = new ReadProblems();
        Assert.Null(Dialect.ReadRequest(new InboundRequest(Json(body)), problems));
        return problems.Error!;
    }

    public static DialectRequest Request(params ChatMessage[] messages) => Request(new ChatOptions(), messages);

    public static DialectRequest Request(ChatOptions options, params ChatMessage[] messages) =>
        new() { Model = "m", Messages = [.. messages], Options = options };

    public static ChatMessage User(string text) => new(ChatRole.User, text);

    public static OutboundRequest Outbound(DialectRequest request, ModelCapabilities? capabilities = null, int? limit = null) => new()
    {
        Request = request,
        Upstream = "claude-test",
        Capabilities = capabilities ?? Older,
        MaxOutputTokens = limit,
        Losses = new LossReport(),
    };

    public static JsonElement Write(OutboundRequest outbound) => Written(json => Dialect.WriteRequest(outbound, json));

    public static (JsonElement Body, string Losses) Write(DialectRequest request, ModelCapabilities? capabilities = null, int? limit = null)
    {
        var outbound = Outbound(request, capabilities, limit);
        return (Write(outbound), outbound.Losses.ToHeaderValue());
    }

    public static AnswerContext Context(int estimate = 0) => new()
    {
        RequestId = "req1",
        Model = "claude-shown",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Request = Request(),
        EstimatedInputTokens = estimate,
    };

    public static JsonElement WriteAnswer(ChatResponse response, int estimate = 0) =>
        Written(json => Dialect.WriteResponse(response, Context(estimate), json));

    public static ChatResponse ReadAnswer(string body)
    {
        var problems = new ReadProblems();
        var response = Dialect.ReadResponse(Json(body), problems);
        Assert.Null(problems.Error);
        return response!;
    }

    /// <summary>Events, one JSON text each, as the protocol frames them.</summary>
    public static byte[] Sse(params string[] events)
    {
        var text = new StringBuilder();
        foreach (var data in events)
        {
            text.Append("event: ").Append(Json(data).GetProperty("type").GetString()).Append("\ndata: ").Append(data).Append("\n\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The data of a written stream, event by event; the event's name must be its type.</summary>
    public static List<JsonElement> Events(byte[] stream)
    {
        var events = new List<JsonElement>();
        foreach (var frame in Encoding.UTF8.GetString(stream).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = frame.Split('\n');
            Assert.Equal(2, lines.Length);
            var data = Json(lines[1]["data: ".Length..]);
            Assert.Equal("event: " + data.GetProperty("type").GetString(), lines[0]);
            events.Add(data);
        }

        return events;
    }

    public static JsonElement Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            write(json);
        }

        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }

    public static void Same(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(Json(expected), actual), $"expected {expected}\nactual   {actual.GetRawText()}");
}
