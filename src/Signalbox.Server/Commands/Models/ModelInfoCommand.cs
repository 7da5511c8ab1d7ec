using System.CommandLine;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sizing;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model info</c>: what a model file is, whether it fits this machine, how fast it can be, and what would fit.</summary>
internal static class ModelInfoCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A GGUF model." };
        var context = new Option<int?>("--context") { Description = "Positions of a conversation. Default: the model's own, at most 8192.", HelpName = "N" };
        var cache = new Option<KvCacheType>("--kv") { Description = "How keys and values are kept.", DefaultValueFactory = static _ => KvCacheType.F16 };
        var threads = new Option<int>("--threads") { Description = "Threads that read memory for the measurement.", DefaultValueFactory = static _ => Math.Min(Environment.ProcessorCount, 16) };
        var asJson = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("info", "Says what a model file is, whether it fits this machine, how fast it can be at most, and what would fit.") { file, context, cache, threads, asJson };
        command.SetAction(parsed => parsed.GetValue(threads) is < 1 or > 256
            ? CommandLine.Refuse("--threads must be from 1 to 256.")
            : Run(parsed.GetValue(file)!, parsed.GetValue(context), parsed.GetValue(cache), parsed.GetValue(threads), parsed.GetValue(asJson)));
        return command;
    }

    private static int Run(string path, int? context, KvCacheType cache, int threads, bool asJson)
    {
        if (!GgufFile.TryOpen(path, out var file, out var fault))
        {
            return Fail(fault.Message, CommandLine.Failed);
        }

        using (file)
        {
            if (file.Metadata.TryGetString("general.type", out var kind) && kind == "adapter")
            {
                return Fail($"{path} is a LoRA adapter, which runs beside its model. Give the model's file.", CommandLine.Failed);
            }

            if (!TransformerConfig.TryRead(file, out var config, out fault))
            {
                return Fail(fault.Message, CommandLine.Failed);
            }

            var machine = MachineMemory.Read();
            if (!ModelFit.TryAssess(file, config, context, cache, machine, out var fit, out fault))
            {
                return Fail(fault.Message, CommandLine.WrongWords);
            }

            using var pool = new WorkerPool(threads);
            var bandwidth = MemoryBandwidth.Measure(pool, MemoryBandwidth.SampleFor(fit.AsAsked.ReadBytes, machine));
            var report = new ModelInfoReport(file, config, fit, machine, bandwidth, threads);
            if (asJson)
            {
                ModelInfoJson.Print(report);
            }
            else
            {
                report.Print();
            }

            return CommandLine.Done;
        }
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"error: {message}");
        return code;
    }
}
