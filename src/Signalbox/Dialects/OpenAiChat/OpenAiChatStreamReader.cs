using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>
/// Reads a stream of chat completion chunks. Only choice 0 is read. The end of the body is no end of the answer: only a
/// finish reason is, and <c>[DONE]</c> alone is not (some servers never send it, a broken one may).
/// </summary>
internal sealed class OpenAiChatStreamReader : AnswerStreamReader
{
    private readonly OpenAiChatCallTracker _calls = new();
    private bool _finished;
    private bool _introduced;

    public override bool IsFinished => _finished && Error is null;

    public override void Read(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            return;
        }

        if (eventName.SequenceEqual("error"u8))
        {
            Error = ReadError(data);
            return;
        }

        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A chunk must be a JSON object.");
        }

        var update = new ChatResponseUpdate { Role = ChatRole.Assistant };
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadProperty(ref json, data, update);
        }

        if (json.TokenType != JsonTokenType.EndObject || json.CurrentDepth != 0)
        {
            throw new JsonException("The chunk ends inside its object.");
        }

        if (update.Contents.Count > 0 || update.FinishReason is not null || update.AdditionalProperties is not null
            || (!_introduced && update.ResponseId is not null))
        {
            _introduced = true;
            updates.Add(update);
        }
    }

    private void ReadProperty(ref Utf8JsonReader json, ReadOnlySpan<byte> data, ChatResponseUpdate update)
    {
        if (json.ValueTextEquals("choices"u8))
        {
            json.Read();
            if (json.TokenType == JsonTokenType.StartArray)
            {
                while (json.Read() && json.TokenType == JsonTokenType.StartObject)
                {
                    ReadChoice(ref json, update);
                }
            }
            else
            {
                json.Skip();
            }

            return;
        }

        if (json.ValueTextEquals("usage"u8))
        {
            AddUsage(ref json, update);
        }
        else if (json.ValueTextEquals("x_groq"u8))
        {
            ReadGroq(ref json, update);
        }
        else if (json.ValueTextEquals("error"u8))
        {
            json.Read();
            if (json.TokenType != JsonTokenType.Null)
            {
                json.Skip();
                Error = ReadError(data);
            }
        }
        else if (!_introduced && json.ValueTextEquals("id"u8))
        {
            // Azure's first chunk, which only has filter results, gives empty ones.
            update.ResponseId = ReadText(ref json) is { Length: > 0 } id ? id : null;
        }
        else if (!_introduced && json.ValueTextEquals("model"u8))
        {
            update.ModelId = ReadText(ref json) is { Length: > 0 } model ? model : null;
        }
        else if (!_introduced && json.ValueTextEquals("created"u8))
        {
            json.Read();
            if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var seconds) && seconds is > 0 and < 253402300800)
            {
                update.CreatedAt = DateTimeOffset.FromUnixTimeSeconds(seconds);
            }
            else
            {
                json.Skip();
            }
        }
        else
        {
            json.Read();
            json.Skip();
        }
    }

    private void ReadChoice(ref Utf8JsonReader json, ChatResponseUpdate update)
    {
        if (IndexOf(json) != 0)
        {
            json.Skip();
            return;
        }

        string? legacyText = null, finish = null;
        var hasDelta = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("delta"u8))
            {
                json.Read();
                hasDelta = json.TokenType == JsonTokenType.StartObject;
                if (hasDelta)
                {
                    ReadDelta(ref json, update.Contents);
                }
                else
                {
                    json.Skip();
                }
            }
            else if (json.ValueTextEquals("finish_reason"u8))
            {
                finish = ReadText(ref json);
            }
            else if (json.ValueTextEquals("logprobs"u8))
            {
                ReadLogprobs(ref json, update);
            }
            else if (json.ValueTextEquals("text"u8))
            {
                legacyText = ReadText(ref json);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        // The legacy endpoint has text and no delta; Together sends both, saying the same.
        if (!hasDelta && legacyText is { Length: > 0 })
        {
            update.Contents.Add(new TextContent(legacyText));
        }

        if (finish == OpenAiChatResponseReader.FailedWord)
        {
            Error ??= new GatewayError(ErrorKind.UpstreamUnavailable, "The provider broke its answer off with an error that it did not describe.");
        }
        else if (finish is { Length: > 0 })
        {
            _finished = true;
            update.FinishReason = OpenAiChatResponseReader.FinishOf(finish, _calls.Any);
            (update.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = finish;
        }
    }

    /// <summary>The choice's index, looked up ahead: it need not come first. Absent means 0.</summary>
    private static int IndexOf(Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isIndex = json.ValueTextEquals("index"u8);
            json.Read();
            if (isIndex)
            {
                return json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var index) ? index : 0;
            }

            json.Skip();
        }

        return 0;
    }

    private void ReadDelta(ref Utf8JsonReader json, IList<AIContent> contents)
    {
        string? reasoning = null, otherReasoning = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("content"u8))
            {
                ReadContent(ref json, contents);
            }
            else if (json.ValueTextEquals("reasoning_content"u8))
            {
                reasoning = ReadText(ref json);
            }
            else if (json.ValueTextEquals("reasoning"u8))
            {
                otherReasoning = ReadText(ref json);
            }
            else if (json.ValueTextEquals("tool_calls"u8))
            {
                json.Read();
                _calls.Read(JsonElement.ParseValue(ref json), contents);
            }
            else if (json.ValueTextEquals("function_call"u8))
            {
                json.Read();
                _calls.ReadLegacy(JsonElement.ParseValue(ref json), contents);
            }
            else if (json.ValueTextEquals("refusal"u8))
            {
                if (ReadText(ref json) is { Length: > 0 } refusal)
                {
                    contents.Add(new ErrorContent(refusal) { ErrorCode = Vocabulary.Refusal });
                }
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        if ((reasoning is { Length: > 0 } ? reasoning : otherReasoning) is { Length: > 0 } thought)
        {
            contents.Insert(0, new TextReasoningContent(thought));
        }
    }

    private static void ReadContent(ref Utf8JsonReader json, IList<AIContent> contents)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            var text = json.GetString()!;
            if (text.Length > 0)
            {
                contents.Add(new TextContent(text));
            }
        }
        else if (json.TokenType == JsonTokenType.StartArray)
        {
            OpenAiChatResponseReader.ReadContent(JsonElement.ParseValue(ref json), contents);
        }
        else
        {
            json.Skip();
        }
    }

    private static void ReadLogprobs(ref Utf8JsonReader json, ChatResponseUpdate update)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        if (OpenAiLogprobs.Read(JsonElement.ParseValue(ref json)) is { } tokens)
        {
            (update.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = tokens;
        }
    }

    private static void AddUsage(ref Utf8JsonReader json, ChatResponseUpdate update)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        if (OpenAiChatResponseReader.ReadUsage(JsonElement.ParseValue(ref json)) is { } usage)
        {
            update.Contents.Add(new UsageContent(usage));
        }
    }

    /// <summary>Groq states usage in its own field when it was not asked for.</summary>
    private static void ReadGroq(ref Utf8JsonReader json, ChatResponseUpdate update)
    {
        json.Read();
        var groq = JsonElement.ParseValue(ref json);
        if (groq.ValueKind == JsonValueKind.Object && groq.TryGetProperty("usage", out var usage)
            && OpenAiChatResponseReader.ReadUsage(usage) is { } details)
        {
            update.Contents.Add(new UsageContent(details));
        }
    }

    private static string? ReadText(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }

        json.Skip();
        return null;
    }

    private static GatewayError ReadError(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        return OpenAiErrors.Read(200, JsonElement.ParseValue(ref json));
    }
}
