using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Anthropic's Messages API, and the servers that speak it too (Ollama, OpenRouter, Vertex).</summary>
internal sealed class AnthropicDialect : IDialect, ITokenCountDialect
{
    public const string DialectName = "anthropic-messages";

    public static readonly AnthropicDialect Instance = new();

    /// <summary>Without it every request is refused; the caller's own goes before it.</summary>
    private static readonly KeyValuePair<string, string>[] VersionHeader = [new("anthropic-version", "2023-06-01")];

    public string Name => DialectName;

    public IReadOnlyList<KeyValuePair<string, string>> RequiredHeaders => VersionHeader;

    public string MessagesField => "messages";

    public StreamFraming Framing => StreamFraming.Sse;

    public string ChatPath(string upstream, bool stream) => "/v1/messages";

    public DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems) => AnthropicRequestReader.Read(inbound, problems);

    public void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json) => AnthropicRequestWriter.Write(outbound, json);

    public ChatResponse? ReadResponse(JsonElement body, ReadProblems problems) => AnthropicResponseReader.Read(body, problems);

    public void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json) =>
        AnthropicResponseWriter.Write(response, context, json);

    public AnswerStreamReader CreateStreamReader() => new AnthropicStreamReader();

    public AnswerStreamWriter CreateStreamWriter(AnswerContext context) => new AnthropicStreamWriter(context);

    public GatewayError ReadError(int status, JsonElement body) => AnthropicErrors.Read(status, body);

    public void WriteError(GatewayError error, string requestId, Utf8JsonWriter json) => AnthropicErrors.Write(error, requestId, json);

    public int StatusOf(GatewayError error) => AnthropicErrors.StatusOf(error);

    public RelayTap CreateTap(DialectRequest request) => new AnthropicTap();

    public string CountTokensPath(string upstream) => AnthropicTokenCounts.Path;

    public void WriteTokenCount(int tokens, Utf8JsonWriter json) => AnthropicTokenCounts.WriteResponse(tokens, json);
}
