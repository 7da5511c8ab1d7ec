using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Tests.Dialects.OpenAiChat;

/// <summary>What a recorded answer says, read by the simplest walk over its JSON; shares no code with the readers it is compared to.</summary>
internal sealed class OpenAiChatWalk
{
    private readonly List<(string? Index, string Id)> _keys = [];

    public string Text { get; private set; } = "";

    public string Reasoning { get; private set; } = "";

    public string Refusal { get; private set; } = "";

    public List<(string Name, string Arguments)> Calls { get; } = [];

    public string? Word { get; private set; }

    public JsonElement Usage { get; private set; }

    public bool HasError { get; private set; }

    public ChatFinishReason? Finish => Word switch
    {
        null => null,
        "length" => ChatFinishReason.Length,
        "content_filter" => ChatFinishReason.ContentFilter,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        _ => Calls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
    };

    public long? Input => Count("prompt_tokens");

    /// <summary>Where a total says that reasoning stands beside the completion (xAI), both are output.</summary>
    public long? Output => Count("completion_tokens") is { } output && Reasoned is { } reasoned && Count("total_tokens") == Input + output + reasoned
        ? output + reasoned : Count("completion_tokens");

    public long? Reasoned => Details("completion_tokens_details", "reasoning_tokens") ?? Count("reasoning_tokens");

    public long? Cached => Details("prompt_tokens_details", "cached_tokens") ?? Count("prompt_cache_hit_tokens") ?? Count("num_cached_tokens");

    public static OpenAiChatWalk OfStream(ReadOnlySpan<byte> stream)
    {
        var walk = new OpenAiChatWalk();
        foreach (var line in Encoding.UTF8.GetString(stream).Split('\n'))
        {
            var data = line.Trim();
            if (data.StartsWith("data:", StringComparison.Ordinal) && data[5..].Trim() is { Length: > 0 } json && json != "[DONE]" && !walk.HasError)
            {
                walk.Add(JsonDocument.Parse(json).RootElement, "delta");
            }
        }

        return walk;
    }

    public static OpenAiChatWalk OfAnswer(JsonElement body)
    {
        var walk = new OpenAiChatWalk();
        walk.Add(body, "message");
        return walk;
    }

    private void Add(JsonElement chunk, string field)
    {
        NoteUsage(chunk);
        if (chunk.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        {
            HasError = true;
            return;
        }

        if (chunk.TryGetProperty("x_groq", out var groq))
        {
            NoteUsage(groq);
        }

        if (!chunk.TryGetProperty("choices", out var choices))
        {
            return;
        }

        foreach (var choice in choices.EnumerateArray())
        {
            if (!choice.TryGetProperty("index", out var index) || index.ValueKind != JsonValueKind.Number || index.GetInt32() == 0)
            {
                AddChoice(choice, field);
            }
        }
    }

    private void NoteUsage(JsonElement parent)
    {
        if (parent.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            Usage = usage;
        }
    }

    private void AddChoice(JsonElement choice, string field)
    {
        if (choice.TryGetProperty(field, out var message) && message.ValueKind == JsonValueKind.Object)
        {
            AddMessage(message);
        }
        else
        {
            Text += String(choice, "text");
        }

        if (String(choice, "finish_reason") is { Length: > 0 } word)
        {
            Word = word;
        }
    }

    private void AddMessage(JsonElement message)
    {
        Reasoning += String(message, "reasoning_content") is { Length: > 0 } thought ? thought : String(message, "reasoning");
        Refusal += String(message, "refusal");
        Text += String(message, "content");
        if (message.TryGetProperty("content", out var parts) && parts.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in parts.EnumerateArray())
            {
                Text += String(part, "text");
                if (part.TryGetProperty("thinking", out var thinking))
                {
                    Reasoning += thinking.ValueKind == JsonValueKind.String ? thinking.GetString() : string.Concat(thinking.EnumerateArray().Select(piece => String(piece, "text")));
                }
            }
        }

        if (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
            {
                AddCall(call.TryGetProperty("index", out var index) ? index.GetRawText() : null, String(call, "id"), call.GetProperty("function"));
            }
        }
        else if (message.TryGetProperty("function_call", out var function) && function.ValueKind == JsonValueKind.Object
            && (Calls.Count > 0 || String(function, "name").Length > 0))
        {
            AddCall("legacy", "", function);
        }
    }

    private void AddCall(string? index, string id, JsonElement function)
    {
        var position = index is null ? -1 : _keys.FindLastIndex(key => key.Index == index);
        if (position < 0 || (id.Length > 0 && _keys[position].Id != id))
        {
            _keys.Add((index, id));
            Calls.Add((String(function, "name"), String(function, "arguments")));
            return;
        }

        Calls[position] = (Calls[position].Name, Calls[position].Arguments + String(function, "arguments"));
    }

    private long? Count(string name) =>
        Usage.ValueKind == JsonValueKind.Object && Usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    private long? Details(string group, string name) =>
        Usage.ValueKind == JsonValueKind.Object && Usage.TryGetProperty(group, out var inner) && inner.ValueKind == JsonValueKind.Object
            && inner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    private static string String(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
