using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Ollama;

/// <summary>Reads a caller's request, of the chat and of the generate endpoint. Both stream unless told not to.</summary>
internal static class OllamaRequestReader
{
    public static DialectRequest? ReadChat(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = ReadModel(inbound, problems);
        // An empty list is allowed: it loads the model.
        var messages = problems.Array(body, "messages", required: true) is { } list ? OllamaMessageReader.Read(list, problems) : [];
        var options = OllamaOptions.Read(body, problems);
        options.Tools = OllamaTools.Read(body, problems);
        return Finish(inbound, model, messages, options, problems);
    }

    public static DialectRequest? ReadGenerate(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = ReadModel(inbound, problems);
        var messages = new List<ChatMessage>();
        if (problems.String(body, "system") is { Length: > 0 } system)
        {
            messages.Add(new ChatMessage(ChatRole.System, system));
        }

        // Without a prompt the model is only loaded.
        var prompt = new ChatMessage(ChatRole.User, problems.String(body, "prompt") ?? "");
        OllamaImages.Read(body, prompt.Contents, problems);
        messages.Add(prompt);
        _ = problems.String(body, "suffix");
        _ = problems.Bool(body, "raw");
        return Finish(inbound, model, messages, OllamaOptions.Read(body, problems), problems);
    }

    private static string? ReadModel(InboundRequest inbound, ReadProblems problems) =>
        inbound.Model ?? problems.String(inbound.Body, "model", required: true);

    private static DialectRequest? Finish(InboundRequest inbound, string? model, List<ChatMessage> messages, ChatOptions options, ReadProblems problems)
    {
        var stream = problems.Bool(inbound.Body, "stream") ?? inbound.Stream ?? true;
        return problems.Error is not null ? null : new DialectRequest
        {
            Model = model!,
            Messages = messages,
            Options = options,
            Stream = stream,
            // Without anything to answer, Ollama only loads the model; no other protocol can say that.
            RelayOnly = IsEmpty(messages) ? (inbound.Body.TryGetProperty("messages"u8, out _) ? "messages" : "prompt") : null,
            Body = inbound.Body,
        };
    }

    private static bool IsEmpty(List<ChatMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.Role != ChatRole.System && (message.Contents is not [TextContent { Text: "" }] and not []))
            {
                return false;
            }
        }

        return true;
    }
}
