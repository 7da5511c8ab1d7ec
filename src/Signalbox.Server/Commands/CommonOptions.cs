using System.CommandLine;
using Signalbox.Configuration;
using Signalbox.Providers.Local;

namespace Signalbox.Server.Commands;

/// <summary>The options that every verb has, and the configuration that comes of them.</summary>
internal sealed class CommonOptions
{
    private CommonOptions(Command command)
    {
        command.Options.Add(Config);
        command.Options.Add(Data);
    }

    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Configuration file. Default: signalbox.json in the working folder if there is one, else what the environment offers.",
        HelpName = "FILE",
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder for what Signalbox keeps: results of benchmarks and experiments, feedback. Default: the local application data folder + signalbox.",
        HelpName = "DIR",
    };

    public static CommonOptions AddTo(Command command) => new(command);

    /// <summary>The folder for what Signalbox keeps; it may not exist yet.</summary>
    public string DataFolder(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(Data) is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "signalbox"));

    /// <summary>Loads the configuration; on errors says all of them on standard error and returns null.</summary>
    public ConfigResult? Load(ParseResult parsed)
    {
        var result = ConfigLoader.Load(parsed.GetValue(Config), ConfigLoader.ProcessEnvironment());
        if (result.Config is { Discovered: true, Providers.Count: 0 } && LocalModelFiles.List(result.Config.Local).Count == 0)
        {
            foreach (var problem in result.Problems)
            {
                Console.Error.WriteLine($"error: {problem.Message}");
            }

            return null;
        }

        Report(result);
        return result.Config is null ? null : result;
    }

    /// <summary>Says every problem on standard error, a line each.</summary>
    public static void Report(ConfigResult result)
    {
        foreach (var problem in result.Problems)
        {
            Console.Error.WriteLine(problem);
        }
    }
}
