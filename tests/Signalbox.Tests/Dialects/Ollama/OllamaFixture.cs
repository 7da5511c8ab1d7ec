using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Ollama;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Ollama;

/// <summary>Short ways to read and write with the dialect.</summary>
internal static class OllamaFixture
{
    public static OutboundRequest Outbound(DialectRequest request, string upstream = "qwen3:4b", ModelCapabilities? capabilities = null) => new()
    {
        Request = request,
        Upstream = upstream,
        Capabilities = capabilities ?? ModelCapabilities.Conservative,
        Losses = new LossReport(),
    };

    public static DialectRequest Request(IEnumerable<ChatMessage>? messages = null, ChatOptions? options = null, bool stream = false) => new()
    {
        Model = "m",
        Messages = [.. messages ?? [new ChatMessage(ChatRole.User, "hi")]],
        Options = options ?? new ChatOptions(),
        Stream = stream,
    };

    public static string Write(OutboundRequest outbound) => StreamChecks.Json(json => OllamaDialect.Instance.WriteRequest(outbound, json));

    public static DialectRequest Read(string body, IDialect? dialect = null)
    {
        var problems = new ReadProblems();
        var request = (dialect ?? OllamaDialect.Instance).ReadRequest(new InboundRequest(StreamChecks.Parse(body)), problems);
        Assert.Null(problems.Error);
        return request!;
    }

    public static GatewayError Refused(string body, IDialect? dialect = null)
    {
        var problems = new ReadProblems();
        Assert.Null((dialect ?? OllamaDialect.Instance).ReadRequest(new InboundRequest(StreamChecks.Parse(body)), problems));
        return problems.Error!;
    }

    public static string Stream(IDialect dialect, params ChatResponseUpdate[] updates) =>
        System.Text.Encoding.UTF8.GetString(Streams.Write(dialect.CreateStreamWriter(StreamChecks.Context()), updates));

    public static ChatResponseUpdate Update(params AIContent[] contents) => new(ChatRole.Assistant, [.. contents]);

    public static string Losses(OutboundRequest outbound) => outbound.Losses.ToHeaderValue();
}
