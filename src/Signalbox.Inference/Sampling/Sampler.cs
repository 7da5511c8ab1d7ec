using Signalbox.Inference.Grammars;

namespace Signalbox.Inference.Sampling;

/// <summary>Logits to tokens for one answer. Allocates nothing after it is made.</summary>
internal sealed class Sampler(SamplingOptions options, int vocabularySize)
{
    public SamplingOptions Options => options;

    public int VocabularySize => vocabularySize;

    /// <summary>Chooses a token. The logits are changed.</summary>
    /// <param name="logits">One per token of the vocabulary.</param>
    /// <param name="constraint">What the answer may go on with; null for anything.</param>
    public int Sample(Span<float> logits, ITokenConstraint? constraint) => throw new NotImplementedException();

    /// <summary>Counts a token (of the prompt or chosen) as seen.</summary>
    public void Accept(int token) => throw new NotImplementedException();

    /// <summary>Natural logarithm of the probability at temperature 1 of a token; call it with logits that no <see cref="Sample"/> has changed.</summary>
    public static float LogProbability(ReadOnlySpan<float> logits, int token) => throw new NotImplementedException();

    /// <summary>The likeliest tokens, best first, with their logarithms of probability.</summary>
    public static void Top(ReadOnlySpan<float> logits, Span<(int Token, float LogProbability)> top) => throw new NotImplementedException();
}
