namespace Signalbox.Inference.Training.Calibration;

/// <summary>How far probabilities are from how often they come true.</summary>
internal static class CalibrationError
{
    public const int Bins = 10;

    /// <summary>
    /// Expected calibration error, 0 to 1: the distance between mean probability and share of right answers in each of ten bins of equal width,
    /// weighted by the bin's size (Guo et al., "On calibration of modern neural networks", 2017).
    /// </summary>
    /// <param name="answers">At least one; probabilities from 0 to 1.</param>
    public static double Expected(IEnumerable<(double Probability, bool Right)> answers)
    {
        var (surplus, count) = (new double[Bins], 0);
        foreach (var (probability, right) in answers)
        {
            surplus[Math.Clamp((int)(probability * Bins), 0, Bins - 1)] += probability - (right ? 1 : 0);
            count++;
        }

        return surplus.Sum(Math.Abs) / count;
    }
}
