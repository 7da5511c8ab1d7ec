using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>What an answer amounts to, noted while it passes: for the commit point, the usage record and the price.</summary>
internal sealed class AnswerNotes
{
    /// <summary>Token counts, as soon as the provider has stated them.</summary>
    public UsageDetails? Usage { get; set; }

    public ChatFinishReason? FinishReason { get; set; }

    /// <summary>The model that the provider says has answered; it may be another than the one asked for.</summary>
    public string? Model { get; set; }

    /// <summary>Whether something useful to the caller has been seen: text, reasoning, a tool call, a finish.</summary>
    public bool HasOutput { get; set; }

    /// <summary>Length of the text so far; what was produced when a provider states no usage.</summary>
    public long TextLength { get; set; }

    /// <summary>How probable it is that the answer is right, where the model says so.</summary>
    public double? Confidence { get; private set; }

    /// <summary>What the model says that the answer is about.</summary>
    public string? Topic { get; private set; }

    /// <summary>Where what the answer says is gathered; null where nobody needs it.</summary>
    public AnswerText? Text { get; set; }

    public void Note(ChatResponseUpdate update)
    {
        Text?.Take(update);
        Note(update.AdditionalProperties);
        Model ??= update.ModelId;
        if (update.FinishReason is { } reason)
        {
            FinishReason = reason;
            HasOutput = true;
        }

        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            Note(contents[i]);
        }
    }

    public void Note(ChatResponse response)
    {
        Model = response.ModelId;
        FinishReason = response.FinishReason;
        Usage = response.Usage;
        Text?.Take(response);
        Note(response.AdditionalProperties);
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                Note(content);
            }
        }
    }

    private void Note(AdditionalPropertiesDictionary? properties)
    {
        if (properties is not null)
        {
            Confidence = Vocabulary.Get<double?>(properties, Vocabulary.Confidence) ?? Confidence;
            Topic = Vocabulary.Get<string>(properties, Vocabulary.Topic) ?? Topic;
        }
    }

    private void Note(AIContent content)
    {
        switch (content)
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
            case FunctionCallContent call:
                TextLength += Contents.ArgumentsText(call).Length;
                HasOutput = true;
                break;
            default:
                HasOutput = true;
                break;
        }
    }
}
