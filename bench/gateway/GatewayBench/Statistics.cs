namespace Signalbox.Bench.Gateway;

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The value that a quarter of the values stay below: what is left of a cost when other work on the machine, which can
    /// only add to it, was quiet. Steadier here than the median and less lucky than the minimum.</summary>
    public static double LowerQuartile(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 4);

    /// <summary>The median of the slopes between all pairs (Theil-Sen), per sample: a single garbage collection does not tilt it.</summary>
    public static double Slope(IReadOnlyList<double> samples)
    {
        var slopes = new List<double>(samples.Count * (samples.Count - 1) / 2);
        for (var i = 0; i < samples.Count; i++)
        {
            for (var j = i + 1; j < samples.Count; j++)
            {
                slopes.Add((samples[j] - samples[i]) / (j - i));
            }
        }
        return Median(slopes);
    }

    /// <summary>Where the median lies with 95 % confidence: the percentiles of the medians of 10,000 seeded resamples.</summary>
    public static (double Low, double High) MedianInterval(IReadOnlyList<double> values)
    {
        const int Resamples = 10_000;
        var random = new Random(1);
        var medians = Enumerable.Range(0, Resamples).Select(_ => Median(values.Select(_ => values[random.Next(values.Count)]))).Order().ToArray();
        return (medians[Resamples / 40], medians[Resamples - 1 - (Resamples / 40)]);
    }

    /// <summary>The elements of one list against the other's, round by round: what disturbs a round disturbs both sides of it.</summary>
    public static double[] Pairwise(IReadOnlyList<double> left, IReadOnlyList<double> right, Func<double, double, double> combine) =>
        left.Zip(right, combine).ToArray();
}
