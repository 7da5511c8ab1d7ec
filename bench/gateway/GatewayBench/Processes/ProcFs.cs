using System.Globalization;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>What the operating system says about a process, from /proc.</summary>
internal static class ProcFs
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of all threads, also of those that have ended. The sum is exact to a tick of 10 ms.</summary>
    public static double CpuSeconds(int process)
    {
        var fields = StatFields($"/proc/{process}/stat");
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>Time of all CPUs of the machine.</summary>
    public static MachineTime ReadMachineTime()
    {
        // user nice system idle iowait irq softirq steal
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(Number).ToArray();
        var idle = fields[3] + fields[4];
        // Our own is this process and its children that have ended; the build before it was done under the same process id.
        var self = StatFields("/proc/self/stat")[11..15].Sum(Number);
        return new MachineTime(
            (fields.Sum() - idle - fields[7]) / TicksPerSecond, self / TicksPerSecond, fields[7] / TicksPerSecond, fields.Sum() / TicksPerSecond);
    }

    /// <summary>Resident and private memory in KB.</summary>
    public static Memory ReadMemory(int process)
    {
        double resident = 0, shared = 0;
        foreach (var line in File.ReadLines($"/proc/{process}/smaps_rollup"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "Rss:")
            {
                resident = Number(words[1]);
            }
            else if (words[0] is "Shared_Clean:" or "Shared_Dirty:")
            {
                shared += Number(words[1]);
            }
        }
        return new Memory(resident, resident - shared);
    }

    public static double LoadAverage() => Number(File.ReadAllText("/proc/loadavg").Split(' ')[0]);

    // The name in parentheses may hold spaces; fields are counted from behind it: utime is the 12th, then stime, cutime, cstime.
    private static string[] StatFields(string file)
    {
        var stat = File.ReadAllText(file);
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

internal readonly record struct Memory(double ResidentKb, double PrivateKb);

/// <summary>Seconds in which a CPU worked, worked for the bench, was taken away by the hypervisor, and existed.</summary>
internal readonly record struct MachineTime(double Busy, double Own, double Stolen, double Total);
