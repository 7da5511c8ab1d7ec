using System.Globalization;
using System.Runtime.InteropServices;
using Signalbox.Bench.Gateway.Processes;

namespace Signalbox.Bench.Gateway.Reporting;

/// <summary>The facts without which a number of this bench means nothing.</summary>
internal sealed record Machine(
    string Cpu, int Cores, double MemoryGb, string Kernel, string Os, string Runtime, string Nginx, string Wrk, string Commit)
{
    /// <summary>Start of the run, UTC.</summary>
    public string Started { get; init; } = "";

    /// <summary>Above a few tenths, something else was running when the bench began.</summary>
    public double LoadAverageAtStart { get; init; }

    /// <summary>Share of all CPU time of the run that went to processes which are not the bench's. Above a few percent the
    /// numbers are of a busy machine.</summary>
    public double ForeignPercent { get; init; }

    /// <summary>Share of all CPU time of the run that the hypervisor took away.</summary>
    public double StolenPercent { get; init; }

    /// <summary>Runtime settings in which the gateway and the bare proxy differ; empty as it should be.</summary>
    public IReadOnlyList<string> SettingsThatDiffer { get; init; } = [];

    public static async Task<Machine> ReadAsync(string repository) => new(
        Value("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Math.Round(double.Parse(Value("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024 / 1024, 1),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        await FirstLineAsync("nginx -v 2>&1"),
        await FirstLineAsync("wrk -v 2>&1"),
        await FirstLineAsync($"git -C '{repository}' describe --always --dirty 2>/dev/null"))
    {
        Started = TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture),
        LoadAverageAtStart = ProcFs.LoadAverage(),
    };

    /// <summary>The same facts with what became of the machine since <paramref name="before"/>; every child must have ended.</summary>
    public Machine Since(MachineTime before)
    {
        var now = ProcFs.ReadMachineTime();
        var total = now.Total - before.Total;
        return this with
        {
            ForeignPercent = Math.Round(Math.Max(0, now.Busy - before.Busy - (now.Own - before.Own)) / total * 100, 1),
            StolenPercent = Math.Round((now.Stolen - before.Stolen) / total * 100, 1),
        };
    }

    private static string Value(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static async Task<string> FirstLineAsync(string command)
    {
        using var tool = Tool.Start(command);
        var (text, _) = await tool.EndAsync(CancellationToken.None);
        return text.Split('\n')[0].Trim();
    }
}
