using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// The fast tap. A chunk that only carries text and counts is walked where it stands, without making strings of it; every other
/// chunk is read in full.
/// </summary>
internal sealed class GeminiTap : RelayTap
{
    private readonly GeminiStreamReader _reader = new();
    private readonly List<ChatResponseUpdate> _updates = [];
    private GeminiUsage _usage;

    public override GatewayError? Error => _reader.Error;

    public override bool IsFinished => _reader.IsFinished;

    public override bool Observe(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        if (Notes is { HasOutput: true, Text: null } && TryReadPlain(data, out var length, out var usage))
        {
            Notes.TextLength += length;
            if (usage != _usage && usage.ToDetails() is { } details)
            {
                _usage = usage;
                Notes.Usage = details;
            }

            return true;
        }

        _reader.Read(eventName, data, _updates);
        foreach (var update in _updates)
        {
            Notes.Note(update);
        }

        _updates.Clear();
        return true;
    }

    /// <summary>Reads a chunk that says nothing but pieces of text; false as soon as it says anything else.</summary>
    private static bool TryReadPlain(ReadOnlySpan<byte> data, out int length, out GeminiUsage usage)
    {
        length = 0;
        usage = default;
        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("candidates"u8))
            {
                if (!TryReadCandidate(ref json, ref length))
                {
                    return false;
                }
            }
            else if (json.ValueTextEquals("usageMetadata"u8))
            {
                json.Read();
                usage = GeminiUsage.Read(ref json);
            }
            else if (json.ValueTextEquals("modelVersion"u8) || json.ValueTextEquals("responseId"u8) || json.ValueTextEquals("createTime"u8))
            {
                json.Read();
            }
            else
            {
                return false;
            }
        }

        return json.TokenType == JsonTokenType.EndObject;
    }

    private static bool TryReadCandidate(ref Utf8JsonReader json, ref int length)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray || !json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("content"u8))
            {
                if (!TryReadContent(ref json, ref length))
                {
                    return false;
                }
            }
            else if (!json.ValueTextEquals("index"u8) || !json.Read() || !json.ValueSpan.SequenceEqual("0"u8))
            {
                return false;
            }
        }

        // A second candidate is read in full, to be left out of the counts.
        return json.Read() && json.TokenType == JsonTokenType.EndArray;
    }

    private static bool TryReadContent(ref Utf8JsonReader json, ref int length)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("role"u8))
            {
                json.Read();
            }
            else if (!json.ValueTextEquals("parts"u8) || !TryReadParts(ref json, ref length))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadParts(ref Utf8JsonReader json, ref int length)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isText = json.ValueTextEquals("text"u8);
                if (!isText && !json.ValueTextEquals("thought"u8))
                {
                    return false;
                }

                json.Read();
                if (isText)
                {
                    length += json.ValueSpan.Length;
                }
                else if (json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                {
                    return false;
                }
            }
        }

        return json.TokenType == JsonTokenType.EndArray;
    }
}
