using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Sampling;

/// <summary>
/// Features of an answer to the probability that it is right. Without calibration this is the geometric mean of the tokens' probabilities;
/// with it the logistic function of a weighted sum, its weights fitted on answers that were judged (Platt, "Probabilistic outputs for support
/// vector machines and comparisons to regularized likelihood methods", 1999).
/// </summary>
/// <param name="bias">What is added to the weighted sum.</param>
/// <param name="weights">One per feature, in the order of <see cref="ConfidenceFeatures"/>; null for no calibration.</param>
internal sealed class ConfidenceMap(double bias, double[]? weights)
{
    /// <summary>How the keys of a calibration begin.</summary>
    public const string Keys = "signalbox.confidence.";

    /// <summary>Metadata of a calibrated file: a number, and an array of as many numbers as there are features.</summary>
    public const string BiasKey = Keys + "bias";
    public const string WeightsKey = Keys + "weights";

    /// <summary>The geometric mean of the tokens' probabilities.</summary>
    public static ConfidenceMap NotCalibrated { get; } = new(0, null);

    public bool IsCalibrated => weights is not null;

    public double Bias => bias;

    /// <summary>In the order of <see cref="ConfidenceFeatures"/>; empty without calibration.</summary>
    public IReadOnlyList<double> Weights => weights ?? [];

    /// <summary>The map of a file; the uncalibrated one where it has none, or one of another shape or with a value that is no number.</summary>
    public static ConfidenceMap Read(GgufMetadata metadata) =>
        metadata.TryGetFloats(WeightsKey, out var weights) && weights.Length == ConfidenceFeatures.Count && Array.TrueForAll(weights, float.IsFinite)
        && metadata.TryGetFloat(BiasKey, out var bias) && float.IsFinite(bias)
            ? new ConfidenceMap(bias, Array.ConvertAll(weights, static weight => (double)weight))
            : NotCalibrated;

    /// <summary>0 to 1.</summary>
    public double Of(in ConfidenceFeatures features)
    {
        if (weights is null)
        {
            return Math.Exp(features.Mean);
        }

        Span<double> values = stackalloc double[ConfidenceFeatures.Count];
        features.CopyTo(values);
        var sum = bias;
        for (var i = 0; i < values.Length; i++)
        {
            sum += weights[i] * values[i];
        }

        return 1 / (1 + Math.Exp(-sum));
    }
}
