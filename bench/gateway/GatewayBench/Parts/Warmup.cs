using Signalbox.Bench.Gateway.Processes;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>Load that nobody measures, so that the compiler is through with the paths that are measured next. The pauses are for
/// the compiler: it works in the background, and a machine under full load starves it for a long time.</summary>
internal static class Warmup
{
    private const int Connections = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    public static Call[] AllKinds(Proxy proxy) =>
        [proxy.Relayed(Providers.Complete), proxy.Translated(Providers.Complete), proxy.Relayed(Providers.Burst), proxy.Translated(Providers.Burst)];

    public static async Task RunAsync(Setup setup, IReadOnlyList<Call> calls, CancellationToken cancellationToken)
    {
        for (var i = 0; i < (setup.Options.Quick ? 7 : 12); i++)
        {
            await Wrk.RunAsync(setup, calls, new WrkPlan(Connections, Seconds: 1, Placement.AllCpus), cancellationToken);
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
