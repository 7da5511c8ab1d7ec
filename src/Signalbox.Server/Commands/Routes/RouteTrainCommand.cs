using System.CommandLine;
using System.Globalization;
using Signalbox.Routing.Evaluation;
using Signalbox.Routing.Learning;

namespace Signalbox.Server.Commands.Routes;

/// <summary><c>route train</c>: fits the difficulty predictor to recorded outcomes.</summary>
internal static class RouteTrainCommand
{
    public const int LeastRows = 20;
    private const int FewRows = 200;

    private static readonly Option<string[]> Outcomes = new("--outcomes") { Description = "Recorded outcomes, JSON lines; several files may be given.", HelpName = "FILE", Required = true, AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> Out = new("--out") { Description = "Where the weights are written.", HelpName = "WEIGHTS", Required = true };
    private static readonly Option<string?> Weak = new("--weak") { Description = "The cheap model of a pair. Without a pair: the worst third of each file's models against the best third.", HelpName = "MODEL" };
    private static readonly Option<string?> Strong = new("--strong") { Description = "The strong model of the pair.", HelpName = "MODEL" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the training; the same rows and seed give the same weights.", HelpName = "S", DefaultValueFactory = static _ => 1 };

    public static Command Create()
    {
        var command = new Command("train", "Fits the difficulty predictor to recorded outcomes and writes its weights.") { Outcomes, Out, Weak, Strong, Seed };
        CommonOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var (weak, strong) = (parsed.GetValue(Weak), parsed.GetValue(Strong));
        if (weak is null != strong is null)
        {
            Console.Error.WriteLine("error: --weak and --strong go together; without both, weights for models in general are trained.");
            return CommandLine.WrongWords;
        }

        var target = parsed.GetValue(Out)!;
        if (Path.GetDirectoryName(Path.GetFullPath(target)) is not { } folder || !Directory.Exists(folder))
        {
            // Said before the training, not after it.
            Console.Error.WriteLine($"error: {target}: cannot be written: its folder does not exist.");
            return CommandLine.WrongWords;
        }

        var files = new List<OutcomesFile>();
        foreach (var path in parsed.GetValue(Outcomes)!)
        {
            if (RouteFiles.ReadOutcomes(path, cancellation) is not { } file)
            {
                return CommandLine.WrongWords;
            }

            files.Add(file);
        }

        var pair = weak is null ? null : new ModelPair(weak, strong!);
        if (!AreEnough(files, pair))
        {
            return CommandLine.WrongWords;
        }

        var predictor = DifficultyTrainer.Train(
            [.. files.Select(static file => file.Rows)], pair,
            new DifficultyOptions { Seed = parsed.GetValue(Seed), Cancellation = cancellation, Progress = RouteFiles.Progress("training") });
        if (!RouteFiles.Write(target, predictor.Save))
        {
            return CommandLine.Failed;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{target}: {new FileInfo(target).Length / 1024.0:F0} KB, trained on {files.Sum(file => Usable(file, pair))} rows of {files.Count} {(files.Count == 1 ? "file" : "files")}"));
        return CommandLine.Done;
    }

    private static bool AreEnough(List<OutcomesFile> files, ModelPair? pair)
    {
        if (pair is not null && !RouteFiles.HasModels(files, pair))
        {
            return false;
        }

        var lone = files.FirstOrDefault(static file => file.Models.Count < 2);
        if (lone is not null)
        {
            Console.Error.WriteLine($"error: {lone.Path}: has outcomes of {lone.Models.Count} models; routing is learned from how two or more differ.");
            return false;
        }

        var rows = files.Sum(file => Usable(file, pair));
        if (rows < LeastRows)
        {
            Console.Error.WriteLine($"error: {rows} rows have the outcomes that are needed; at least {LeastRows} are, and {FewRows} before it is of use.");
            return false;
        }

        if (rows < FewRows)
        {
            Console.Error.WriteLine($"warning: only {rows} rows; with fewer than {FewRows} the weights are hardly better than the prompt's length.");
        }

        return true;
    }

    private static int Usable(OutcomesFile file, ModelPair? pair) => pair is null ? file.Rows.Count : file.Rows.Count(row => row.Has(pair.Weak, pair.Strong));
}
