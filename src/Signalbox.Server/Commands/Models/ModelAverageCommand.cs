using System.CommandLine;
using System.Globalization;
using Signalbox.Inference;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model average</c>: writes the mean of models that were trained on from the same one.</summary>
internal static class ModelAverageCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Models that were trained on from the same one, two or more, best as training wrote them (F32). One named twice counts twice.", Arity = ArgumentArity.OneOrMore };
        var target = new Option<string>("--out") { Description = "Where the mean is written, in F32; replaced when it is there.", HelpName = "OUT", Required = true };
        var command = new Command("average", "Writes the mean of the weights of several training runs: often better than each of them.") { files, target };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed.GetValue(files)!, parsed.GetValue(target)!, cancel), CancellationToken.None));
        return command;
    }

    private static int Run(string[] files, string target, CancellationToken cancel)
    {
        try
        {
            if (!ModelAverage.TryWrite(files, target, cancel, out var fault))
            {
                Console.Error.WriteLine($"error: {fault.Message}");
                return fault.Kind == EngineFaultKind.InvalidRequest ? CommandLine.WrongWords : CommandLine.Failed;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{target}: the mean of {files.Length} models, {new FileInfo(target).Length / 1048576.0:N1} MiB. Quantize it (model quantize), and calibrate it again (model calibrate)."));
            return CommandLine.Done;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"error: cancelled; {target} was not written.");
            return CommandLine.Failed;
        }
    }
}
