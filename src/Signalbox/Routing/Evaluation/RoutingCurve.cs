namespace Signalbox.Routing.Evaluation;

/// <summary>Quality and cost of a prompt with each of the two models.</summary>
internal readonly record struct RoutedOutcome(double Weak, double Strong, double WeakCost, double StrongCost);

/// <summary>
/// Quality against the share of calls to the strong model, at the 0, 10, ..., 100 % quantiles of a router's scores. Equal scores are put in a random
/// order that depends on the seed alone.
/// </summary>
internal sealed class RoutingCurve
{
    public const int Points = 11;
    private readonly double[] _shares;
    private readonly double[] _qualities;
    private readonly double[] _costs;

    private RoutingCurve(double[] shares, double[] qualities, double[] costs)
    {
        _shares = shares;
        _qualities = qualities;
        _costs = costs;
    }

    /// <summary>From 0 to 1, rising.</summary>
    public ReadOnlySpan<double> Shares => _shares;

    /// <summary>The mean quality at each share.</summary>
    public ReadOnlySpan<double> Qualities => _qualities;

    public double WeakQuality => _qualities[0];

    public double StrongQuality => _qualities[^1];

    /// <summary>The mean cost of always calling the strong model.</summary>
    public double StrongCost => _costs[^1];

    public static RoutingCurve Of(ReadOnlySpan<double> scores, IReadOnlyList<RoutedOutcome> outcomes, int seed)
    {
        var order = Order(scores, seed);
        var count = order.Length;
        var qualities = new double[count + 1];
        var costs = new double[count + 1];
        for (var i = 0; i < count; i++)
        {
            qualities[0] += outcomes[i].Weak;
            costs[0] += outcomes[i].WeakCost;
        }

        for (var called = 1; called <= count; called++)
        {
            var outcome = outcomes[order[count - called]];
            qualities[called] = qualities[called - 1] + outcome.Strong - outcome.Weak;
            costs[called] = costs[called - 1] + outcome.StrongCost - outcome.WeakCost;
        }

        var curve = new RoutingCurve(new double[Points], new double[Points], new double[Points]);
        for (var i = 0; i < Points; i++)
        {
            // A score at or above the quantile goes to the strong model; at the highest quantile none does.
            var quantile = Points - 1 - i;
            var called = quantile == Points - 1 ? 0 : count - (int)Math.Ceiling(quantile * (count - 1) / (double)(Points - 1));
            curve._shares[i] = called / (double)count;
            curve._qualities[i] = qualities[called] / count;
            curve._costs[i] = costs[called] / count;
        }

        return curve;
    }

    /// <summary>The mean of curves over the same rows.</summary>
    public static RoutingCurve Mean(IReadOnlyList<RoutingCurve> curves) => new(
        Mean(curves, static curve => curve._shares),
        Mean(curves, static curve => curve._qualities),
        Mean(curves, static curve => curve._costs));

    /// <summary>The area between the curve and always-weak over the same of always-strong: 0.5 at random, 1 and more for a router that knows.</summary>
    public double Apgr()
    {
        var area = 0.0;
        for (var i = 1; i < Points; i++)
        {
            area += (_shares[i] - _shares[i - 1]) * (_qualities[i] + _qualities[i - 1]) / 2;
        }

        return (area - WeakQuality) / (StrongQuality - WeakQuality);
    }

    /// <summary>The percentage of strong calls at which this part of the gap between the models is closed.</summary>
    public double CallsToClose(double part) => 100 * Interpolate(WeakQuality + (part * (StrongQuality - WeakQuality)));

    /// <summary>The mean cost at the first point of the curve with this quality.</summary>
    public double CostAt(double quality)
    {
        for (var i = 0; i < Points; i++)
        {
            if (_qualities[i] >= quality)
            {
                return i == 0 ? _costs[0] : Between(_costs, i, quality);
            }
        }

        return _costs[^1];
    }

    /// <summary>The share at a quality. A curve that falls in places is searched by halves, as the published numbers are.</summary>
    private double Interpolate(double quality)
    {
        if (quality <= _qualities[0])
        {
            return 0;
        }

        if (quality >= _qualities[^1])
        {
            return 1;
        }

        var (low, high) = (0, Points - 1);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (quality >= _qualities[middle])
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return Between(_shares, high, quality);
    }

    private double Between(double[] values, int at, double quality)
    {
        var (before, after) = (_qualities[at - 1], _qualities[at]);
        return values[at - 1] + ((values[at] - values[at - 1]) * (quality - before) / (after - before));
    }

    private static int[] Order(ReadOnlySpan<double> scores, int seed)
    {
        var random = new Random(seed);
        var order = new int[scores.Length];
        var keys = new (double Score, double Jitter)[scores.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = (scores[i], random.NextDouble());
        }

        Array.Sort(keys, order);
        return order;
    }

    private static double[] Mean(IReadOnlyList<RoutingCurve> curves, Func<RoutingCurve, double[]> select) =>
        [.. Enumerable.Range(0, Points).Select(i => curves.Average(curve => select(curve)[i]))];
}
