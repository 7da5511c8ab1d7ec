using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// Reads a stream of complete answers that add up. There is no end marker: a finish reason ends the answer, or a block of the
/// prompt. Usage is repeated on every chunk as totals. STOP is also said after a call, in its chunk or in a later one, so
/// whether the answer called a tool is known from the whole stream.
/// </summary>
internal sealed class GeminiStreamReader : AnswerStreamReader
{
    private readonly GeminiStreamCalls _calls = new();
    private string? _responseId;
    private string? _model;
    private string? _finish;
    private GeminiUsage _usage;
    private bool _blocked;

    public override bool IsFinished => (_finish is not null || _blocked) && Error is null;

    public override void Read(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        // Not Google's, but servers that imitate it say so.
        if (data.SequenceEqual("[DONE]"u8))
        {
            return;
        }

        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A chunk must be a JSON object.");
        }

        var update = new ChatResponseUpdate { Role = ChatRole.Assistant };
        var callsBefore = _calls.Count;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadProperty(ref json, data, update);
        }

        json.Read();
        if (_finish is not null && update.FinishReason is null && _calls.Count > callsBefore)
        {
            // A call that comes after the end was said still makes it an end with calls.
            update.FinishReason = GeminiFinish.Of(_finish, hasCalls: true);
        }

        if (update.Contents.Count > 0 || update.FinishReason is not null || update.ResponseId is not null || update.ModelId is not null
            || update.AdditionalProperties is not null)
        {
            updates.Add(update);
        }
    }

    private void ReadProperty(ref Utf8JsonReader json, ReadOnlySpan<byte> data, ChatResponseUpdate update)
    {
        if (json.ValueTextEquals("candidates"u8))
        {
            ReadCandidates(ref json, data, update);
        }
        else if (json.ValueTextEquals("usageMetadata"u8))
        {
            ReadUsage(ref json, update);
        }
        else if (_model is null && json.ValueTextEquals("modelVersion"u8))
        {
            update.ModelId = _model = ReadText(ref json) is { Length: > 0 } model ? model : null;
        }
        else if (_responseId is null && json.ValueTextEquals("responseId"u8))
        {
            update.ResponseId = _responseId = ReadText(ref json);
        }
        else if (_responseId is null && json.ValueTextEquals("createTime"u8))
        {
            update.CreatedAt = ReadText(ref json) is { } time ? GeminiResponseReader.ReadTime(time) : null;
        }
        else if (json.ValueTextEquals("promptFeedback"u8))
        {
            ReadFeedback(ref json, update);
        }
        else if (json.ValueTextEquals("error"u8))
        {
            json.Read();
            if (json.TokenType != JsonTokenType.Null)
            {
                json.Skip();
                var whole = new Utf8JsonReader(data);
                Error = GeminiErrors.Read(200, JsonElement.ParseValue(ref whole));
            }
        }
        else
        {
            json.Read();
            json.Skip();
        }
    }

    private void ReadCandidates(ref Utf8JsonReader json, ReadOnlySpan<byte> data, ChatResponseUpdate update)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            if (IndexOf(json) == 0)
            {
                ReadCandidate(ref json, data, update);
            }
            else
            {
                json.Skip();
            }
        }
    }

    /// <summary>The candidate's index, looked up ahead: it comes last, where it is not left out for 0.</summary>
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

    private void ReadCandidate(ref Utf8JsonReader json, ReadOnlySpan<byte> data, ChatResponseUpdate update)
    {
        string? finish = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("content"u8))
            {
                ReadContent(ref json, data, update.Contents);
            }
            else if (json.ValueTextEquals("finishReason"u8))
            {
                finish = ReadFinish(ref json);
            }
            else if (json.ValueTextEquals("logprobsResult"u8))
            {
                json.Read();
                if (GeminiLogprobs.Read(JsonElement.ParseValue(ref json)) is { } tokens)
                {
                    (update.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = tokens;
                }
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        if (GeminiFinish.IsEnd(finish))
        {
            Finish(finish!, update);
        }
    }

    private void Finish(string word, ChatResponseUpdate update)
    {
        _finish = word;
        _calls.End(update.Contents);
        update.FinishReason = GeminiFinish.Of(word, _calls.Count > 0);
        if (GeminiFinish.IsTelling(word))
        {
            (update.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = word;
        }
    }

    private void ReadContent(ref Utf8JsonReader json, ReadOnlySpan<byte> data, IList<AIContent> contents)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = json.ValueTextEquals("parts"u8);
            json.Read();
            if (!isParts || json.TokenType != JsonTokenType.StartArray)
            {
                json.Skip();
                continue;
            }

            while (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                ReadPart(ref json, data, contents);
            }
        }
    }

    /// <summary>Text is read where it stands; every other kind of part is rare enough for a document.</summary>
    private void ReadPart(ref Utf8JsonReader json, ReadOnlySpan<byte> data, IList<AIContent> contents)
    {
        var start = (int)json.TokenStartIndex;
        string? text = null, signature = null;
        bool isThought = false, isOther = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("text"u8))
            {
                text = ReadText(ref json);
            }
            else if (json.ValueTextEquals("thought"u8))
            {
                json.Read();
                isThought = json.TokenType == JsonTokenType.True;
                json.Skip();
            }
            else if (json.ValueTextEquals("thoughtSignature"u8))
            {
                signature = ReadText(ref json);
            }
            else
            {
                isOther = true;
                json.Read();
                json.Skip();
            }
        }

        if (isOther)
        {
            var part = new Utf8JsonReader(data[start..(int)json.BytesConsumed]);
            _calls.Read(JsonElement.ParseValue(ref part), contents);
        }
        else if (text is { Length: > 0 } || signature is not null)
        {
            contents.Add(TextOf(text ?? "", isThought, signature));
        }
    }

    private static AIContent TextOf(string text, bool isThought, string? signature)
    {
        if (isThought)
        {
            return GeminiParts.Thought(text, signature);
        }

        var content = new TextContent(text);
        if (signature is not null)
        {
            GeminiParts.Sign(content, signature);
        }

        return content;
    }

    private static string? ReadFinish(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number)
        {
            return json.TryGetInt32(out var number) ? GeminiFinish.WordOf(number) : null;
        }

        // The usual word is not worth a string on every stream.
        return json.TokenType == JsonTokenType.String ? (json.ValueTextEquals("STOP"u8) ? "STOP" : json.GetString()) : null;
    }

    private void ReadUsage(ref Utf8JsonReader json, ChatResponseUpdate update)
    {
        json.Read();
        var usage = GeminiUsage.Read(ref json);
        if (usage != _usage && usage.ToDetails() is { } details)
        {
            _usage = usage;
            update.Contents.Add(new UsageContent(details));
        }
    }

    private void ReadFeedback(ref Utf8JsonReader json, ChatResponseUpdate update)
    {
        json.Read();
        if (_blocked || GeminiResponseReader.BlockOf(JsonElement.ParseValue(ref json)) is not { } block)
        {
            json.Skip();
            return;
        }

        _blocked = true;
        update.Contents.Add(block);
        update.FinishReason = ChatFinishReason.ContentFilter;
        (update.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = block.AdditionalProperties![GeminiFinish.BlockReason];
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
}
