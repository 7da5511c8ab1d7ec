namespace Signalbox.Benchmarking.Statistics;

/// <summary>Which middle of the values is meant.</summary>
internal enum Middle
{
    /// <summary>For times: one slow answer says little.</summary>
    Median,

    /// <summary>For what adds up: cost and quality.</summary>
    Mean,

    /// <summary>The mean without the lowest and highest tenth: nearly as sharp as the mean, and a stalled answer does not move it.</summary>
    TrimmedMean,
}

/// <summary>
/// The seeded percentile bootstrap (Efron 1979) of the middle of values. What is drawn again are clusters, here the prompts with all their
/// rounds, because answers to one prompt are alike. The percentiles are expanded by Student's distribution (Hesterberg 2015), without
/// which intervals over few clusters are too narrow. Beyond the last few draws the tail goes on as a normal one's.
/// </summary>
internal sealed class Bootstrap
{
    public const int DefaultResamples = 9_999;

    /// <summary>With fewer, nothing can be said.</summary>
    public const int FewestClusters = 5;

    /// <summary>As many draws must lie outside of a percentile for it to be read off them.</summary>
    private const int TailDraws = 10;

    private readonly double[] _estimates;
    private readonly int _clusters;

    /// <param name="clusters">The values, cluster by cluster; empty clusters are passed over.</param>
    /// <param name="middle">What is estimated.</param>
    /// <param name="seed">The same seed gives the same interval.</param>
    /// <param name="resamples">How often the clusters are drawn again.</param>
    public Bootstrap(IEnumerable<IReadOnlyList<double>> clusters, Middle middle, int seed, int resamples = DefaultResamples)
    {
        var full = clusters.Where(static cluster => cluster.Count > 0).ToArray();
        _clusters = full.Length;
        Values = full.Sum(static cluster => cluster.Count);
        var statistic = new ClusterStatistic(full, middle);
        Estimate = Values == 0 ? double.NaN : statistic.Of(Enumerable.Repeat(1, full.Length).ToArray());
        _estimates = _clusters < FewestClusters ? [] : Draw(statistic, _clusters, resamples, new Random(seed));
    }

    public double Estimate { get; }

    public int Values { get; }

    /// <summary>The interval that holds the truth in a share <paramref name="level"/> of benchmarks, e.g. 0.95.</summary>
    public Interval At(double level)
    {
        if (_estimates.Length == 0)
        {
            return new Interval(Estimate, double.NegativeInfinity, double.PositiveInfinity);
        }

        var z = -Distributions.StudentQuantile(0.5 + (level / 2), _clusters - 1) * Expansion;
        var outside = (int)Math.Floor(Distributions.NormalBelow(z) * (_estimates.Length + 1));
        if (outside >= TailDraws)
        {
            return new Interval(Estimate, _estimates[outside - 1], _estimates[^outside]);
        }

        var stretch = z / TailQuantile;
        return new Interval(Estimate, Estimate - ((Estimate - _estimates[TailDraws - 1]) * stretch), Estimate + ((_estimates[^TailDraws] - Estimate) * stretch));
    }

    /// <summary>How often a truth of zero would show at least this much: the level at which <see cref="At"/> would just reach zero.</summary>
    public double PValue()
    {
        if (_estimates.Length == 0)
        {
            return 1;
        }

        var outside = Math.Min(_estimates.Count(static value => value <= 0), _estimates.Count(static value => value >= 0)) + 1;
        var tail = outside / (_estimates.Length + 1.0);
        if (tail >= 0.5)
        {
            return 1;
        }

        var z = outside > TailDraws ? Distributions.NormalQuantile(tail) : BeyondTheDraws();
        return Math.Min(1, 2 * Distributions.StudentBelow(z / Expansion, _clusters - 1));
    }

    private double BeyondTheDraws()
    {
        var width = Estimate > 0 ? Estimate - _estimates[TailDraws - 1] : _estimates[^TailDraws] - Estimate;
        return width > 0 ? TailQuantile * Math.Abs(Estimate) / width : double.NegativeInfinity;
    }

    private double TailQuantile => Distributions.NormalQuantile(TailDraws / (_estimates.Length + 1.0));

    private double Expansion => Math.Sqrt(_clusters / (_clusters - 1.0));

    private static double[] Draw(ClusterStatistic statistic, int clusters, int resamples, Random random)
    {
        var estimates = new double[resamples];
        var times = new int[clusters];
        for (var i = 0; i < resamples; i++)
        {
            Array.Clear(times);
            for (var j = 0; j < clusters; j++)
            {
                times[random.Next(clusters)]++;
            }

            estimates[i] = statistic.Of(times);
        }

        Array.Sort(estimates);
        return estimates;
    }
}
