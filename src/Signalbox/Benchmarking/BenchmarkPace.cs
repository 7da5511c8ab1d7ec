using Signalbox.Ledger;

namespace Signalbox.Benchmarking;

/// <summary>
/// Keeps a benchmark that runs by itself out of the way: it begins a call when no request is on its way, or after a while in vain, and
/// rests after each so long that it is busy for no more than its share of the time.
/// </summary>
internal sealed class BenchmarkPace(double maxShare, UsageJournal journal, TimeProvider time)
{
    /// <summary>Where requests never pause, the share alone protects them.</summary>
    public static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(2);

    /// <summary>The longest rest, as a multiple of the call before it.</summary>
    private const double MostRest = 1e6;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public TimeSpan RestAfter(TimeSpan busy) => maxShare >= 1 ? TimeSpan.Zero : busy * Math.Min((1 - maxShare) / maxShare, MostRest);

    public async Task RestAsync(TimeSpan busy, CancellationToken cancel)
    {
        // A timer has a longest time.
        for (var rest = RestAfter(busy); rest > TimeSpan.Zero; rest -= LongestDelay)
        {
            await Task.Delay(rest < LongestDelay ? rest : LongestDelay, time, cancel);
        }
    }

    public async Task YieldAsync(CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        while (journal.Open > 0 && time.GetElapsedTime(start) < MostPatience)
        {
            await Task.Delay(Look, time, cancel);
        }
    }
}
