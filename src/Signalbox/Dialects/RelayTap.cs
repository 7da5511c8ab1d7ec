using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>
/// Watches a relayed stream frame by frame without changing it: usage, finish reason, the first useful output, errors.
/// May ask for a frame to be left out (the usage frame that only the gateway asked for).
/// </summary>
internal abstract class RelayTap
{
    /// <summary>Token counts, as soon as the provider has stated them.</summary>
    public UsageDetails? Usage { get; protected set; }

    public ChatFinishReason? FinishReason { get; protected set; }

    /// <summary>The model that the provider says has answered.</summary>
    public string? Model { get; protected set; }

    /// <summary>Whether something useful to the caller has been seen: text, reasoning, a tool call, a finish.</summary>
    public bool HasOutput { get; protected set; }

    /// <summary>UTF-16 length of the text so far; what was produced when a provider states no usage.</summary>
    public long TextLength { get; protected set; }

    public abstract GatewayError? Error { get; }

    /// <summary>Whether the provider really finished the answer.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>Looks at one frame. False = leave this frame out of the relay.</summary>
    public abstract bool Observe(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data);

    /// <summary>Called once at the end of the body.</summary>
    public virtual void End()
    {
    }

    /// <summary>The dialect's explicit error frame for a relayed stream that broke, written with its own grammar.</summary>
    protected void Note(ChatResponseUpdate update)
    {
        Model ??= update.ModelId;
        FinishReason = update.FinishReason ?? FinishReason;
        HasOutput |= update.FinishReason is not null;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case UsageContent usage:
                    Usage = usage.Details;
                    break;
                case TextContent text:
                    TextLength += text.Text.Length;
                    HasOutput |= text.Text.Length > 0;
                    break;
                case TextReasoningContent reasoning:
                    TextLength += reasoning.Text.Length;
                    HasOutput |= reasoning.Text.Length > 0 || reasoning.ProtectedData is not null;
                    break;
                case ToolCallDelta call:
                    TextLength += call.Arguments?.Length ?? 0;
                    HasOutput = true;
                    break;
                default:
                    HasOutput = true;
                    break;
            }
        }
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
            Note(update);
        }

        _updates.Clear();
    }
}
