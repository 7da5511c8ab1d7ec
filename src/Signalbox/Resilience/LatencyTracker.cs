namespace Signalbox.Resilience;

/// <summary>
/// Times to first output of answers; failures are not told to it, so failing fast does not look fast. A mean that follows the
/// latest values, and a high percentile of the last of them. Both are forgotten when nothing was seen for a while.
/// </summary>
internal sealed class LatencyTracker
{
    private const int Kept = 128;
    private const int LeastForPercentile = 20;
    private const int RecountEvery = 8;
    private const double LeastWeight = 0.2;
    private const double Percentile = 0.95;

    /// <summary>After as long a silence, a new value counts for most of the mean.</summary>
    private static readonly TimeSpan Fading = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private float[]? _values;
    private int _count;
    private long _last;
    private double _mean;
    private double _high = double.NaN;

    public void Add(TimeSpan value, DateTimeOffset now)
    {
        lock (_lock)
        {
            _values ??= new float[Kept];
            if (IsForgotten(now))
            {
                (_count, _high) = (0, double.NaN);
            }

            var silence = now.UtcTicks - _last;
            var weight = _count == 0 ? 1 : Math.Max(LeastWeight, 1 - Math.Exp(-silence / (double)Fading.Ticks));
            _mean += weight * (value.TotalMilliseconds - _mean);
            _values[_count % Kept] = (float)value.TotalMilliseconds;
            _count = _count + 1 == 2 * Kept ? Kept : _count + 1;
            Volatile.Write(ref _last, now.UtcTicks);
            if (_count >= LeastForPercentile && (double.IsNaN(_high) || _count % RecountEvery == 0))
            {
                _high = High(_values.AsSpan(0, Math.Min(_count, Kept)));
            }
        }
    }

    /// <summary>Milliseconds; null where nothing was seen lately.</summary>
    public double? Mean(DateTimeOffset now) => IsForgotten(now) ? null : Volatile.Read(ref _mean);

    /// <summary>What all but a twentieth stay below; null where too little was seen lately.</summary>
    public TimeSpan? HighPercentile(DateTimeOffset now)
    {
        // Read once: it may be forgotten between two looks at it.
        var high = Volatile.Read(ref _high);
        return IsForgotten(now) || double.IsNaN(high) ? null : TimeSpan.FromMilliseconds(high);
    }

    private bool IsForgotten(DateTimeOffset now) => Volatile.Read(ref _last) is var last && (last == 0 || now.UtcTicks - last > Memory.Ticks);

    private static double High(ReadOnlySpan<float> values)
    {
        Span<float> sorted = stackalloc float[values.Length];
        values.CopyTo(sorted);
        sorted.Sort();
        return sorted[Math.Min(values.Length - 1, (int)Math.Ceiling(values.Length * Percentile) - 1)];
    }
}
