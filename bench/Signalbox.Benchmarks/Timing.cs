using System.Diagnostics;

namespace Signalbox.Benchmarks;

/// <summary>How long something takes.</summary>
internal static class Timing
{
    /// <summary>Nanoseconds of one call: the median of batches, because on a machine that does other things as well a mean would measure those.</summary>
    /// <param name="batches">Batches that count; as many run before them.</param>
    /// <param name="batch">Calls of a batch.</param>
    /// <param name="call">What is measured.</param>
    public static long Median(int batches, int batch, Action call)
    {
        var times = new double[batches];
        for (var run = -batches; run < batches; run++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < batch; i++)
            {
                call();
            }

            times[Math.Abs(run) % batches] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / batch;
        }

        Array.Sort(times);
        return (long)times[batches / 2];
    }
}
