using System.Globalization;
using System.Text;

namespace Signalbox.Bench.LoadClient;

/// <summary>
/// Requests at fixed times, whatever became of the ones before. Each thread owns one connection and every T-th slot of the
/// schedule, and a latency runs from the time at which the request was due: a stall is counted for everyone who waited in it.
/// </summary>
internal sealed class FixedRateLoad(int port, byte[] request, string marker, int rate, int seconds, int threads)
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long Pause = NanosecondsPerSecond / 5;
    private readonly byte[] _marker = Encoding.UTF8.GetBytes(marker);
    private readonly int _slots = rate * seconds;

    public string Run()
    {
        var toMarker = new long[_slots];
        var toEnd = new long[_slots];
        var late = new long[_slots];
        // Every connection has answered once before the schedule begins: it measures answers, not connects.
        long start = 0;
        using var connected = new Barrier(threads, _ => Volatile.Write(ref start, PreciseClock.Now + Pause));
        var workers = new Thread[threads];
        for (var worker = 0; worker < threads; worker++)
        {
            var first = worker;
            workers[worker] = new Thread(() =>
            {
                using var connection = new Connection(port, request, _marker);
                connection.Send();
                connected.SignalAndWait();
                Work(connection, first, Volatile.Read(ref start), toMarker, toEnd, late);
            }, 256 * 1024);
            workers[worker].Start();
        }
        foreach (var worker in workers)
        {
            worker.Join();
        }

        return string.Create(CultureInfo.InvariantCulture,
            $$"""{"sent":{{_slots}},"failed":{{toEnd.Count(latency => latency == 0)}},"marker":{{Summary(toMarker)}},"whole":{{Summary(toEnd)}},"late":{{Summary(late)}}}""");
    }

    private void Work(Connection connection, int first, long start, long[] toMarker, long[] toEnd, long[] late)
    {
        for (var slot = first; slot < _slots; slot += threads)
        {
            var due = start + (slot * NanosecondsPerSecond / rate);
            PreciseClock.SleepUntil(due);
            late[slot] = PreciseClock.Now - due;
            if (connection.Send() is { } exchange)
            {
                toMarker[slot] = exchange.Marked - due;
                toEnd[slot] = exchange.Complete - due;
            }
        }
    }

    /// <summary>Microseconds at the usual percentiles; what failed (0) is left out, it is reported by its own number.</summary>
    private static string Summary(long[] nanoseconds)
    {
        var sorted = nanoseconds.Where(value => value > 0).Order().ToArray();
        double At(double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)] / 1000.0;
        return string.Create(CultureInfo.InvariantCulture,
            $$"""{"p50":{{At(0.50):F1}},"p90":{{At(0.90):F1}},"p99":{{At(0.99):F1}},"max":{{At(1):F1}}}""");
    }
}
