namespace Signalbox.Benchmarking.Statistics;

/// <summary>What was measured, and where the truth lies with the confidence of its maker; unbounded where too little was measured.</summary>
internal readonly record struct Interval(double Estimate, double Low, double High)
{
    public bool HasZero => Low <= 0 && High >= 0;

    public bool IsBounded => double.IsFinite(Low) && double.IsFinite(High);

    public Interval Map(Func<double, double> monotonic) => new(monotonic(Estimate), monotonic(Low), monotonic(High));
}
