using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Providers;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.OpenAiChat;

/// <summary>Short ways to read and write with the dialect.</summary>
internal static class OpenAiChatFixture
{
    /// <summary>OpenAI itself, which takes everything that the vocabulary has for it.</summary>
    public static readonly ProviderDifferences OpenAi = new() { CarriesOpenAiFields = true, DeveloperRole = true };

    public static OutboundRequest Outbound(DialectRequest request, ProviderDifferences? differences = null, ModelCapabilities? capabilities = null) => new()
    {
        Request = request,
        Upstream = "up",
        Capabilities = capabilities ?? ModelCapabilities.Conservative,
        Differences = differences ?? OpenAi,
        Losses = new LossReport(),
    };

    public static DialectRequest Request(ChatOptions? options = null, params ChatMessage[] messages) => new()
    {
        Model = "m",
        Messages = messages.Length == 0 ? [new ChatMessage(ChatRole.User, "hi")] : [.. messages],
        Options = options ?? new ChatOptions(),
    };

    public static string Write(OutboundRequest outbound) => StreamChecks.Json(json => OpenAiChatDialect.Instance.WriteRequest(outbound, json));

    public static DialectRequest Read(string body, IDialect? dialect = null)
    {
        var problems = new ReadProblems();
        var request = (dialect ?? OpenAiChatDialect.Instance).ReadRequest(new InboundRequest(StreamChecks.Parse(body)), problems);
        Assert.Null(problems.Error);
        return request!;
    }

    public static ChatResponse Answer(string body)
    {
        var problems = new ReadProblems();
        var response = OpenAiChatDialect.Instance.ReadResponse(StreamChecks.Parse(body), problems);
        Assert.Null(problems.Error);
        return response!;
    }

    /// <summary>Reads chunks given as JSON.</summary>
    public static Collected Collect(params string[] chunks) => Streams.Collect(OpenAiChatDialect.Instance, Sse(chunks));

    public static byte[] Sse(params string[] chunks) =>
        Encoding.UTF8.GetBytes(string.Concat(chunks.Select(chunk => $"data: {chunk}\n\n")));

    public static string Chunk(string delta, string finish = "null") =>
        $$"""{"id":"c","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""";

    public static string Stream(bool wantsUsage, params ChatResponseUpdate[] updates) =>
        Encoding.UTF8.GetString(Streams.Write(OpenAiChatDialect.Instance.CreateStreamWriter(StreamChecks.Context(wantsUsage)), updates));

    public static ChatResponseUpdate Update(params AIContent[] contents) => new(ChatRole.Assistant, [.. contents]);
}
