using System.CommandLine;

namespace Signalbox.Server.Commands;

/// <summary><c>model</c>: what works with model files of this machine.</summary>
internal static class ModelCommand
{
    public static Command Create()
    {
        var command = new Command("model", "Runs and measures model files (GGUF) on this machine.");
        command.Subcommands.Add(ModelInfoCommand.Create());
        command.Subcommands.Add(ModelQuantizeCommand.Create());
        command.Subcommands.Add(ModelEvalCommand.Create());
        command.Subcommands.Add(ModelBenchCommand.Create());
        command.Subcommands.Add(ModelRunCommand.Create());
        return command;
    }
}
