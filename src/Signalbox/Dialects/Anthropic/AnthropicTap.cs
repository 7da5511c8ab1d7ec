using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>The fast tap: an event that surely is a piece of plain text is only measured; every other one is read in full.</summary>
internal sealed class AnthropicTap : RelayTap
{
    private readonly AnthropicStreamReader _reader = new();
    private readonly List<ChatResponseUpdate> _updates = [];

    public override GatewayError? Error => _reader.Error;

    public override bool IsFinished => _reader.IsFinished;

    public override bool Observe(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        if (Notes is { HasOutput: true, Text: null } && IsPlainText(data, out var length))
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
        return true;
    }

    /// <summary>Whether the data is a whole text delta as Anthropic writes it; <paramref name="length"/> is its text's size in bytes.</summary>
    private static bool IsPlainText(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        if (!data.StartsWith("{\"type\":\"content_block_delta\",\"index\":"u8))
        {
            return false;
        }

        var rest = data[38..];
        var digits = rest.IndexOf(",\"delta\":{\"type\":\"text_delta\",\"text\":\""u8);
        if (digits is < 1 or > 4)
        {
            return false;
        }

        rest = rest[(digits + 38)..];
        length = rest.IndexOfAny((byte)'"', (byte)'\\');
        return length >= 0 && rest[length] == (byte)'"' && rest[(length + 1)..].TrimEnd((byte)' ') is [(byte)'}', .. var end]
            && end.Trim((byte)' ') is [(byte)'}'];
    }
}
