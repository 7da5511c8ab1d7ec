using System.CommandLine;
using System.Globalization;
using Signalbox.Inference;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Server.Commands.Routes;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model quantize</c>: writes a model again with smaller weights.</summary>
internal static class ModelQuantizeCommand
{
    private static readonly Dictionary<string, TensorType> Types = new(StringComparer.OrdinalIgnoreCase) { ["q8_0"] = TensorType.Q8_0, ["q4_0"] = TensorType.Q4_0 };

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A GGUF model, best with F32, F16 or BF16 weights." };
        var type = new Option<string>("--type") { Description = "q8_0 (about half of F16, hardly any loss) or q4_0 (about a quarter, some loss).", HelpName = "q8_0|q4_0", Required = true };
        var target = new Option<string>("--out") { Description = "Where the smaller model is written; replaced when it is there.", HelpName = "OUT", Required = true };
        var command = new Command("quantize", "Writes a model again with smaller weights, for less memory and faster answers.") { file, type, target };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(parsed.GetValue(file)!, parsed.GetValue(type)!, parsed.GetValue(target)!, cancel), CancellationToken.None));
        return command;
    }

    private static int Run(string file, string word, string target, CancellationToken cancel)
    {
        if (!Types.TryGetValue(word, out var type))
        {
            Console.Error.WriteLine($"error: --type must be q8_0 or q4_0, not '{word}'.");
            return CommandLine.WrongWords;
        }

        var report = RouteFiles.Progress("quantizing");
        var shown = -1;
        try
        {
            if (!ModelQuantizer.TryQuantize(file, target, type, Show, cancel, out var summary, out var fault))
            {
                Console.Error.WriteLine($"error: {fault.Message}");
                return fault.Kind == EngineFaultKind.InvalidRequest ? CommandLine.WrongWords : CommandLine.Failed;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{target}: {Mib(summary.Bytes)} MiB of {Mib(summary.SourceBytes)}, {summary.Quantized} of {summary.Quantized + summary.Kept} tensors are {type}"));
            return CommandLine.Done;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"error: cancelled; {target} was not written.");
            return CommandLine.Failed;
        }

        void Show(QuantizationProgress progress)
        {
            var percent = (int)(100 * progress.DoneBytes / progress.TotalBytes);
            if (percent > shown)
            {
                shown = percent;
                report?.Invoke(percent, 100);
            }
        }
    }

    private static string Mib(long bytes) => (bytes / 1048576.0).ToString("N1", CultureInfo.InvariantCulture);
}
