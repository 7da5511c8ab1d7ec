using System.CommandLine;
using System.CommandLine.Parsing;
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
        foreach (var verb in command.Subcommands)
        {
            RefuseEmptyNames(verb);
        }

        return command;
    }

    /// <summary>
    /// An empty word where a file or a name belongs is a script's unset variable; as a path it would be the working folder. A TEXT may be empty, and the
    /// verb of an optional argument says itself what it makes of that.
    /// </summary>
    private static void RefuseEmptyNames(Command verb)
    {
        foreach (var option in verb.Options.Where(static option => IsName(option.ValueType) && option.HelpName != "TEXT"))
        {
            option.Validators.Add(result => RefuseEmpty(result, option.Name));
        }

        foreach (var argument in verb.Arguments.Where(static argument => IsName(argument.ValueType) && argument.Arity.MinimumNumberOfValues > 0))
        {
            argument.Validators.Add(result => RefuseEmpty(result, argument.Name));
        }
    }

    private static bool IsName(Type type) => type == typeof(string) || type == typeof(string[]);

    private static void RefuseEmpty(SymbolResult result, string name)
    {
        if (result.Tokens.Any(static token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{name} is empty: name what it stands for.");
        }
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
