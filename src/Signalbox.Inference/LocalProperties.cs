using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Inference;

/// <summary>Names in <c>AdditionalProperties</c> for what Microsoft.Extensions.AI has no property for, and how their values are read.</summary>
internal static class LocalProperties
{
    // On ChatOptions.
    /// <summary>Candidates with at least this share of the best one's probability (number).</summary>
    public const string MinP = "min_p";

    /// <summary>Divides the logits of tokens seen lately (number).</summary>
    public const string RepetitionPenalty = "repetition_penalty";

    /// <summary>Ollama's and llama.cpp's word for the same.</summary>
    public const string RepeatPenalty = "repeat_penalty";

    /// <summary>Adapters: a name, an array of names, or objects with <c>name</c> and <c>scale</c> (string, strings or JSON).</summary>
    public const string Lora = "lora";

    /// <summary>Whether log probabilities are asked for (bool).</summary>
    public const string Logprobs = "logprobs";

    /// <summary>How many alternatives per token (int).</summary>
    public const string TopLogprobs = "top_logprobs";

    /// <summary>Whether the answer is to come with a <see cref="Confidence"/> (bool).</summary>
    public const string WantsConfidence = "wants_confidence";

    /// <summary>How many answers (int); the engine makes one.</summary>
    public const string ChoiceCount = "n";

    /// <summary>The end user's id, for fair queueing (string).</summary>
    public const string User = "user";

    // On responses and updates.
    /// <summary>Log probabilities of the answer's tokens (<see cref="LocalTokenLogprob"/> list).</summary>
    public const string TokenLogprobs = "token_logprobs";

    /// <summary>How probable it is that the answer is right, 0 to 1, by the file's calibration; without one the geometric mean of the tokens' probabilities. On a response or on the last update (double).</summary>
    public const string Confidence = "confidence";

    /// <summary>What the first token says that the answer is about. On a response or on the last update (string).</summary>
    public const string Topic = "topic";

    /// <summary>The stop sequence that ended the answer (string).</summary>
    public const string StopSequence = "stop_sequence";

    /// <summary>A number however it came: typed by a program or as JSON; null where it is absent, and NaN where it is no number.</summary>
    public static double? Number(ChatOptions options, string name)
    {
        if (options.AdditionalProperties is not { } properties || !properties.TryGetValue(name, out var value) || value is null)
        {
            return null;
        }

        return value switch
        {
            JsonElement { ValueKind: JsonValueKind.Number } json => json.GetDouble(),
            JsonElement { ValueKind: JsonValueKind.Null } => null,
            JsonElement or bool or string => double.NaN,
            IConvertible number => number.ToDouble(CultureInfo.InvariantCulture),
            _ => double.NaN,
        };
    }

    public static bool Flag(ChatOptions options, string name) =>
        options.AdditionalProperties is { } properties && properties.TryGetValue(name, out var value) && value is true or JsonElement { ValueKind: JsonValueKind.True };

    public static string? Text(ChatOptions options, string name) =>
        options.AdditionalProperties is { } properties && properties.TryGetValue(name, out var value)
            ? value as string ?? (value is JsonElement { ValueKind: JsonValueKind.String } json ? json.GetString() : null)
            : null;
}

/// <summary>One token of the answer with its log probability, and the likeliest alternatives where they were asked for.</summary>
internal sealed record LocalTokenLogprob(string Token, double Logprob, IReadOnlyList<LocalTokenLogprob>? Top = null);
