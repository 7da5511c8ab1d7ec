using Signalbox.Inference.Sizing;

namespace Signalbox.Inference.Tests.Sizing;

public sealed class MachineMemoryTests : IDisposable
{
    private const long GiB = 1L << 30;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("signalbox-tests-");

    public MachineMemoryTests() => Write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:         100 kB\nMemAvailable:    8388608 kB\n");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Without_a_control_group_it_is_the_machines() => Assert.Equal(new MachineMemory(16 * GiB, 8 * GiB), Read());

    [Fact]
    public void A_group_of_version_2_limits_it_and_its_file_cache_counts_as_free()
    {
        Write("proc/self/cgroup", "0::/user/service\n");
        Write("sys/fs/cgroup/user/service/memory.max", "max\n");
        Write("sys/fs/cgroup/user/memory.max", $"{4 * GiB}\n");
        Write("sys/fs/cgroup/user/memory.current", $"{3 * GiB}\n");
        Write("sys/fs/cgroup/user/memory.stat", $"anon {GiB}\ninactive_file {2 * GiB}\n");
        Assert.Equal(new MachineMemory(4 * GiB, 3 * GiB), Read());
    }

    [Fact]
    public void A_group_of_version_1_limits_it()
    {
        Write("proc/self/cgroup", "8:pids:/\n4:cpu,memory:/box\n0::/\n");
        Write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", $"{2 * GiB}\n");
        Write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", $"{GiB}\n");
        Assert.Equal(new MachineMemory(2 * GiB, GiB), Read());
    }

    [Fact]
    public void In_a_container_the_root_stands_for_the_group_that_only_the_host_sees()
    {
        Write("proc/self/cgroup", "0::/docker/0123456789\n");
        Write("sys/fs/cgroup/memory.max", $"{GiB}\n");
        Assert.Equal(new MachineMemory(GiB, GiB), Read());
    }

    [Fact]
    public void A_limit_above_the_machine_is_none()
    {
        Write("proc/self/cgroup", "4:memory:/\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        Assert.Equal(new MachineMemory(16 * GiB, 8 * GiB), Read());
    }

    [Fact]
    public void Files_that_make_no_sense_are_passed_over()
    {
        Write("proc/self/cgroup", "nonsense\n::\n0::/../../x\n");
        Write("sys/fs/cgroup/memory.max", "a lot\n");
        Assert.Equal(new MachineMemory(16 * GiB, 8 * GiB), Read());
    }

    [Fact]
    public void This_machine_has_some()
    {
        var machine = MachineMemory.Read();
        Assert.InRange(machine.AvailableBytes, 1, machine.TotalBytes);
    }

    private MachineMemory Read() => MachineMemory.Read(_root.FullName);

    private void Write(string path, string text)
    {
        var full = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
