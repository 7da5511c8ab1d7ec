using System.Text.Json.Nodes;
using Signalbox.Dialects.Fields;

namespace Signalbox.Tests.Dialects.Fields;

/// <summary>The fields that each protocol publishes, from its OpenAPI document or, where there is none, from our own list.</summary>
internal static class PublishedSchemas
{
    // What a stream of Responses repeats whole has its verdicts in the section of the complete answer.
    private static readonly string[] DescribedWithTheAnswer = ["Response", "OutputItem", "OutputContent", "ResponseLogProb"];

    public static IEnumerable<(string Dialect, FieldOperation Operation, FieldDirection Direction)> All =>
    [
        ("openai-chat", FieldOperation.Chat, FieldDirection.Request),
        ("openai-chat", FieldOperation.Chat, FieldDirection.Response),
        ("openai-chat", FieldOperation.Completion, FieldDirection.Request),
        ("openai-chat", FieldOperation.Completion, FieldDirection.Response),
        ("openai-chat", FieldOperation.Embedding, FieldDirection.Request),
        ("openai-chat", FieldOperation.Embedding, FieldDirection.Response),
        ("openai-responses", FieldOperation.Chat, FieldDirection.Request),
        ("openai-responses", FieldOperation.Chat, FieldDirection.Response),
        ("openai-responses", FieldOperation.Chat, FieldDirection.Stream),
        ("anthropic-messages", FieldOperation.Chat, FieldDirection.Request),
        ("anthropic-messages", FieldOperation.Chat, FieldDirection.Response),
        ("anthropic-messages", FieldOperation.Chat, FieldDirection.Stream),
        ("gemini", FieldOperation.Chat, FieldDirection.Request),
        ("gemini", FieldOperation.Chat, FieldDirection.Response),
        ("gemini", FieldOperation.Embedding, FieldDirection.Request),
        ("gemini", FieldOperation.Embedding, FieldDirection.Response),
        ("ollama", FieldOperation.Chat, FieldDirection.Request),
        ("ollama", FieldOperation.Chat, FieldDirection.Response),
        ("ollama", FieldOperation.Completion, FieldDirection.Request),
        ("ollama", FieldOperation.Completion, FieldDirection.Response),
        ("ollama", FieldOperation.Embedding, FieldDirection.Request),
        ("ollama", FieldOperation.Embedding, FieldDirection.Response),
    ];

    public static IReadOnlyList<PublishedField> Read(string dialect, FieldOperation operation, FieldDirection direction) => dialect switch
    {
        "openai-chat" or "openai-responses" => OpenAi(dialect, operation, direction),
        "ollama" => Ollama(operation, direction),
        _ => FieldList.Read(LedgerFiles.ListOf(dialect), $"{operation} {direction}".ToLowerInvariant()),
    };

    private static IReadOnlyList<PublishedField> OpenAi(string dialect, FieldOperation operation, FieldDirection direction)
    {
        var document = JsonNode.Parse(File.ReadAllText(LedgerFiles.SharedOrSkip("wire", "specs", "openai.json")))!;
        var fields = new OpenApiFields(document);
        return (dialect, operation, direction) switch
        {
            ("openai-responses", _, FieldDirection.Request) => fields.Of("CreateResponse"),
            ("openai-responses", _, FieldDirection.Response) => fields.Of("Response"),
            ("openai-responses", _, _) => new OpenApiFields(document, DescribedWithTheAnswer).OfEvents("ResponseStreamEvent"),
            (_, FieldOperation.Completion, FieldDirection.Request) => fields.Of("CreateCompletionRequest"),
            (_, FieldOperation.Completion, _) => fields.Of("CreateCompletionResponse"),
            (_, FieldOperation.Embedding, FieldDirection.Request) => fields.Of("CreateEmbeddingRequest"),
            (_, FieldOperation.Embedding, _) => fields.Of("CreateEmbeddingResponse"),
            (_, _, FieldDirection.Request) => fields.Of("CreateChatCompletionRequest"),
            _ => fields.Of("CreateChatCompletionResponse", "CreateChatCompletionStreamResponse"),
        };
    }

    private static IReadOnlyList<PublishedField> Ollama(FieldOperation operation, FieldDirection direction)
    {
        var fields = new OpenApiFields(SmallYaml.Read(LedgerFiles.SharedOrSkip("wire", "specs", "ollama.yaml")));
        var isRequest = direction == FieldDirection.Request;
        return operation switch
        {
            FieldOperation.Completion => isRequest ? fields.Of("GenerateRequest") : fields.Of("GenerateResponse", "GenerateStreamEvent"),
            FieldOperation.Embedding => isRequest ? fields.Of("EmbedRequest") : fields.Of("EmbedResponse"),
            _ => isRequest ? fields.Of("ChatRequest") : fields.Of("ChatResponse", "ChatStreamEvent"),
        };
    }
}
