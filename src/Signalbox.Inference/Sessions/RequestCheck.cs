using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Sessions;

/// <summary>Whether a request can be run at all; the fault tells the caller what to change.</summary>
internal static class RequestCheck
{
    /// <summary>All of them are compared with the answer at every character.</summary>
    private const int MostStopTexts = 64;

    public static EngineFault? Check(GenerationRequest request, int vocabularySize, int contextLength) =>
        CheckPrompt(request.Prompt, vocabularySize, contextLength, answerTokens: 1)
        ?? CheckSampling(request.Sampling)
        ?? (request.MaxTokens is < 1 ? Invalid($"An answer of at most {request.MaxTokens} tokens was asked for; ask for 1 or more.") : null)
        ?? (request.StopTexts.Count > MostStopTexts ? Invalid($"{request.StopTexts.Count} stop texts were given; give at most {MostStopTexts}.") : null)
        ?? request.Grammar?.Fits(Answer.MostTokens(request, contextLength))
        ?? (request.TopLogProbabilities is < 0 or > 20 ? Invalid($"{request.TopLogProbabilities} alternatives per token were asked for; ask for 0 to 20.") : null);

    /// <param name="prompt">Token ids.</param>
    /// <param name="vocabularySize">The ids end before this.</param>
    /// <param name="contextLength">Positions of a slot.</param>
    /// <param name="answerTokens">Tokens that must find room behind the prompt.</param>
    public static EngineFault? CheckPrompt(IReadOnlyList<int> prompt, int vocabularySize, int contextLength, int answerTokens)
    {
        if (prompt.Count == 0)
        {
            return Invalid("The prompt is empty; give it at least one token.");
        }

        if (prompt.Count + answerTokens > contextLength)
        {
            return new EngineFault(
                EngineFaultKind.ContextLength,
                $"The prompt has {prompt.Count} tokens and the model's context {contextLength}{(answerTokens > 0 ? ", of which at least one is needed for the answer" : "")}; shorten the prompt, or load the model with a longer context.");
        }

        for (var i = 0; i < prompt.Count; i++)
        {
            if ((uint)prompt[i] >= (uint)vocabularySize)
            {
                return Invalid($"Token {i} of the prompt is {prompt[i]}, but the vocabulary has {vocabularySize} tokens; use ids from 0 to {vocabularySize - 1}.");
            }
        }

        return null;
    }

    public static EngineFault? CheckSampling(SamplingOptions options)
    {
        if (!(options.Temperature is >= 0 and <= 100))
        {
            return Invalid($"A temperature of {options.Temperature} was asked for; use 0 to 100.");
        }

        if (options.TopK < 0)
        {
            return Invalid($"A top-k of {options.TopK} was asked for; use 0 for all tokens, or more.");
        }

        if (!(options.TopP is >= 0 and <= 1))
        {
            return Invalid($"A top-p of {options.TopP} was asked for; use 0 to 1.");
        }

        if (!(options.MinP is >= 0 and <= 1))
        {
            return Invalid($"A min-p of {options.MinP} was asked for; use 0 to 1.");
        }

        if (!(options.RepetitionPenalty is > 0 and <= 100))
        {
            return Invalid($"A repetition penalty of {options.RepetitionPenalty} was asked for; use more than 0, at most 100; 1 for none.");
        }

        if (!(options.PresencePenalty is >= -100 and <= 100) || !(options.FrequencyPenalty is >= -100 and <= 100))
        {
            return Invalid($"A presence penalty of {options.PresencePenalty} and a frequency penalty of {options.FrequencyPenalty} were asked for; use -100 to 100; 0 for none.");
        }

        return options.PenaltyWindow is < 0 or > 1 << 20 ? Invalid($"A penalty window of {options.PenaltyWindow} tokens was asked for; use 0 to {1 << 20}.") : null;
    }

    private static EngineFault Invalid(string message) => new(EngineFaultKind.InvalidRequest, message);
}
