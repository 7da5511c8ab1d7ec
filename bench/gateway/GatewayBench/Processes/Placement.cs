using System.Diagnostics;
using System.Globalization;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>Which CPUs the bench uses. Processes start on all of them, so that the compiler of a warming-up runtime has room, and
/// are moved afterwards.</summary>
internal sealed record Placement(string Name, string Cpus)
{
    /// <summary>As the scheduler likes.</summary>
    public static readonly Placement AllCpus =
        new("all CPUs", string.Create(CultureInfo.InvariantCulture, $"0-{Environment.ProcessorCount - 1}"));

    /// <summary>Everything on the last one. No work crosses CPUs, whose cost is what varies most on a virtual machine; and as the
    /// kernel's part is small here, what our own code costs shows most.</summary>
    public static readonly Placement OneCpu =
        new("one CPU", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount - 1}"));

    /// <summary>In front of a command that is to start there.</summary>
    public string Prefix => $"taskset -c {Cpus}";

    /// <summary>Moves all threads of running processes.</summary>
    public void Move(params ReadOnlySpan<ChildProcess> processes)
    {
        foreach (var child in processes)
        {
            using var taskset = Process.Start(new ProcessStartInfo("taskset", $"-acp {Cpus} {child.Id}") { RedirectStandardOutput = true });
            taskset?.StandardOutput.ReadToEnd();
            taskset?.WaitForExit();
            if (taskset?.ExitCode != 0)
            {
                throw new BenchException($"taskset could not move process {child.Id} to CPU {Cpus}");
            }
        }
    }
}
