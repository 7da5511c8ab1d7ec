namespace Signalbox.Experiments;

/// <summary>
/// Two shares, or means of numbers between 0 and 1, compared at any time by betting. In each arm a gambler who mixes all bets (Beta(1/2, 1/2))
/// plays against a share p; his wealth B(1/2 + s, 1/2 + f) / B(1/2, 1/2) / (p^s (1-p)^f) is fair when p is true, and no better than fair
/// for any numbers between 0 and 1 with the mean p. The product of both arms' wealth at its worst over all pairs with one
/// difference is an e-process against that difference (Ramdas, Grünwald, Vovk and Shafer 2023; for the mixture Robbins 1970). It holds for every
/// number of observations and every way to split them, needs no approximation, and does not depend on the order of arrival.
/// </summary>
internal static class RateComparison
{
    private const double Bets = 0.5;
    private const int Halvings = 50;
    private static readonly double LogBetaOfBets = LogGamma.Beta(Bets, Bets);

    /// <summary>The logarithm of the evidence against "no difference". From ln(1/alpha) on there is one.</summary>
    public static double LogEvidence(BoundedTotal arm, BoundedTotal control)
    {
        var count = arm.Count + control.Count;
        var pooled = count == 0 ? 0.5 : Math.Clamp((arm.Sum + control.Sum) / count, 0, 1);
        return LogMixture(arm) + LogMixture(control) - LogLikelihood(arm, pooled) - LogLikelihood(control, pooled);
    }

    /// <summary>The interval that holds the true difference at all times at once with the chance 1 - alpha; null where an arm has nothing.</summary>
    public static ConfidenceInterval? Interval(BoundedTotal arm, BoundedTotal control, double alpha)
    {
        if (arm.Mean is not { } ofArm || control.Mean is not { } ofControl)
        {
            return null;
        }

        var enough = LogMixture(arm) + LogMixture(control) + Math.Log(alpha);
        var difference = ofArm - ofControl;
        return new ConfidenceInterval(difference, Bound(arm, control, enough, difference, -1), Bound(arm, control, enough, difference, 1));
    }

    /// <summary>The profile likelihood is concave in the difference, so what is not refuted is an interval about the estimate.</summary>
    private static double Bound(BoundedTotal arm, BoundedTotal control, double enough, double inside, double outside)
    {
        if (BestLogLikelihood(arm, control, outside) > enough)
        {
            return outside;
        }

        for (var i = 0; i < Halvings; i++)
        {
            var middle = 0.5 * (inside + outside);
            (inside, outside) = BestLogLikelihood(arm, control, middle) > enough ? (middle, outside) : (inside, middle);
        }

        return outside;
    }

    /// <summary>The largest likelihood of all pairs of shares with this difference: concave in the control's share, so its slope is bisected.</summary>
    private static double BestLogLikelihood(BoundedTotal arm, BoundedTotal control, double difference)
    {
        var (low, high) = (Math.Max(0, -difference), Math.Min(1, 1 - difference));
        for (var i = 0; i < Halvings; i++)
        {
            var middle = 0.5 * (low + high);
            (low, high) = Slope(arm, middle + difference) + Slope(control, middle) > 0 ? (middle, high) : (low, middle);
        }

        var share = 0.5 * (low + high);
        return LogLikelihood(arm, Math.Clamp(share + difference, 0, 1)) + LogLikelihood(control, share);
    }

    private static double Slope(BoundedTotal total, double share)
    {
        var failures = total.Count - total.Sum;
        return (total.Sum > 0 ? total.Sum / Math.Max(share, double.Epsilon) : 0) - (failures > 0 ? failures / Math.Max(1 - share, double.Epsilon) : 0);
    }

    private static double LogMixture(BoundedTotal total) => LogGamma.Beta(Bets + total.Sum, Bets + Math.Max(0, total.Count - total.Sum)) - LogBetaOfBets;

    private static double LogLikelihood(BoundedTotal total, double share)
    {
        var failures = total.Count - total.Sum;
        return (total.Sum > 0 ? total.Sum * Math.Log(share) : 0) + (failures > 0 ? failures * Math.Log(1 - share) : 0);
    }
}
