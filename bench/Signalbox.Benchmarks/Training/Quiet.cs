using System.Globalization;

namespace Signalbox.Benchmarks.Training;

/// <summary>
/// Tells measurements during which other programs took the processors from those that count: a disturbed one is made again, a few times each and not
/// for ever, so that a machine which is never quiet gets its numbers too.
/// </summary>
internal sealed class Quiet
{
    private const int MostTries = 5;
    private const double TicksPerSecond = 100;

    /// <summary>Processors that others used; below it is what the ticks of the system's clock cannot tell.</summary>
    private const double MostForeign = 0.35;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(200);

    private int _repeatsLeft = 300;

    /// <summary>Measurements that count although they were disturbed each time.</summary>
    public int Disturbed { get; private set; }

    public async Task<double> MeasureAsync(Func<Task<double>> measure)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (start, system, own) = (TimeProvider.System.GetTimestamp(), SystemSeconds(), Environment.CpuUsage.TotalTime);
            var result = await measure();
            var foreign = SystemSeconds() - system - (Environment.CpuUsage.TotalTime - own).TotalSeconds;
            if (foreign <= MostForeign * TimeProvider.System.GetElapsedTime(start).TotalSeconds)
            {
                return result;
            }

            if (attempt == MostTries || _repeatsLeft == 0)
            {
                Disturbed++;
                return result;
            }

            _repeatsLeft--;
            await Task.Delay(Wait);
        }
    }

    /// <summary>Of all processors, in any program, and those that the hypervisor gave to others.</summary>
    private static double SystemSeconds()
    {
        using var reader = new StreamReader("/proc/stat");
        var fields = reader.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(static field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (fields.Sum() - fields[3] - fields[4]) / TicksPerSecond;
    }
}
