using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>
/// The fast tap. A chunk that only carries text is recognised by what it does not have (an ended answer, counts, an error) in
/// a few vectorised searches; every other chunk is read in full.
/// </summary>
internal sealed class OpenAiChatTap(bool hideUsage) : RelayTap
{
    private readonly OpenAiChatStreamReader _reader = new();
    private readonly List<ChatResponseUpdate> _updates = [];

    public override GatewayError? Error => _reader.Error;

    public override bool IsFinished => _reader.IsFinished;

    public override bool Observe(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        if (Notes is { HasOutput: true, Text: null } && eventName.IsEmpty && IsPlainText(data, out var length))
        {
            Notes.TextLength += length;
            return true;
        }

        _reader.Read(eventName, data, _updates);
        foreach (var update in _updates)
        {
            Notes.Note(update);
        }

        _updates.Clear();

        // Its end mark behind an answer without a finish reason would make a broken stream look finished.
        return data.SequenceEqual("[DONE]"u8) ? IsFinished : !hideUsage || !IsUsageOnly(data);
    }

    /// <summary>Whether a chunk surely says nothing but a piece of text; <paramref name="length"/> is its size in characters.</summary>
    private static bool IsPlainText(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        var content = data.IndexOf("\"delta\":{\"content\":\""u8);
        if (content < 0)
        {
            return false;
        }

        var text = data[(content + 20)..];
        var end = text.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0 || text[end] == (byte)'\\')
        {
            return false;
        }

        // The delta must be the first choice's, hold nothing but the text and be the only one.
        var head = data[..content];
        var rest = text[(end + 1)..];
        if (!head.EndsWith("\"choices\":[{\"index\":0,"u8) || !rest.StartsWith("}"u8) || !data.EndsWith("}"u8) || rest.IndexOf("\"delta\""u8) >= 0)
        {
            return false;
        }

        length = Encoding.UTF8.GetCharCount(text[..end]);
        return IsNullOrAbsent(rest, "\"finish_reason\""u8)
            && IsNullOrAbsent(rest, "\"usage\""u8)
            && head.IndexOf("\"usage\""u8) < 0
            && head.IndexOf("\"error\""u8) < 0
            && rest.IndexOf("\"error\""u8) < 0;
    }

    /// <summary>Whether a property is not there, or is there once and null.</summary>
    private static bool IsNullOrAbsent(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var position = json.IndexOf(name);
        if (position < 0)
        {
            return true;
        }

        var value = json[(position + name.Length)..];
        return value.StartsWith(":null"u8) && value.IndexOf(name) < 0;
    }

    /// <summary>The last chunk that <c>include_usage</c> brings: counts and no choices.</summary>
    private static bool IsUsageOnly(ReadOnlySpan<byte> data)
    {
        if (data.IndexOf("\"usage\""u8) < 0)
        {
            return false;
        }

        var json = new Utf8JsonReader(data);
        bool hasUsage = false, hasChoices = false;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = json.ValueTextEquals("usage"u8);
            var isChoices = json.ValueTextEquals("choices"u8);
            json.Read();
            hasUsage |= isUsage && json.TokenType == JsonTokenType.StartObject;
            if (isChoices && json.TokenType == JsonTokenType.StartArray)
            {
                var inside = json;
                hasChoices = inside.Read() && inside.TokenType != JsonTokenType.EndArray;
            }

            json.Skip();
        }

        return hasUsage && !hasChoices;
    }
}
