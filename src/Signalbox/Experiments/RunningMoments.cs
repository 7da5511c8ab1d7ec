namespace Signalbox.Experiments;

/// <summary>Count, mean and squared deviations of a stream of numbers (Welford 1962). The order of arrival matters to rounding only.</summary>
internal readonly record struct RunningMoments(long Count, double Mean, double SquaredDeviations)
{
    public RunningMoments And(double value)
    {
        var count = Count + 1;
        var delta = value - Mean;
        var mean = Mean + delta / count;
        return new RunningMoments(count, mean, SquaredDeviations + delta * (value - mean));
    }
}
