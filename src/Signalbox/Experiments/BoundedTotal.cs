namespace Signalbox.Experiments;

/// <summary>Count and sum of numbers between 0 and 1: errors (1) among requests, or scores of feedback.</summary>
internal readonly record struct BoundedTotal(long Count, double Sum)
{
    public double? Mean => Count == 0 ? null : Math.Clamp(Sum / Count, 0, 1);

    public BoundedTotal And(double value) => new(Count + 1, Sum + value);

    /// <summary>Puts a number in place of one that was counted before.</summary>
    public BoundedTotal Instead(double before, double now) => this with { Sum = Math.Max(0, Sum - before + now) };
}
