using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Signalbox.Bench.LoadClient;

/// <summary>Sleeps until a point on the monotonic clock; the timers of .NET are too coarse to keep a schedule of milliseconds.</summary>
internal static class PreciseClock
{
    private const int Monotonic = 1;
    private const int AbsoluteTime = 1;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC, which is what Stopwatch reads on Linux.</summary>
    public static long Now => Stopwatch.GetTimestamp() * (NanosecondsPerSecond / Stopwatch.Frequency);

    public static void SleepUntil(long nanoseconds)
    {
        var until = new TimeSpec { Seconds = nanoseconds / NanosecondsPerSecond, Nanoseconds = nanoseconds % NanosecondsPerSecond };
        while (Now < nanoseconds)
        {
            // Returns early only on a signal, hence the loop.
            _ = ClockNanosleep(Monotonic, AbsoluteTime, in until, IntPtr.Zero);
        }
    }

    [DllImport("libc", EntryPoint = "clock_nanosleep")]
    private static extern int ClockNanosleep(int clock, int flags, in TimeSpec until, IntPtr remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
