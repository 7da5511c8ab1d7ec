using System.Globalization;

namespace Signalbox.Inference.Sizing;

/// <summary>Memory that this process may use: the machine's, or less where its control group says so.</summary>
/// <param name="TotalBytes">All of it.</param>
/// <param name="AvailableBytes">What is free or can be freed, file caches included.</param>
internal readonly record struct MachineMemory(long TotalBytes, long AvailableBytes)
{
    /// <param name="root">Where /proc and /sys are.</param>
    public static MachineMemory Read(string root = "/")
    {
        var info = Values(Path.Combine(root, "proc/meminfo"), ':');
        if (!info.TryGetValue("MemTotal", out var total) || !info.TryGetValue("MemAvailable", out var available))
        {
            // No Linux: what the runtime believes.
            var memory = GC.GetGCMemoryInfo();
            return new MachineMemory(memory.TotalAvailableMemoryBytes, Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes));
        }

        var machine = new MachineMemory(total * 1024, available * 1024);
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            machine = line.Split(':', 3) switch
            {
                ["0", "", var path] => machine.Within(Path.Combine(root, "sys/fs/cgroup"), path, "memory.max", "memory.current", "inactive_file"),
                [_, var controllers, var path] when controllers.Split(',').Contains("memory") =>
                    machine.Within(Path.Combine(root, "sys/fs/cgroup/memory"), path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
                _ => machine,
            };
        }

        return machine;
    }

    /// <summary>Each group limits those inside it; in a container the path may be one that only the host sees, then the root stands for it.</summary>
    private MachineMemory Within(string mount, string path, string limitFile, string usedFile, string reclaimable)
    {
        var machine = this;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var depth = parts.Length; depth >= 0; depth--)
        {
            var folder = Path.Combine([mount, .. parts[..depth]]);
            if (Number(Path.Combine(folder, limitFile)) is { } limit && limit < machine.TotalBytes)
            {
                var used = Number(Path.Combine(folder, usedFile)) ?? 0;
                var freeable = Values(Path.Combine(folder, "memory.stat"), ' ').GetValueOrDefault(reclaimable);
                machine = new MachineMemory(limit, Math.Min(machine.AvailableBytes, Math.Max(0, limit - Math.Max(0, used - freeable))));
            }
        }

        return machine;
    }

    private static long? Number(string file) =>
        Lines(file) is [var line, ..] && long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Dictionary<string, long> Values(string file, char separator)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in Lines(file))
        {
            var end = line.IndexOf(separator);
            if (end > 0 && long.TryParse(line[(end + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                values[line[..end]] = value;
            }
        }

        return values;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
