using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Ollama;

/// <summary>Ollama's own chat protocol, <c>/api/chat</c>, and its embeddings.</summary>
internal sealed class OllamaDialect : IDialect, IEmbeddingDialect
{
    public const string DialectName = "ollama";

    public static readonly OllamaDialect Instance = new();

    public string Name => DialectName;

    public StreamFraming Framing => StreamFraming.Ndjson;

    public string ChatPath(string upstream, bool stream) => "/api/chat";

    public DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems) => OllamaRequestReader.ReadChat(inbound, problems);

    public void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json) => OllamaRequestWriter.Write(outbound, json);

    public ChatResponse? ReadResponse(JsonElement body, ReadProblems problems) => OllamaResponseReader.Read(body, problems);

    public void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json) =>
        OllamaResponseWriter.WriteChat(response, context, json);

    public AnswerStreamReader CreateStreamReader() => new OllamaStreamReader();

    public AnswerStreamWriter CreateStreamWriter(AnswerContext context) => new OllamaStreamWriter(context, isGenerate: false);

    public GatewayError ReadError(int status, JsonElement body) => OllamaErrors.Read(status, body);

    public void WriteError(GatewayError error, string requestId, Utf8JsonWriter json) => OllamaErrors.Write(error, json);

    public string EmbeddingPath(string upstream, int inputCount) => "/api/embed";

    public EmbeddingRequest? ReadEmbeddingRequest(InboundRequest inbound, ReadProblems problems) => OllamaEmbeddings.ReadRequest(inbound, problems);

    public void WriteEmbeddingRequest(EmbeddingRequest request, string upstream, Utf8JsonWriter json) =>
        OllamaEmbeddings.WriteRequest(request, upstream, json);

    public GeneratedEmbeddings<Embedding<float>>? ReadEmbeddings(JsonElement body, ReadProblems problems) => OllamaEmbeddings.Read(body, problems);

    public void WriteEmbeddings(GeneratedEmbeddings<Embedding<float>> embeddings, EmbeddingRequest request, string model, Utf8JsonWriter json) =>
        OllamaEmbeddings.Write(embeddings, model, json);
}
