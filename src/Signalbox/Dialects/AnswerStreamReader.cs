using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>
/// Reads the frames of one provider stream into updates. Tool calls become <see cref="ToolCallDelta"/>; usage becomes a
/// <see cref="UsageContent"/> that replaces any earlier one (counts are totals so far, never increments).
/// A malformed frame may throw <see cref="JsonException"/> or <see cref="InvalidOperationException"/>, as System.Text.Json
/// does; the pump turns both into <c>upstream_invalid</c>.
/// </summary>
internal abstract class AnswerStreamReader
{
    /// <summary>The provider's own error inside the stream; nothing is read after it.</summary>
    public GatewayError? Error { get; protected set; }

    /// <summary>Whether the provider really said that the answer is finished. Nothing else makes a clean end.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>Reads one frame: an SSE event, an NDJSON line or an array item.</summary>
    /// <param name="eventName">The SSE event's name; empty elsewhere.</param>
    /// <param name="data">The event's data; complete, without line ends.</param>
    /// <param name="updates">Receives what the frame says; may receive none.</param>
    public abstract void Read(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates);

    /// <summary>Called once at the end of the body, for what a protocol says only by ending.</summary>
    public virtual void End(List<ChatResponseUpdate> updates)
    {
    }
}

/// <summary>
/// Writes updates as one caller stream. It must make exactly the grammar of its protocol whatever order updates come in,
/// and must hold back the end (<c>finish_reason</c>, <c>message_delta</c>, <c>done</c>) until <see cref="Complete"/>.
/// </summary>
internal abstract class AnswerStreamWriter
{
    public abstract string ContentType { get; }

    /// <summary>Writes one update. May write nothing yet.</summary>
    public abstract void Write(ChatResponseUpdate update, System.Buffers.IBufferWriter<byte> output);

    /// <summary>Writes the clean end. Called only for a stream that the provider finished.</summary>
    public abstract void Complete(System.Buffers.IBufferWriter<byte> output);

    /// <summary>Ends a started stream with an explicit error, never looking finished.</summary>
    public abstract void Fail(GatewayError error, System.Buffers.IBufferWriter<byte> output);

    /// <summary>The same for a stream that the provider has begun and this writer has not seen: nothing may be begun a second time.</summary>
    public virtual void FailBegun(GatewayError error, System.Buffers.IBufferWriter<byte> output) => Fail(error, output);
}
