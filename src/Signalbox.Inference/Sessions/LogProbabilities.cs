using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Sessions;

/// <summary>Logarithms of the model's own probabilities of one step, before anything that sampling does to them.</summary>
/// <param name="alternatives">How many of the best tokens are wanted.</param>
/// <param name="vocabularySize">Logits of a step.</param>
internal sealed class LogProbabilities(int alternatives, int vocabularySize)
{
    private readonly float[] _logits = new float[vocabularySize];

    /// <summary>Keeps the logits of a step; sampling may change them afterwards.</summary>
    public void Read(ReadOnlySpan<float> logits) => logits.CopyTo(_logits);

    public float Of(int token) => Sampler.LogProbability(_logits, token);

    /// <summary>The best tokens, best first.</summary>
    public IReadOnlyList<(int Token, float LogProbability)> Best()
    {
        var best = new (int, float)[Math.Min(alternatives, _logits.Length)];
        Sampler.Top(_logits, best);
        return best;
    }
}
