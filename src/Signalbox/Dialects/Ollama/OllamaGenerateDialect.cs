using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Fields;

namespace Signalbox.Dialects.Ollama;

/// <summary>
/// Ollama's <c>/api/generate</c>: a prompt instead of messages. Relayed to providers of ollama; elsewhere the prompt becomes one
/// user message. What only a model of Ollama can do with a prompt (fill a gap, take it raw) the field ledger refuses.
/// </summary>
internal sealed class OllamaGenerateDialect : IDialect
{
    public static readonly OllamaGenerateDialect Instance = new();

    public string Name => "ollama-generate";

    public string Family => OllamaDialect.DialectName;

    public FieldOperation Operation => FieldOperation.Completion;

    public StreamFraming Framing => StreamFraming.Ndjson;

    public string ChatPath(string upstream, bool stream) => "/api/generate";

    public DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems) => OllamaRequestReader.ReadGenerate(inbound, problems);

    public void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json) => OllamaRequestWriter.Write(outbound, json);

    public ChatResponse? ReadResponse(JsonElement body, ReadProblems problems) => OllamaResponseReader.Read(body, problems);

    public void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json) =>
        OllamaResponseWriter.WriteGenerate(response, context, json);

    public AnswerStreamReader CreateStreamReader() => new OllamaStreamReader();

    public AnswerStreamWriter CreateStreamWriter(AnswerContext context) => new OllamaStreamWriter(context, isGenerate: true);

    public GatewayError ReadError(int status, JsonElement body) => OllamaErrors.Read(status, body);

    public void WriteError(GatewayError error, string requestId, Utf8JsonWriter json) => OllamaErrors.Write(error, json);
}
