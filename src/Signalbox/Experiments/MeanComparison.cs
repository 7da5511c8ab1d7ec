namespace Signalbox.Experiments;

/// <summary>
/// Two means compared at any time: a mixture sequential probability ratio test (Johari, Koomen, Pekelis and Walsh 2017/2022) with a Gaussian
/// mixture, its variance estimated as it goes, which makes it an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and
/// Ramdas 2021/2024). The difference of two running means is a Brownian motion in the information 1/V, V = s1²/n1 + s0²/n0, however
/// the arrivals are split; the mixture bounds it for all times at once.
/// </summary>
internal static class MeanComparison
{
    /// <summary>Fewer in an arm say nothing: the variance is not known well enough yet.</summary>
    public const int LeastCount = 50;

    /// <summary>The interval is tightest about this many observations, both arms together.</summary>
    private const double TightAt = 1_000;

    // -2 ln(0.05) + ln(1 - 2 ln(0.05)): the mixture's variance that is best at TightAt.
    private const double MixtureAtBest = 7.937;

    /// <summary>The logarithm of the evidence against "no difference"; 0 while too little is known. From ln(1/alpha) on there is one.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="control">What it is compared with.</param>
    /// <param name="prior">A squared deviation that is added to each arm's, so that few equal values are not taken for certainty; it counts for less and less.</param>
    public static double LogEvidence(RunningMoments arm, RunningMoments control, double prior)
    {
        if (!TryInform(arm, control, prior, out var information, out var mixture))
        {
            return 0;
        }

        var difference = arm.Mean - control.Mean;
        var spread = 1 + mixture * information;
        return mixture * information * information * difference * difference / (2 * spread) - 0.5 * Math.Log(spread);
    }

    /// <summary>The interval that holds the true difference at all times at once with the chance 1 - alpha; null while too little is known.</summary>
    public static ConfidenceInterval? Interval(RunningMoments arm, RunningMoments control, double prior, double alpha)
    {
        if (!TryInform(arm, control, prior, out var information, out var mixture))
        {
            return null;
        }

        var difference = arm.Mean - control.Mean;
        var spread = 1 + mixture * information;
        var half = Math.Sqrt(2 * spread / (mixture * information * information) * (0.5 * Math.Log(spread) - Math.Log(alpha)));
        return new ConfidenceInterval(difference, difference - half, difference + half);
    }

    private static bool TryInform(RunningMoments arm, RunningMoments control, double prior, out double information, out double mixture)
    {
        (information, mixture) = (0, 0);
        if (arm.Count < LeastCount || control.Count < LeastCount)
        {
            return false;
        }

        var (ofArm, ofControl) = (Variance(arm, prior), Variance(control, prior));
        var variance = ofArm / arm.Count + ofControl / control.Count;
        if (!(variance > 0) || !double.IsFinite(variance))
        {
            return false;
        }

        information = 1 / variance;
        mixture = MixtureAtBest * 2 * (ofArm + ofControl) / TightAt;
        return true;
    }

    private static double Variance(RunningMoments moments, double prior) => (moments.SquaredDeviations + prior) / (moments.Count - 1);
}
