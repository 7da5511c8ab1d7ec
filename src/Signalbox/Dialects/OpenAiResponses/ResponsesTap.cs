using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// The fast tap. A piece of text is told by its event's name and measured where it lies; every other event is read in full.
/// </summary>
internal sealed class ResponsesTap : RelayTap
{
    private readonly ResponsesStreamReader _reader = new();
    private readonly List<ChatResponseUpdate> _updates = [];

    public override GatewayError? Error => _reader.Error;

    public override bool IsFinished => _reader.IsFinished;

    public override bool Observe(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        if (Notes is { HasOutput: true, Text: null } && eventName.SequenceEqual("response.output_text.delta"u8) && TryMeasure(data, out var length))
        {
            Notes.TextLength += length;
            _reader.NoteText();
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

    /// <summary>The length of an event's text, if it is plain enough to be seen without reading the event.</summary>
    private static bool TryMeasure(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        var start = data.IndexOf("\"delta\":\""u8);
        if (start < 0 || data.IsEmpty || data[^1] != (byte)'}')
        {
            return false;
        }

        length = data[(start + 9)..].IndexOfAny((byte)'"', (byte)'\\');
        return length >= 0 && data[start + 9 + length] == (byte)'"';
    }
}
