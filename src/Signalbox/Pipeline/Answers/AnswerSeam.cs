using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline.Attempts;

namespace Signalbox.Pipeline.Answers;

/// <summary>
/// Where another model's answer is joined to one that broke off: the caller's open stream, what it has been told, and what the
/// broken answers used. What the caller has already is not written again.
/// </summary>
internal sealed class AnswerSeam(AnswerText shown, int sent, AnswerStreamWriter? writer, UsageDetails? before)
{
    private readonly SeamOverlap _overlap = new(shown.Text, sent);

    /// <summary>Everything that the caller has been shown, grows on.</summary>
    public AnswerText Shown { get; } = shown;

    /// <summary>The writer of the caller's stream; null for a caller in this process.</summary>
    public AnswerStreamWriter? Writer { get; } = writer;

    /// <summary>Leaves of an update what is new to the caller. Reasoning in the middle of an answer is left out.</summary>
    public void Fit(ChatResponseUpdate update)
    {
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent text:
                    var fresh = _overlap.Take(text.Text);
                    if (fresh.Length != text.Text.Length)
                    {
                        update.AdditionalProperties?.Remove(Vocabulary.TokenLogprobs);
                    }

                    if (fresh.Length == 0)
                    {
                        contents.RemoveAt(i--);
                    }
                    else
                    {
                        text.Text = fresh;
                    }

                    break;
                case TextReasoningContent:
                    contents.RemoveAt(i--);
                    break;
                case UsageContent usage:
                    contents[i] = new UsageContent(before is null ? usage.Details : AttemptTotals.Add(before, usage.Details));
                    break;
                case ToolCallDelta when _overlap.End() is { Length: > 0 } rest:
                    contents.Insert(i++, new TextContent(rest));
                    break;
            }
        }

        Shown.Take(update);
    }

    /// <summary>What was held back at the end; null where nothing was.</summary>
    public ChatResponseUpdate? End()
    {
        if (_overlap.End() is not { Length: > 0 } rest)
        {
            return null;
        }

        var update = new ChatResponseUpdate(ChatRole.Assistant, rest);
        Shown.Take(update);
        return update;
    }
}
