namespace Signalbox.Resilience;

/// <summary>The share of calls that failed lately: both counts fade with time.</summary>
internal sealed class FailureTally
{
    /// <summary>Below this much recent evidence nothing is said.</summary>
    private const double LeastEvidence = 0.5;

    private static readonly TimeSpan Fading = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private double _good;
    private double _bad;
    private long _last;

    public void Add(bool failed, DateTimeOffset now)
    {
        lock (_lock)
        {
            var left = Left(now);
            _good = (_good * left) + (failed ? 0 : 1);
            _bad = (_bad * left) + (failed ? 1 : 0);
            _last = Math.Max(_last, now.UtcTicks);
        }
    }

    public double Share(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_bad == 0)
            {
                return 0;
            }

            return (_good + _bad) * Left(now) < LeastEvidence ? 0 : _bad / (_good + _bad);
        }
    }

    private double Left(DateTimeOffset now) => Math.Exp(-Math.Max(0, now.UtcTicks - _last) / (double)Fading.Ticks);
}
