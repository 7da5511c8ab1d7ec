using System.Diagnostics;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>A program whose output is its result: wrk, the load client, a version question. It does not outlive its scope.</summary>
internal sealed class Tool : IDisposable
{
    private readonly Process _process;

    private Tool(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    public StreamWriter Input => _process.StandardInput;

    public static Tool Start(string command)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec {command}");
        return new Tool(Process.Start(start) ?? throw new BenchException($"Could not start: {command}"));
    }

    /// <summary>The rest of the output and the exit code.</summary>
    public async Task<(string Output, int ExitCode)> EndAsync(CancellationToken cancellationToken)
    {
        Input.Close();
        var output = await Output.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return (output, _process.ExitCode);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
