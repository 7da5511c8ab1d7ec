using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>A process of the bench: started through a shell that replaces itself, so the id is the id of the program, with a
/// small environment, so that no setting of the developer's shell reaches one side only.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static ChildProcess Start(string command, string logFile, string home)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = home };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec {command} >> '{logFile}' 2>&1");
        start.Environment.Clear();
        start.Environment["HOME"] = home;
        foreach (var name in new[] { "PATH", "DOTNET_ROOT", "LANG" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                start.Environment[name] = value;
            }
        }
        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"Could not start: {command}"));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
