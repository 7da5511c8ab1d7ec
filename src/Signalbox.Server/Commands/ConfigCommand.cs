using System.CommandLine;
using Signalbox.Configuration;

namespace Signalbox.Server.Commands;

/// <summary><c>config check</c>: says everything that is wrong with a configuration at once.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var command = new Command("config", "Works with configuration files.");
        command.Subcommands.Add(CreateCheck());
        return command;
    }

    private static Command CreateCheck()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration file." };
        var check = new Command("check", "Checks a configuration file: every error at once, with its path.") { file };
        check.SetAction(parsed =>
        {
            var result = ConfigLoader.Load(parsed.GetValue(file), ConfigLoader.ProcessEnvironment());
            CommonOptions.Report(result);
            if (result.Config is not { } config)
            {
                return CommandLine.WrongWords;
            }

            Console.WriteLine($"{parsed.GetValue(file)} is valid: {config.Providers.Count} providers, {config.Models.Count} models, {config.Routes.Count} routes.");
            return CommandLine.Done;
        });
        return check;
    }
}
