using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>OpenAI chat completions, and the many servers that are compatible with them.</summary>
internal sealed class OpenAiChatDialect : IDialect, IEmbeddingDialect
{
    public const string DialectName = "openai-chat";

    public static readonly OpenAiChatDialect Instance = new();

    public string Name => DialectName;

    public StreamFraming Framing => StreamFraming.Sse;

    public string ChatPath(string upstream, bool stream) => "/chat/completions";

    public DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems) => OpenAiChatRequestReader.Read(inbound, problems);

    public void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json) => OpenAiChatRequestWriter.Write(outbound, json);

    public ChatResponse? ReadResponse(JsonElement body, ReadProblems problems) => OpenAiChatResponseReader.Read(body, problems);

    public void WriteResponse(ChatResponse response, AnswerContext context, Utf8JsonWriter json) =>
        OpenAiChatResponseWriter.Write(response, context, json);

    public AnswerStreamReader CreateStreamReader() => new OpenAiChatStreamReader();

    public AnswerStreamWriter CreateStreamWriter(AnswerContext context) => new OpenAiChatStreamWriter(context);

    public GatewayError ReadError(int status, JsonElement body) => OpenAiErrors.Read(status, body);

    public void WriteError(GatewayError error, string requestId, Utf8JsonWriter json) => OpenAiErrors.Write(error, requestId, json);

    public RelayTap CreateTap(DialectRequest request) => new OpenAiChatTap(hideUsage: !request.WantsUsage);

    public string EmbeddingPath(string upstream, int inputCount) => "/embeddings";

    public EmbeddingRequest? ReadEmbeddingRequest(InboundRequest inbound, ReadProblems problems) => OpenAiEmbeddings.ReadRequest(inbound, problems);

    public void WriteEmbeddingRequest(EmbeddingRequest request, string upstream, Utf8JsonWriter json) =>
        OpenAiEmbeddings.WriteRequest(request, upstream, json);

    public GeneratedEmbeddings<Embedding<float>>? ReadEmbeddings(JsonElement body, ReadProblems problems) => OpenAiEmbeddings.Read(body, problems);

    public void WriteEmbeddings(GeneratedEmbeddings<Embedding<float>> embeddings, EmbeddingRequest request, string model, Utf8JsonWriter json) =>
        OpenAiEmbeddings.Write(embeddings, request, model, json);
}
