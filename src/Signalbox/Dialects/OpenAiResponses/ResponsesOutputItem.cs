using System.Text.Json;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>The kinds of output items that an answer is written as.</summary>
internal enum ResponsesItemKind
{
    Message,
    Call,
    Reasoning,
    /// <summary>An item of this protocol that goes on as it came.</summary>
    Whole,
}

/// <summary>One content part of a message item.</summary>
internal sealed class ResponsesOutputPart(bool isRefusal)
{
    public bool IsRefusal => isRefusal;

    public GrowingText Text { get; } = new();

    public List<TokenLogprob>? Tokens { get; set; }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (isRefusal)
        {
            json.WriteString("type"u8, "refusal"u8);
            json.WritePropertyName("refusal"u8);
            Text.WriteTo(json);
        }
        else
        {
            json.WriteString("type"u8, "output_text"u8);
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WritePropertyName("logprobs"u8);
            OpenAiLogprobs.WriteList(Tokens ?? (IReadOnlyList<TokenLogprob>)[], json);
            json.WritePropertyName("text"u8);
            Text.WriteTo(json);
        }

        json.WriteEndObject();
    }
}

/// <summary>One output item of an answer, growing while it is streamed; streamed and complete answers end with the same items.</summary>
internal sealed class ResponsesOutputItem(ResponsesItemKind kind, int index, string id)
{
    public ResponsesItemKind Kind => kind;

    public int Index => index;

    public string Id => id;

    public bool IsOpen { get; set; } = true;

    /// <summary>The parts of a message.</summary>
    public List<ResponsesOutputPart> Parts { get; } = [];

    /// <summary>The arguments of a call, or the readable text of reasoning.</summary>
    public GrowingText Text { get; } = new();

    public string CallId { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The encrypted reasoning, where a provider of this protocol made it.</summary>
    public string? Encrypted { get; set; }

    public JsonElement Whole { get; init; }

    /// <summary>The bytes that say where a delta belongs; the same for all deltas of the open part.</summary>
    public byte[] Place { get; set; } = [];

    /// <summary>Whether the arguments are all there, so that no more pieces can come.</summary>
    public bool IsCompleteCall => kind == ResponsesItemKind.Call && Text.IsCompleteJson();

    /// <summary>Writes the item with all that it holds so far.</summary>
    public void WriteTo(Utf8JsonWriter json, ReadOnlySpan<byte> status)
    {
        if (kind == ResponsesItemKind.Whole)
        {
            Whole.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteString("id"u8, id);
        switch (kind)
        {
            case ResponsesItemKind.Message:
                WriteMessage(json, status);
                break;
            case ResponsesItemKind.Call:
                json.WriteString("type"u8, "function_call"u8);
                json.WriteString("status"u8, status);
                WriteArguments(json, status);
                json.WriteString("call_id"u8, CallId);
                json.WriteString("name"u8, Name);
                break;
            default:
                WriteReasoning(json);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the property <c>arguments</c>; a finished call without any has an empty object.</summary>
    public void WriteArguments(Utf8JsonWriter json, ReadOnlySpan<byte> status)
    {
        json.WritePropertyName("arguments"u8);
        if (Text.IsEmpty && status.SequenceEqual("completed"u8))
        {
            json.WriteStringValue("{}"u8);
        }
        else
        {
            Text.WriteTo(json);
        }
    }

    /// <summary>Writes the summary's one part.</summary>
    public void WriteSummaryPart(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "summary_text"u8);
        json.WritePropertyName("text"u8);
        Text.WriteTo(json);
        json.WriteEndObject();
    }

    private void WriteMessage(Utf8JsonWriter json, ReadOnlySpan<byte> status)
    {
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, status);
        json.WriteStartArray("content"u8);
        foreach (var part in Parts)
        {
            part.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteString("role"u8, "assistant"u8);
    }

    private void WriteReasoning(Utf8JsonWriter json)
    {
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        if (!Text.IsEmpty)
        {
            WriteSummaryPart(json);
        }

        json.WriteEndArray();
        if (Encrypted is not null)
        {
            json.WriteString("encrypted_content"u8, Encrypted);
        }
    }
}
