using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// Reads input items into messages. What one turn of the model produced (reasoning, text, calls) comes as separate items and
/// becomes one assistant message; tool outputs that follow each other become one tool message.
/// </summary>
internal sealed class ResponsesInputReader(List<ChatMessage> messages, ReadProblems problems)
{
    public void Read(JsonElement input)
    {
        var index = 0;
        foreach (var item in input.EnumerateArray())
        {
            problems.Enter("input", index++);
            if (problems.Is(item, JsonValueKind.Object, null, "an object"))
            {
                ReadItem(item);
            }

            problems.Leave();
            if (problems.Error is not null)
            {
                return;
            }
        }
    }

    private void ReadItem(JsonElement item)
    {
        switch (TypeOf(item))
        {
            case "message":
                ReadMessage(item);
                break;
            case "function_call":
                ReadCall(item);
                break;
            case "function_call_output" when item.TryGetProperty("call_id", out var callId) && callId.ValueKind != JsonValueKind.Null:
                ReadOutput(item);
                break;
            case "reasoning":
                ReadReasoning(item);
                break;
            case { } other:
                Turn(IsOutput(other) ? ChatRole.Tool : ChatRole.Assistant).Add(ResponsesItems.Opaque(other, item));
                break;
        }
    }

    /// <summary>The item's type; a message and a reference may come without one.</summary>
    private string? TypeOf(JsonElement item)
    {
        if (problems.String(item, "type") is { } type)
        {
            return type;
        }

        return !item.TryGetProperty("role", out _) && item.TryGetProperty("id", out _) ? "item_reference" : "message";
    }

    private static bool IsOutput(string type) =>
        type.EndsWith("_output", StringComparison.Ordinal) || type.EndsWith("_response", StringComparison.Ordinal);

    private void ReadMessage(JsonElement item)
    {
        switch (problems.String(item, "role", required: true))
        {
            case "user":
                ReadContent(item, Add(ChatRole.User));
                break;
            case "system":
                ReadContent(item, Add(ChatRole.System));
                break;
            case "developer":
                ReadContent(item, Add(Vocabulary.Developer));
                break;
            case "assistant":
                ReadAssistant(item);
                break;
            case { } other:
                problems.Fail("role", $"must be system, developer, user or assistant, not '{(other.Length <= 40 ? other : other[..40] + "...")}'");
                break;
        }
    }

    private void ReadAssistant(JsonElement item)
    {
        var contents = messages is [.., { } last] && last.Role == ChatRole.Assistant && !IsSaid(last.Contents)
            ? last.Contents
            : Add(ChatRole.Assistant);
        var first = contents.Count;
        ReadContent(item, contents);
        var id = ReadId(item);
        var phase = problems.String(item, "phase");
        for (var i = first; i < contents.Count; i++)
        {
            Vocabulary.Set(contents[i], Vocabulary.ItemId, id);
            Vocabulary.Set(contents[i], ResponsesItems.Phase, phase);
        }
    }

    /// <summary>Whether a turn ends with text, so that further text is another message. While a call waits for its result it stays one.</summary>
    private static bool IsSaid(IList<AIContent> contents)
    {
        foreach (var content in contents)
        {
            if (content is FunctionCallContent)
            {
                return false;
            }
        }

        return contents.Count == 0 || contents[^1] is not (TextReasoningContent or OpaqueContent);
    }

    private void ReadContent(JsonElement item, IList<AIContent> contents)
    {
        if (problems.Get(item, "content", required: true) is not { } content)
        {
            return;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            contents.Add(new TextContent(content.GetString()));
        }
        else if (problems.Is(content, JsonValueKind.Array, "content", "a string or an array of parts"))
        {
            ResponsesParts.Read(content, "content", contents, problems);
        }
    }

    private void ReadCall(JsonElement item)
    {
        var callId = problems.String(item, "call_id", required: true) ?? "";
        var name = problems.String(item, "name", required: true) ?? "";
        var call = Contents.ToolCall(callId, name, problems.String(item, "arguments", required: true) ?? "");
        Vocabulary.Set(call, Vocabulary.ItemId, ReadId(item));
        Turn(ChatRole.Assistant).Add(call);
    }

    private void ReadOutput(JsonElement item)
    {
        var callId = problems.String(item, "call_id", required: true) ?? "";
        object? result = null;
        if (problems.Get(item, "output", required: true) is { } output)
        {
            if (output.ValueKind == JsonValueKind.String)
            {
                result = output.GetString();
            }
            else if (problems.Is(output, JsonValueKind.Array, "output", "a string or an array of parts"))
            {
                var parts = new List<AIContent>();
                ResponsesParts.Read(output, "output", parts, problems);
                result = parts is [TextContent only] ? only.Text : parts;
            }
        }

        Turn(ChatRole.Tool).Add(new FunctionResultContent(callId, result));
    }

    private void ReadReasoning(JsonElement item)
    {
        problems.Array(item, "summary");
        problems.Array(item, "content");
        var reasoning = ResponsesItems.ReadReasoning(item);
        reasoning.ProtectedData = problems.String(item, "encrypted_content");
        var id = ReadId(item);
        Vocabulary.Set(reasoning, Vocabulary.ItemId, id);
        if (id is null && reasoning.ProtectedData is null)
        {
            // Reasoning of another protocol's provider, shown to the caller by this gateway: nobody has signed it.
            reasoning.AdditionalProperties?.Remove(Vocabulary.SignedBy);
        }

        Turn(ChatRole.Assistant).Add(reasoning);
    }

    /// <summary>The item's id where a provider gave it; ids of our own making mean nothing to any.</summary>
    private string? ReadId(JsonElement item) => problems.String(item, "id") is { } id && !ResponsesItems.IsMinted(id) ? id : null;

    /// <summary>The contents of the turn that goes on, or of a new one.</summary>
    private IList<AIContent> Turn(ChatRole role) => messages is [.., { } last] && last.Role == role ? last.Contents : Add(role);

    private IList<AIContent> Add(ChatRole role)
    {
        var message = new ChatMessage(role, new List<AIContent>());
        messages.Add(message);
        return message.Contents;
    }
}
