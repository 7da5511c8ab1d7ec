using System.CommandLine;
using System.Globalization;

namespace Signalbox.Server.Commands.Models;

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
        command.Subcommands.Add(ModelTrainCommand.Create());
        command.Subcommands.Add(ModelAverageCommand.Create());
        command.Subcommands.Add(ModelFinetuneCommand.Create());
        command.Subcommands.Add(ModelScoreCommand.Create());
        command.Subcommands.Add(ModelCalibrateCommand.Create());
        return command;
    }

    /// <summary>A file of <c>--lora</c> with its scale, 1 where none stands behind a colon; null where the scale is no number.</summary>
    public static (string Path, float Scale)? ReadAdapter(string given)
    {
        var colon = given.LastIndexOf(':');
        return File.Exists(given) || colon <= 0 ? (given, 1)
            : float.TryParse(given.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var scale) && float.IsFinite(scale) ? (given[..colon], scale)
            : null;
    }

    public static string WrongAdapter(string given) => $"--lora {given}: there is no such file, and what stands behind the colon is no scale; write FILE or FILE:0.5.";
}
