using System.Diagnostics;
using System.Runtime.InteropServices;
using Signalbox.FunctionalTests.Support;

namespace Signalbox.FunctionalTests.Server;

/// <summary>The built executable as a process of its own, in an empty folder and with no environment but the one given.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int Terminate = 15;
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private ServerProcess(Process process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts it with files of these contents in its folder.</summary>
    public static ServerProcess Start(string[] arguments, string? config = null, params (string Name, string Value)[] environment)
    {
        var folder = Directory.CreateTempSubdirectory("signalbox-tests-");
        if (config is not null)
        {
            File.WriteAllText(Path.Combine(folder.FullName, "signalbox.json"), config);
        }

        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Signalbox.Server"), arguments)
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var needed = new[] { "PATH", "HOME", "DOTNET_ROOT" }.Select(static name => (name, Value: Environment.GetEnvironmentVariable(name)!)).Where(static pair => pair.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in needed.Concat(environment))
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ServerProcess(process, folder);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, string? config = null, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, config, environment);
        return await process.EndAsync();
    }

    public async Task<(int Code, string Output, string Errors)> EndAsync()
    {
        var output = _process.StandardOutput.ReadToEndAsync(Patience.Token);
        var errors = _process.StandardError.ReadToEndAsync(Patience.Token);
        await Patience.For(_process.WaitForExitAsync(Patience.Token), "the end of the process");
        return (_process.ExitCode, await output, await errors);
    }

    /// <summary>The address in the line that says the server listens.</summary>
    public async Task<Uri> ListeningAsync()
    {
        const string Words = "Signalbox is listening on ";
        var line = await Patience.For(Output.ReadLineAsync(Patience.Token).AsTask(), "the listening line");
        Assert.StartsWith(Words, line, StringComparison.Ordinal);
        return new Uri(line![Words.Length..]);
    }

    /// <summary>What a service manager sends to stop it.</summary>
    public void Stop() => Assert.Equal(0, Kill(_process.Id, Terminate));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
