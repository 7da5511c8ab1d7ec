using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>
/// Watches a relayed stream frame by frame without changing it. May ask for a frame to be left out (the usage frame that only
/// the gateway asked for).
/// </summary>
internal abstract class RelayTap
{
    public AnswerNotes Notes { get; } = new();

    /// <summary>The provider's own error inside the stream.</summary>
    public abstract GatewayError? Error { get; }

    /// <summary>Whether the provider really finished the answer.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>Looks at one frame. False = leave this frame out of the relay.</summary>
    public abstract bool Observe(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data);

    /// <summary>Called once at the end of the body.</summary>
    public virtual void End()
    {
    }
}

/// <summary>The tap that every dialect has: reads each frame into the vocabulary.</summary>
internal sealed class ReadingTap(AnswerStreamReader reader) : RelayTap
{
    private readonly List<ChatResponseUpdate> _updates = [];

    public override GatewayError? Error => reader.Error;

    public override bool IsFinished => reader.IsFinished;

    public override bool Observe(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data)
    {
        reader.Read(eventName, data, _updates);
        Drain();
        return true;
    }

    public override void End()
    {
        reader.End(_updates);
        Drain();
    }

    private void Drain()
    {
        foreach (var update in _updates)
        {
            Notes.Note(update);
        }

        _updates.Clear();
    }
}
