using Signalbox.Inference.Adapters;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Sessions;

/// <summary>One answer asked of an <see cref="InferenceEngine"/>.</summary>
internal sealed record GenerationRequest
{
    /// <summary>At least one token, the begin of text included where the model wants it.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>The most tokens of the answer; null for as many as the context holds.</summary>
    public int? MaxTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Texts that end the answer; they are not part of it.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>What the answer must look like.</summary>
    public JsonSchemaGrammar? Grammar { get; init; }

    public IReadOnlyList<ActiveAdapter> Adapters { get; init; } = [];

    /// <summary>Whether each token comes with the logarithm of its probability, and with how many alternatives (0 to 20); null for neither.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Who asks, for fair queueing: requests of one owner wait for each other before they make others wait. Null: an owner of its own.</summary>
    public string? Owner { get; init; }
}

/// <summary>Why an answer ended.</summary>
internal enum EndReason
{
    /// <summary>The model ended it, or a stop text came.</summary>
    Stop,

    /// <summary>The most tokens were reached.</summary>
    Length,

    /// <summary>A failure, in <see cref="GenerationEvent.Fault"/>.</summary>
    Fault,
}

/// <summary>One step of an answer.</summary>
internal readonly record struct GenerationEvent
{
    /// <summary>The token; -1 where the event only carries the end.</summary>
    public required int Token { get; init; }

    /// <summary>Text that is whole now and is not the beginning of a stop text; may be empty.</summary>
    public string Text { get; init; }

    /// <summary>Where it was asked for.</summary>
    public float? LogProbability { get; init; }

    /// <summary>Where it was asked for: best first.</summary>
    public IReadOnlyList<(int Token, float LogProbability)>? Alternatives { get; init; }

    /// <summary>Set on the last event.</summary>
    public EndReason? End { get; init; }

    public EngineFault? Fault { get; init; }

    /// <summary>The stop text that ended the answer, on the last event.</summary>
    public string? StopText { get; init; }

    /// <summary>On the last event.</summary>
    public GenerationUsage? Usage { get; init; }
}

/// <summary>Tokens of an answer.</summary>
/// <param name="PromptTokens">All tokens of the prompt.</param>
/// <param name="CachedTokens">Those of them that another request had computed.</param>
/// <param name="AnswerTokens">Tokens made.</param>
internal sealed record GenerationUsage(int PromptTokens, int CachedTokens, int AnswerTokens);
