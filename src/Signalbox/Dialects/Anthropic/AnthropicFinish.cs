using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Why an answer ended, in the words of the protocol and of the vocabulary.</summary>
internal static class AnthropicFinish
{
    /// <summary>The finish reason for a stop reason; an unknown one counts as a plain stop.</summary>
    /// <param name="word">The provider's word.</param>
    /// <param name="openCalls">Whether the model called tools that are still to be answered.</param>
    public static ChatFinishReason Read(string word, bool openCalls) => word switch
    {
        "max_tokens" or "model_context_window_exceeded" => ChatFinishReason.Length,
        "tool_use" => ChatFinishReason.ToolCalls,
        "refusal" => ChatFinishReason.ContentFilter,
        "pause_turn" or "compaction" => Vocabulary.Paused,
        "stop_sequence" => ChatFinishReason.Stop,
        _ => openCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
    };

    /// <summary>Keeps the provider's word where the vocabulary's says less.</summary>
    public static AdditionalPropertiesDictionary? Keep(string word, string? stopSequence)
    {
        if (word is "end_turn" or "max_tokens" or "tool_use")
        {
            return null;
        }

        var properties = new AdditionalPropertiesDictionary { [Vocabulary.RawFinishReason] = word };
        if (stopSequence is not null)
        {
            properties[Vocabulary.StopSequence] = stopSequence;
        }

        return properties;
    }

    /// <summary>The stop reason for a finished answer.</summary>
    /// <param name="finish">The finish reason; null where the provider gave none.</param>
    /// <param name="hasCalls">Whether the answer calls tools.</param>
    /// <param name="refused">Whether the answer holds a refusal, for which this protocol has no content.</param>
    /// <param name="stopSequence">The sequence that ended it.</param>
    public static string Write(ChatFinishReason? finish, bool hasCalls, bool refused, string? stopSequence)
    {
        if (finish == ChatFinishReason.Length)
        {
            return "max_tokens";
        }

        if (finish == ChatFinishReason.ContentFilter || refused)
        {
            return "refusal";
        }

        if (finish == Vocabulary.Paused)
        {
            return "pause_turn";
        }

        if (finish == ChatFinishReason.ToolCalls || (finish is null && hasCalls))
        {
            return "tool_use";
        }

        return stopSequence is null ? "end_turn" : "stop_sequence";
    }
}
