using System.Runtime.InteropServices;
using Signalbox.Bench.Gateway;
using Signalbox.Bench.Gateway.Parts;
using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}

using var interrupted = new CancellationTokenSource();
// The children end with their scopes; an abrupt end would leave nginx and the proxies behind.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

var report = new BenchReport();
var machine = (await Machine.ReadAsync(Environment.CurrentDirectory)) with
{
    SettingsThatDiffer = options.SelfCheck ? [] : RuntimeSettings.Differences(options.BareProxy, options.Gateway),
};
Console.WriteLine($"{machine.Cpu}, {machine.Cores} CPUs, {machine.MemoryGb} GB, kernel {machine.Kernel}, {machine.Runtime}, {machine.Nginx}, commit {machine.Commit}");
Console.WriteLine($"Load average at the start: {machine.LoadAverageAtStart}");
foreach (var difference in machine.SettingsThatDiffer)
{
    Console.WriteLine($"Not the same settings: {difference}");
}

var started = ProcFs.ReadMachineTime();
try
{
    await MeasureAsync(options, report, interrupted.Token);
}
catch (BenchException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Interrupted.");
    return 1;
}

machine = machine.Since(started);
Console.WriteLine($"Others used {machine.ForeignPercent} % of the CPU time of this run, the hypervisor took {machine.StolenPercent} %.");
if (options.JsonFile is { } file)
{
    report.WriteJson(file, machine, options);
}
Console.WriteLine(report.Passed ? "Every bar was met." : "A bar was missed.");
return report.Passed ? 0 : 1;

static async Task MeasureAsync(BenchOptions options, BenchReport report, CancellationToken cancellationToken)
{
    using var workspace = new Workspace(options.Keep);
    Payloads.Write(workspace);
    var port = Setup.FreePort();
    await using var upstream = NginxUpstream.Start(workspace, port);
    var setup = new Setup(options, workspace, upstream, port);
    var parts = Parts(setup, report);
    if (options.Only.FirstOrDefault(name => !parts.Any(part => part.Name == name)) is { } unknown)
    {
        throw new BenchException($"There is no part {unknown}; there are: {string.Join(", ", parts.Select(part => part.Name))}");
    }

    await setup.UpstreamReadyAsync(cancellationToken);
    foreach (var (name, run) in parts)
    {
        if (options.Only.Count == 0 || options.Only.Contains(name))
        {
            await run(cancellationToken);
        }
    }
}

static (string Name, Func<CancellationToken, Task> Run)[] Parts(Setup setup, BenchReport report) =>
[
    ("cold-start", new ColdStartPart(setup, report).RunAsync),
    ("cpu", new CpuPart(setup, report).CompleteAsync),
    ("stream-cpu", new CpuPart(setup, report).StreamsAsync),
    ("paced-stream-cpu", new PacedPart(setup, report).RunAsync),
    ("routing-cpu", new CpuPart(setup, report).RoutingAsync),
    ("latency", new LatencyPart(setup, report).AnswersAsync),
    ("first-token", new LatencyPart(setup, report).FirstTokensAsync),
    ("benchmark-interference", new InterferencePart(setup, report).RunAsync),
    ("open-streams", new MemoryPart(setup, report).OpenStreamsAsync),
    ("steady-memory", new MemoryPart(setup, report).SteadyAsync),
];
