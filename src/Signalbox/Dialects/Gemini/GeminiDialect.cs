using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// Google's generateContent protocol, as the Gemini API and Vertex AI speak it. Its streams come in two framings: server-sent
/// events for <c>?alt=sse</c>, else one JSON array in pieces. That is all in which the two instances differ.
/// </summary>
internal sealed class GeminiDialect : IDialect, IEmbeddingDialect, ITokenCountDialect
{
    public const string DialectName = "gemini";

    /// <summary>With <c>?alt=sse</c>: what every official client asks for.</summary>
    public static readonly GeminiDialect Sse = new(StreamFraming.Sse);

    /// <summary>Without <c>?alt=sse</c>: plain REST clients.</summary>
    public static readonly GeminiDialect Array = new(StreamFraming.JsonArray);

    private GeminiDialect(StreamFraming framing) => Framing = framing;

    public string Name => DialectName;

    public bool HasModelInBody => false;

    public StreamFraming Framing { get; }

    public string ChatPath(string upstream, bool stream) =>
        GeminiModels.Path(upstream, !stream ? "generateContent" : Framing == StreamFraming.Sse ? "streamGenerateContent?alt=sse" : "streamGenerateContent");

    public DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems) => GeminiRequestReader.Read(inbound, problems);

    public void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json) => GeminiRequestWriter.Write(outbound, json);

    public ChatResponse? ReadResponse(JsonElement body, ReadProblems problems) => GeminiResponseReader.Read(body, problems);

    public void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json) => GeminiResponseWriter.Write(response, context, json);

    public AnswerStreamReader CreateStreamReader() => new GeminiStreamReader();

    public AnswerStreamWriter CreateStreamWriter(AnswerContext context) => new GeminiStreamWriter(context, Framing);

    public GatewayError ReadError(int status, JsonElement body) => GeminiErrors.Read(status, body);

    public void WriteError(GatewayError error, string requestId, Utf8JsonWriter json) => GeminiErrors.Write(error, requestId, json);

    public int StatusOf(GatewayError error) => GeminiErrors.StatusOf(error);

    public RelayTap CreateTap(DialectRequest request) => new GeminiTap();

    public string EmbeddingPath(string upstream, int inputCount) => GeminiEmbeddings.Path(upstream, isBatch: inputCount != 1);

    public string EmbeddingPath(string upstream, EmbeddingRequest request) => GeminiEmbeddings.Path(upstream, isBatch: GeminiEmbeddings.IsBatch(request));

    public EmbeddingRequest? ReadEmbeddingRequest(InboundRequest inbound, ReadProblems problems) => GeminiEmbeddings.ReadRequest(inbound, problems);

    public void WriteEmbeddingRequest(EmbeddingRequest request, string upstream, Utf8JsonWriter json) =>
        GeminiEmbeddings.WriteRequest(request, upstream, json);

    public GeneratedEmbeddings<Embedding<float>>? ReadEmbeddings(JsonElement body, ReadProblems problems) => GeminiEmbeddings.Read(body, problems);

    public void WriteEmbeddings(GeneratedEmbeddings<Embedding<float>> embeddings, EmbeddingRequest request, string model, Utf8JsonWriter json) =>
        GeminiEmbeddings.Write(embeddings, request, json);

    public string MessagesField => "contents";

    public string CountTokensPath(string upstream) => GeminiModels.Path(upstream, "countTokens");

    public void WriteTokenCount(int tokens, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("totalTokens"u8, tokens);
        json.WriteEndObject();
    }
}
