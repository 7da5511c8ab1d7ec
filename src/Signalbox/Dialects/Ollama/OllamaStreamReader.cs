using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Ollama;

/// <summary>
/// Reads the lines of a stream, of the chat or of the generate endpoint. Only a line that says <c>done: true</c> ends the answer;
/// an error may be a line of its own after everything seemed well.
/// </summary>
internal sealed class OllamaStreamReader : AnswerStreamReader
{
    private bool _done;
    private bool _introduced;
    private int _calls;
    private string? _word;
    private long? _input;
    private long? _output;

    public override bool IsFinished => _done && Error is null;

    public override void Read(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A line must be a JSON object.");
        }

        var wasDone = _done;
        var update = new ChatResponseUpdate { Role = ChatRole.Assistant };
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadProperty(ref json, data, update);
        }

        if (json.TokenType != JsonTokenType.EndObject || json.CurrentDepth != 0)
        {
            throw new JsonException("The line ends inside its object.");
        }

        if (_done && !wasDone && Error is null)
        {
            Finish(update);
        }

        if (update.Contents.Count > 0 || update.FinishReason is not null || update.AdditionalProperties is not null
            || (!_introduced && update.ModelId is not null))
        {
            _introduced = true;
            updates.Add(update);
        }
    }

    private void ReadProperty(ref Utf8JsonReader json, ReadOnlySpan<byte> data, ChatResponseUpdate update)
    {
        if (json.ValueTextEquals("message"u8))
        {
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject)
            {
                ReadMessage(ref json, update.Contents);
            }
            else
            {
                json.Skip();
            }
        }
        else if (json.ValueTextEquals("response"u8))
        {
            AddText(ref json, update.Contents);
        }
        else if (json.ValueTextEquals("thinking"u8))
        {
            AddThinking(ref json, update.Contents);
        }
        else if (json.ValueTextEquals("done"u8))
        {
            json.Read();
            _done |= json.TokenType == JsonTokenType.True;
            json.Skip();
        }
        else
        {
            ReadRareProperty(ref json, data, update);
        }
    }

    private void ReadRareProperty(ref Utf8JsonReader json, ReadOnlySpan<byte> data, ChatResponseUpdate update)
    {
        if (json.ValueTextEquals("done_reason"u8))
        {
            _word = ReadText(ref json) ?? _word;
        }
        else if (json.ValueTextEquals("prompt_eval_count"u8))
        {
            _input = ReadCount(ref json) ?? _input;
        }
        else if (json.ValueTextEquals("eval_count"u8))
        {
            _output = ReadCount(ref json) ?? _output;
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
        else if (json.ValueTextEquals("logprobs"u8))
        {
            ReadLogprobs(ref json, update);
        }
        else if (!_introduced && json.ValueTextEquals("model"u8))
        {
            update.ModelId = ReadText(ref json) is { Length: > 0 } model ? model : null;
        }
        else if (!_introduced && json.ValueTextEquals("created_at"u8))
        {
            json.Read();
            update.CreatedAt = json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out var moment) && moment.Year > 1970 ? moment : null;
            json.Skip();
        }
        else
        {
            json.Read();
            json.Skip();
        }
    }

    private void ReadMessage(ref Utf8JsonReader json, IList<AIContent> contents)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("content"u8))
            {
                AddText(ref json, contents);
            }
            else if (json.ValueTextEquals("thinking"u8))
            {
                AddThinking(ref json, contents);
            }
            else if (json.ValueTextEquals("tool_calls"u8))
            {
                json.Read();
                ReadCalls(JsonElement.ParseValue(ref json), contents);
            }
            else if (json.ValueTextEquals("images"u8))
            {
                json.Read();
                ReadImages(JsonElement.ParseValue(ref json), contents);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }
    }

    private void ReadCalls(JsonElement calls, IList<AIContent> contents)
    {
        if (calls.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var call in calls.EnumerateArray())
        {
            if (OllamaFields.Get(call, "function") is { ValueKind: JsonValueKind.Object } function)
            {
                // The position is counted here: a server's own index has gaps.
                contents.Add(new ToolCallDelta(_calls++)
                {
                    CallId = OllamaResponseReader.IdOf(call),
                    Name = OllamaFields.Text(function, "name") ?? "",
                    Arguments = OllamaToolCalls.ArgumentsOf(function),
                });
            }
        }
    }

    private static void ReadImages(JsonElement images, IList<AIContent> contents)
    {
        if (images.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var image in images.EnumerateArray())
        {
            if (image.ValueKind == JsonValueKind.String && OllamaImages.Read(image.GetString()!, new ReadProblems()) is { } content)
            {
                contents.Add(content);
            }
        }
    }

    private void Finish(ChatResponseUpdate update)
    {
        if (OllamaResponseReader.UsageOf(_input, _output) is { } usage)
        {
            update.Contents.Add(new UsageContent(usage));
        }

        update.FinishReason = OllamaResponseReader.FinishOf(_word, _calls > 0);
        if (!string.IsNullOrEmpty(_word))
        {
            (update.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = _word;
        }
    }

    private static void AddText(ref Utf8JsonReader json, IList<AIContent> contents)
    {
        if (ReadText(ref json) is { Length: > 0 } text)
        {
            contents.Add(new TextContent(text));
        }
    }

    /// <summary>Thoughts come before the text of the same line, wherever the server has put them.</summary>
    private static void AddThinking(ref Utf8JsonReader json, IList<AIContent> contents)
    {
        if (ReadText(ref json) is { Length: > 0 } text)
        {
            contents.Insert(0, new TextReasoningContent(text));
        }
    }

    private static void ReadLogprobs(ref Utf8JsonReader json, ChatResponseUpdate update)
    {
        json.Read();
        if (OpenAiLogprobs.ReadList(JsonElement.ParseValue(ref json)) is { } tokens)
        {
            (update.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = tokens;
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

    private static long? ReadCount(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var count))
        {
            return count;
        }

        json.Skip();
        return null;
    }

    private static GatewayError ReadError(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        return OllamaErrors.Read(200, JsonElement.ParseValue(ref json));
    }
}
