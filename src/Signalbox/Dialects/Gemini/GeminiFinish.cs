using System.Globalization;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// Finish reasons. Gemini has no word for "called a tool": it says STOP. Everything a filter did becomes
/// <see cref="ChatFinishReason.ContentFilter"/>; failures of the model that no other protocol has a word for
/// (MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL, TOO_MANY_TOOL_CALLS, NO_IMAGE, LANGUAGE, OTHER, words still unknown) become
/// a plain stop, with Gemini's word kept beside it.
/// </summary>
internal static class GeminiFinish
{
    /// <summary>On an <see cref="ErrorContent"/>: why the prompt was blocked, in Gemini's word (string).</summary>
    public const string BlockReason = "gemini.block_reason";

    public const string Malformed = "MALFORMED_FUNCTION_CALL";

    /// <summary>Words that a caller who speaks Gemini may be given back.</summary>
    private static readonly string[] Known =
    [
        "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", Malformed, "IMAGE_SAFETY",
        "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "IMAGE_PROHIBITED_CONTENT", "NO_IMAGE", "IMAGE_RECITATION", "IMAGE_OTHER", "MODEL_ARMOR",
    ];

    /// <summary>Numbers stand for words where the caller asked for enums as numbers; these five mean the same on both of Google's endpoints.</summary>
    private static readonly string[] Numbered = ["", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER"];

    /// <summary>Whether a word means that the answer has ended.</summary>
    public static bool IsEnd(string? word) => word is { Length: > 0 } and not "FINISH_REASON_UNSPECIFIED";

    public static string WordOf(int number) =>
        number >= 0 && number < Numbered.Length ? Numbered[number] : number.ToString(CultureInfo.InvariantCulture);

    public static ChatFinishReason Of(string? word, bool hasCalls) => word switch
    {
        "MAX_TOKENS" => ChatFinishReason.Length,
        "SAFETY" or "RECITATION" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "IMAGE_SAFETY" or "IMAGE_PROHIBITED_CONTENT"
            or "IMAGE_RECITATION" or "MODEL_ARMOR" or "JAILBREAK" => ChatFinishReason.ContentFilter,
        "CONTINUATION" => Vocabulary.Paused,
        // Not Google's, but servers that imitate it say so.
        "FUNCTION_CALL" or "TOOL_CALL" or "TOOL_CALLS" => ChatFinishReason.ToolCalls,
        _ => hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
    };

    /// <summary>Whether a word says more than the vocabulary's reason does, and is kept.</summary>
    public static bool IsTelling(string? word) => IsEnd(word) && word is not ("STOP" or "MAX_TOKENS");

    /// <summary>The word for a caller: the provider's own where that was Gemini's, else the nearest.</summary>
    public static string WordOf(ChatFinishReason? reason, string? raw)
    {
        if (raw is not null && System.Array.IndexOf(Known, raw) >= 0)
        {
            return raw;
        }

        if (reason == ChatFinishReason.Length)
        {
            return "MAX_TOKENS";
        }

        if (reason == ChatFinishReason.ContentFilter)
        {
            return "SAFETY";
        }

        // A paused turn must not look complete, and Google's own CONTINUATION comes with a token that there is not.
        return reason == Vocabulary.Paused ? "OTHER" : "STOP";
    }

    /// <summary>What a caller is told of a prompt that was never answered.</summary>
    public static ErrorContent Blocked(string reason, string? message)
    {
        var text = $"The prompt was blocked by the provider: {reason}{(string.IsNullOrEmpty(message) ? "" : $" ({message})")}";
        var content = new ErrorContent(text) { ErrorCode = Vocabulary.Refusal };
        Vocabulary.Set(content, BlockReason, reason);
        return content;
    }
}
