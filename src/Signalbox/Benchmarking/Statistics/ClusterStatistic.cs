namespace Signalbox.Benchmarking.Statistics;

/// <summary>The middle of clusters of values, each cluster taken a number of times. Sorted once, so that a resample is one walk.</summary>
internal sealed class ClusterStatistic
{
    private const int TrimmedShare = 10;

    private readonly Middle _middle;
    private readonly double[] _values;
    private readonly int[] _clusterOf;
    private readonly int[] _sizes;
    private readonly double[] _sums;

    public ClusterStatistic(IReadOnlyList<IReadOnlyList<double>> clusters, Middle middle)
    {
        _middle = middle;
        _sizes = [.. clusters.Select(static cluster => cluster.Count)];
        _sums = [.. clusters.Select(static cluster => cluster.Sum())];
        var sorted = clusters.SelectMany(static (cluster, i) => cluster.Select(value => (Value: value, Cluster: i))).OrderBy(static pair => pair.Value).ToArray();
        _values = [.. sorted.Select(static pair => pair.Value)];
        _clusterOf = [.. sorted.Select(static pair => pair.Cluster)];
    }

    public double Of(ReadOnlySpan<int> times)
    {
        var (count, sum) = (0, 0.0);
        for (var i = 0; i < times.Length; i++)
        {
            count += times[i] * _sizes[i];
            sum += times[i] * _sums[i];
        }

        return _middle switch
        {
            Middle.Mean => sum / count,
            Middle.TrimmedMean => MeanOf(count / TrimmedShare, count - (count / TrimmedShare), times),
            _ => (At((count - 1) / 2, times) + At(count / 2, times)) / 2,
        };
    }

    /// <summary>The mean of the ranks from the first number to below the second.</summary>
    private double MeanOf(int from, int to, ReadOnlySpan<int> times)
    {
        var (passed, sum) = (0, 0.0);
        for (var i = 0; i < _values.Length && passed < to; i++)
        {
            var next = passed + times[_clusterOf[i]];
            sum += _values[i] * Math.Max(0, Math.Min(next, to) - Math.Max(passed, from));
            passed = next;
        }

        return sum / (to - from);
    }

    private double At(int rank, ReadOnlySpan<int> times)
    {
        var passed = 0;
        for (var i = 0; i < _values.Length; i++)
        {
            passed += times[_clusterOf[i]];
            if (passed > rank)
            {
                return _values[i];
            }
        }

        return _values[^1];
    }
}
