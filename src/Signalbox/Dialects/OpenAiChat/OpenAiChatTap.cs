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
        if (Notes.HasOutput && eventName.IsEmpty && IsPlainText(data, out var length))
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
        return !hideUsage || !IsUsageOnly(data);
    }

    /// <summary>Whether a chunk surely says nothing but a piece of text; <paramref name="length"/> is its size in bytes.</summary>
    private static bool IsPlainText(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        var content = data.IndexOf("\"delta\":{\"content\":\""u8);
        if (content < 0)
        {
            return false;
        }

        var text = data[(content + 20)..];
        length = text.IndexOfAny((byte)'"', (byte)'\\');
        if (length < 0 || text[length] == (byte)'\\')
        {
            return false;
        }

        // Behind the text only a null finish and a null usage may follow; before it there is nothing to look for.
        var rest = text[(length + 1)..];
        if (!rest.StartsWith("}"u8) || !data.EndsWith("}"u8))
        {
            return false;
        }

        var finish = rest.IndexOf("\"finish_reason\":"u8);
        return (finish < 0 || rest[(finish + 16)..].StartsWith("null"u8))
            && rest.IndexOf("usage\":{"u8) < 0
            && data[..content].IndexOfAnyError() < 0
            && rest.IndexOfAnyError() < 0;
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

file static class ErrorSearch
{
    public static int IndexOfAnyError(this ReadOnlySpan<byte> data) => data.IndexOf("\"error\""u8);
}
