using System.Text.Json;

namespace Signalbox.Dialects.Anthropic;

/// <summary>The events of a stream.</summary>
internal enum AnthropicEvent
{
    /// <summary>A ping, or an event that is newer than this code.</summary>
    Other,
    MessageStart,
    BlockStart,
    BlockDelta,
    BlockStop,
    MessageDelta,
    MessageStop,
    Error,
}

/// <summary>What a delta adds to its block.</summary>
internal enum AnthropicDeltaKind
{
    Other,
    Text,
    Thinking,
    Signature,
    Arguments,
}

/// <summary>One delta of a content block.</summary>
internal readonly record struct AnthropicDelta(int Index, AnthropicDeltaKind Kind, string? Value);

/// <summary>Finds out what an event is, and reads deltas, without building a document.</summary>
internal static class AnthropicEvents
{
    /// <summary>The data's own type decides; an SSE name stands in for it, because some proxies drop one of the two.</summary>
    public static AnthropicEvent KindOf(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An event must be a JSON object.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isType = json.ValueTextEquals("type"u8);
            json.Read();
            if (isType && json.TokenType == JsonTokenType.String)
            {
                return KindOf(ref json);
            }

            json.Skip();
        }

        return KindOf(eventName);
    }

    /// <summary>Reads a <c>content_block_delta</c>. Its value's property name tells the kind, wherever the type stands.</summary>
    public static AnthropicDelta ReadDelta(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        var index = 0;
        var kind = AnthropicDeltaKind.Other;
        string? value = null;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("delta"u8))
            {
                json.Read();
                if (json.TokenType == JsonTokenType.StartObject)
                {
                    ReadValue(ref json, ref kind, ref value);
                }
            }
            else if (json.ValueTextEquals("index"u8))
            {
                json.Read();
                if (!json.TryGetInt32(out index))
                {
                    throw new JsonException("index must be a whole number.");
                }
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        // Reads to the end, so that a cut event is noticed.
        while (json.Read())
        {
        }

        return new AnthropicDelta(index, kind, value);
    }

    private static void ReadValue(ref Utf8JsonReader json, ref AnthropicDeltaKind kind, ref string? value)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var found = KindOfValue(ref json);
            json.Read();
            if (found == AnthropicDeltaKind.Other)
            {
                json.Skip();
            }
            else
            {
                kind = found;
                value = json.GetString();
            }
        }
    }

    private static AnthropicDeltaKind KindOfValue(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("text"u8))
        {
            return AnthropicDeltaKind.Text;
        }

        if (json.ValueTextEquals("partial_json"u8))
        {
            return AnthropicDeltaKind.Arguments;
        }

        if (json.ValueTextEquals("thinking"u8))
        {
            return AnthropicDeltaKind.Thinking;
        }

        return json.ValueTextEquals("signature"u8) ? AnthropicDeltaKind.Signature : AnthropicDeltaKind.Other;
    }

    private static AnthropicEvent KindOf(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("content_block_delta"u8))
        {
            return AnthropicEvent.BlockDelta;
        }

        Span<byte> name = stackalloc byte[64];
        return json.ValueSpan.Length <= name.Length ? KindOf(name[..json.CopyString(name)]) : AnthropicEvent.Other;
    }

    private static AnthropicEvent KindOf(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("content_block_delta"u8) => AnthropicEvent.BlockDelta,
        _ when name.SequenceEqual("content_block_start"u8) => AnthropicEvent.BlockStart,
        _ when name.SequenceEqual("content_block_stop"u8) => AnthropicEvent.BlockStop,
        _ when name.SequenceEqual("message_start"u8) => AnthropicEvent.MessageStart,
        _ when name.SequenceEqual("message_delta"u8) => AnthropicEvent.MessageDelta,
        _ when name.SequenceEqual("message_stop"u8) => AnthropicEvent.MessageStop,
        _ when name.SequenceEqual("error"u8) => AnthropicEvent.Error,
        _ => AnthropicEvent.Other,
    };
}
