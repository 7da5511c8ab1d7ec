using System.Buffers;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Signalbox.Inference;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model finetune</c>: adapters for a base that is frozen in 4 bits.</summary>
internal static class ModelFinetuneCommand
{
    public static Command Create()
    {
        var command = new Command("finetune", "Teaches a model more: adapters in F32 beside its weights, which are frozen in 4 bits (QLoRA). See docs/finetuning.md.");
        var words = new FinetuneWords(command);
        command.SetAction((parsed, cancel) => Task.Run(() => Run(words, parsed, cancel), CancellationToken.None));
        return command;
    }

    private static int Run(FinetuneWords words, ParseResult parsed, CancellationToken cancel)
    {
        var options = words.Read(parsed, out var problems);
        var folder = new RunFolder(options.Folder);
        if (problems.Count == 0 && folder.Refuse(parsed.GetValue(words.Resume), [FinetuneRun.Result(folder, options)]) is { } refused)
        {
            problems.Add(refused.Message);
        }

        if (problems.Count > 0)
        {
            return CommandLine.Refuse(problems);
        }

        if (FinetunePlan.Create(options, out var wrong, out var warnings) is not { } plan)
        {
            return CommandLine.Refuse(wrong);
        }

        foreach (var warning in warnings)
        {
            Console.Error.WriteLine($"warning: {warning}");
        }

        // What reading and rendering the examples left behind would otherwise stay beside the buffers of the training.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var isJson = parsed.GetValue(words.Json);
        using var view = TrainingView.Open(isJson || parsed.GetValue(words.Quiet), TimeProvider.System);
        view.Describe(plan);
        using var run = new FinetuneRun(plan, view.Show, TimeProvider.System);
        var done = run.TryRun(new RunOptions(parsed.GetValue(words.Resume), parsed.GetValue(words.StopAfter)), out var outcome, out var fault, cancel);
        view.Dispose();
        if (!done)
        {
            return Fail(fault!);
        }

        // Measured before the merge, which is no part of the training.
        var result = new FinetuneResult(plan, run, outcome!, view.LastLoss, view.LastValidation, Process.GetCurrentProcess().PeakWorkingSet64);
        var merge = outcome!.Completed ? parsed.GetValue(words.Merge) : null;
        if (merge is not null && !TryMerge(options, FinetuneRun.Result(folder, options), merge, words.Type(parsed), out fault))
        {
            return Fail(fault!);
        }

        Console.WriteLine(isJson ? result.Json(merge) : result.Text(merge, parsed.GetValue(words.Resume)));
        return outcome.Completed || (parsed.GetValue(words.StopAfter) is not null && !cancel.IsCancellationRequested) ? CommandLine.Done : CommandLine.Failed;
    }

    private static bool TryMerge(FinetuneOptions options, string adapter, string destination, TensorType? type, out EngineFault? fault)
    {
        if (!GgufFile.TryOpen(options.Base, out var file, out fault))
        {
            return false;
        }

        using (file)
        {
            return AdapterFile.TryMerge(file, adapter, destination, type, options.Name, out fault);
        }
    }

    private static int Fail(EngineFault fault)
    {
        Console.Error.WriteLine($"error: {fault.Message}");
        return fault.Kind == EngineFaultKind.InvalidRequest ? CommandLine.WrongWords : CommandLine.Failed;
    }
}

/// <summary>What a fine-tune came to.</summary>
internal sealed record FinetuneResult(FinetunePlan Plan, FinetuneRun Run, RunOutcome Outcome, double? Loss, double? ValidationLoss, long PeakBytes)
{
    private const double Mib = 1048576.0;

    private string? Made => Outcome.Completed ? FinetuneRun.Result(new RunFolder(Plan.Options.Folder), Plan.Options) : null;

    public string Text(string? merged, bool resumed)
    {
        var memory = string.Create(CultureInfo.InvariantCulture, $"peak memory {PeakBytes / Mib:0} MiB, buffers {Run.Memory.Total / Mib:0.0} MiB");
        return !Outcome.Completed
            ? $"Stopped after {Outcome.Steps} steps ({memory}); the checkpoint is in {Plan.Options.Folder}. Go on with the same words and --resume{(resumed ? " again" : "")}."
            : $"{(Outcome.WasDone ? $"All {Outcome.Steps} steps were done before: this run is finished. To train longer, raise --epochs and name another --out." : $"{Outcome.Steps} steps done, {memory}.")} {(Plan.Options.Full ? "The model" : "The adapter")}: {Made}{(merged is null ? "" : $"{Environment.NewLine}The merged model: {merged}")}";
    }

    public string Json(string? merged)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("steps", Outcome.Steps);
            json.WriteBoolean("completed", Outcome.Completed);
            Number("loss", Loss);
            Number("validation_loss", ValidationLoss);
            json.WriteNumber("bits", Plan.Options.Full ? 32 : 4);
            json.WriteNumber("batch_tokens", Plan.Options.BatchTokens);
            json.WriteNumber("pass_tokens", Plan.Options.PassTokens);
            json.WriteNumber("peak_rss_MiB", Math.Round(PeakBytes / Mib, 1));
            json.WriteStartObject("buffer_bytes");
            json.WriteNumber("frozen", Run.Memory.Weights);
            json.WriteNumber("learned", Run.Memory.Learned);
            json.WriteNumber("activations", Run.Memory.Activations);
            json.WriteNumber("total", Run.Memory.Total);
            json.WriteEndObject();
            json.WriteString(Plan.Options.Full ? "model" : "adapter", Made);
            json.WriteString("merged", merged);
            json.WriteEndObject();

            void Number(string name, double? value)
            {
                if (value is { } number && double.IsFinite(number))
                {
                    json.WriteNumber(name, number);
                }
                else
                {
                    json.WriteNull(name);
                }
            }
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
