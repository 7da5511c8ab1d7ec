namespace Signalbox.Inference.Sampling;

/// <summary>What the probabilities of an answer's tokens say about it; natural logarithms, at temperature 1 and before any sampling.</summary>
/// <param name="First">Of the first token, which in a model with topics names the topic.</param>
/// <param name="Mean">Mean over the answer's tokens.</param>
/// <param name="Lowest">Of the least probable token.</param>
/// <param name="Margin">That of the first token minus that of its best alternative; below 0 where sampling took a lesser one.</param>
internal readonly record struct ConfidenceFeatures(double First, double Mean, double Lowest, double Margin)
{
    /// <summary>How many numbers there are.</summary>
    public const int Count = 4;

    /// <summary>The features of an answer.</summary>
    /// <param name="logProbabilities">One per token of the answer, at least one; the end token is not counted.</param>
    /// <param name="bestAlternativeOfFirst">Of the most probable token that the first one was chosen against.</param>
    public static ConfidenceFeatures Of(ReadOnlySpan<float> logProbabilities, float bestAlternativeOfFirst)
    {
        if (logProbabilities.IsEmpty)
        {
            throw new ArgumentException("An answer without tokens has no features.", nameof(logProbabilities));
        }

        double sum = 0, lowest = 0;
        foreach (var logProbability in logProbabilities)
        {
            sum += logProbability;
            lowest = Math.Min(lowest, logProbability);
        }

        double first = logProbabilities[0];
        return new ConfidenceFeatures(first, sum / logProbabilities.Length, lowest, first - bestAlternativeOfFirst);
    }

    /// <summary>In the order of the weights in a file.</summary>
    public void CopyTo(Span<double> values) => (values[0], values[1], values[2], values[3]) = (First, Mean, Lowest, Margin);
}
