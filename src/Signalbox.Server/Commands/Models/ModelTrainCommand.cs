using System.CommandLine;
using System.Globalization;
using Signalbox.Inference;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model train</c>: a model of a corpus.</summary>
internal static class ModelTrainCommand
{
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the checkpoint in the run's folder; the result is the same as without the break." };
    private static readonly Option<string?> Out = new("--out") { Description = "The run's folder, instead of the configuration's output.folder.", HelpName = "DIR" };
    private static readonly Option<int?> Threads = new("--threads") { Description = "Threads, instead of the configuration's. One thread repeats a run bit for bit.", HelpName = "N" };
    private static readonly Option<long?> StopAfter = new("--stop-after") { Description = "Stop with a checkpoint after so many steps, to go on with --resume another time.", HelpName = "STEPS" };
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Print the result only." };

    public static Command Create()
    {
        var file = new Argument<string>("CONFIG") { Description = "What to train: a JSON file, see docs/training.md." };
        var command = new Command("train", "Trains a model on a corpus: from nothing, tokenizer included, or on from the model that the configuration names (from).") { file, Resume, Out, Threads, StopAfter, Quiet };
        command.SetAction((parsed, cancel) =>
            parsed.GetValue(Threads) is < 1 or > 256 ? Task.FromResult(CommandLine.Refuse("--threads must be from 1 to 256."))
            : parsed.GetValue(StopAfter) is < 1 ? Task.FromResult(CommandLine.Refuse("--stop-after must be 1 or more."))
            : Task.Run(() => Run(parsed.GetValue(file)!, parsed, cancel), CancellationToken.None));
        return command;
    }

    private static int Run(string file, ParseResult parsed, CancellationToken cancel)
    {
        if (!TrainingConfigReader.TryRead(file, out var config, out var problems))
        {
            return CommandLine.Refuse(problems);
        }

        config = config with
        {
            Learning = config.Learning with { Threads = parsed.GetValue(Threads) ?? config.Learning.Threads },
            Output = config.Output with { Folder = Path.GetFullPath(parsed.GetValue(Out) ?? config.Output.Folder) },
        };
        var folder = new RunFolder(config.Output.Folder);

        // Said before the corpus is read, not after it.
        if (folder.Refuse(parsed.GetValue(Resume), TrainingRun.Results(folder, config.Output)) is { } refused)
        {
            return CommandLine.Refuse(refused.Message);
        }

        try
        {
            var plan = TrainingPlan.Create(config, cancel, out problems);
            return plan is null ? CommandLine.Refuse(problems) : Train(plan, new RunOptions(parsed.GetValue(Resume), parsed.GetValue(StopAfter)), parsed.GetValue(Quiet), file, cancel);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("error: cancelled before the first step; nothing was written.");
            return CommandLine.Failed;
        }
    }

    private static int Train(TrainingPlan plan, RunOptions options, bool quiet, string file, CancellationToken cancel)
    {
        using var view = TrainingView.Open(quiet, TimeProvider.System);
        view.Describe(plan);
        using var run = new TrainingRun(plan, view.Show, TimeProvider.System);
        var done = run.TryRun(options, out var outcome, out var fault, cancel);
        view.Dispose();
        if (!done)
        {
            Console.Error.WriteLine($"error: {fault!.Message}");
            return fault.Kind == EngineFaultKind.InvalidRequest ? CommandLine.WrongWords : CommandLine.Failed;
        }

        var folder = new RunFolder(plan.Config.Output.Folder);
        if (outcome!.Completed)
        {
            Console.WriteLine(outcome.WasDone
                ? $"All {outcome.Steps} steps were done before: this run is finished. To train longer, raise learning.epochs (or learning.minutes) and name another --out. The model: {folder.Model}"
                : $"{outcome.Steps} steps done. The model: {folder.Model}");
            foreach (var type in plan.Config.Output.Types)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{folder.Quantized(type)}: {new FileInfo(folder.Quantized(type)).Length / 1048576.0:0.0} MiB"));
            }

            return CommandLine.Done;
        }

        Console.WriteLine(outcome.Steps == 0
            ? "Stopped before the first step; nothing was written."
            : $"Stopped after {outcome.Steps} steps; the checkpoint is {folder.Checkpoint}. Go on with: model train {file} --resume --out {folder.Path}");
        return options.StopAfter is not null && !cancel.IsCancellationRequested ? CommandLine.Done : CommandLine.Failed;
    }
}
