using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>The OpenAI Responses API, and the servers that are compatible with it.</summary>
internal sealed class ResponsesDialect : IDialect
{
    public const string DialectName = "openai-responses";

    public static readonly ResponsesDialect Instance = new();

    public string Name => DialectName;

    public StreamFraming Framing => StreamFraming.Sse;

    public string ChatPath(string upstream, bool stream) => "/responses";

    public DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems) => ResponsesRequestReader.Read(inbound, problems);

    public void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json) => ResponsesRequestWriter.Write(outbound, json);

    public ChatResponse? ReadResponse(JsonElement body, ReadProblems problems) => ResponsesResponseReader.Read(body, problems);

    public void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json) =>
        ResponsesResponseWriter.Write(response, context, json);

    public AnswerStreamReader CreateStreamReader() => new ResponsesStreamReader();

    public AnswerStreamWriter CreateStreamWriter(AnswerContext context) => new ResponsesStreamWriter(context);

    public GatewayError ReadError(int status, JsonElement body) => OpenAiErrors.Read(status, body);

    public void WriteError(GatewayError error, string requestId, Utf8JsonWriter json) => OpenAiErrors.Write(error, requestId, json);

    public RelayTap CreateTap(DialectRequest request) => new ResponsesTap();
}
