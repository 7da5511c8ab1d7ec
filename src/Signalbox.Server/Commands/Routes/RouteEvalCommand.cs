using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signalbox.Configuration.Fields;
using Signalbox.Routing.Evaluation;
using Signalbox.Routing.Learning;

namespace Signalbox.Server.Commands.Routes;

/// <summary><c>route eval</c>: cost and quality of the difficulty predictor on recorded outcomes.</summary>
internal static class RouteEvalCommand
{
    private const int MaxFolds = 100;

    private static readonly Option<string> Outcomes = new("--outcomes") { Description = "Recorded outcomes to test on, JSON lines.", HelpName = "FILE", Required = true };
    private static readonly Option<string> Weak = new("--weak") { Description = "The cheap model, as the file names it.", HelpName = "MODEL", Required = true };
    private static readonly Option<string> Strong = new("--strong") { Description = "The strong model, as the file names it.", HelpName = "MODEL", Required = true };
    private static readonly Option<string[]> Training = new("--train") { Description = "Train on the outcomes of these files first; no label of the tested file is used.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int?> FoldCount = new("--folds") { Description = "Train on the tested file itself, leaving out a part in turn.", HelpName = "N" };
    private static readonly Option<string?> Weights = new("--weights") { Description = "Weights of 'route train'. Default: those that come with Signalbox.", HelpName = "FILE" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of folds, ties and training.", HelpName = "S", DefaultValueFactory = static _ => 1 };
    private static readonly Option<double> WeakCost = new("--weak-cost") { Description = "Dollars per million output tokens where the file records tokens but no cost; units per call where it records neither.", HelpName = "USD", DefaultValueFactory = static _ => UnitCosts.Default.Weak };
    private static readonly Option<double> StrongCost = new("--strong-cost") { Description = "The same for the strong model.", HelpName = "USD", DefaultValueFactory = static _ => UnitCosts.Default.Strong };
    private static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("eval", "Scores the difficulty predictor on recorded outcomes: quality against the share of strong calls, and what is saved.")
        {
            Outcomes, Weak, Strong, Training, FoldCount, Weights, Seed, WeakCost, StrongCost, AsJson,
        };
        CommonOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        if (!AreWordsRight(parsed) || RouteFiles.ReadOutcomes(parsed.GetValue(Outcomes)!, cancellation) is not { } tested)
        {
            return CommandLine.WrongWords;
        }

        var pair = new ModelPair(parsed.GetValue(Weak)!, parsed.GetValue(Strong)!);
        if (!RouteFiles.HasModels([tested], pair))
        {
            return CommandLine.WrongWords;
        }

        var costs = new UnitCosts(parsed.GetValue(WeakCost), parsed.GetValue(StrongCost));
        var evaluation = new RouterEvaluation(tested.Rows, pair, costs, parsed.GetValue(Seed));
        if (!evaluation.HasGap)
        {
            Console.Error.WriteLine($"error: {tested.Path}: {pair.Strong} is no better than {pair.Weak} on the {evaluation.Rows.Count} rows that have both; there is nothing to route. Are the two swapped?");
            return CommandLine.WrongWords;
        }

        if (Evaluate(parsed, evaluation, cancellation) is not { } report)
        {
            return CommandLine.WrongWords;
        }

        if (parsed.GetValue(AsJson))
        {
            WriteJson(report, pair);
        }
        else
        {
            WriteText(report, pair);
        }

        return CommandLine.Done;
    }

    private static bool AreWordsRight(ParseResult parsed)
    {
        var problems = new List<string>();
        var ways = (parsed.GetValue(Training)?.Length > 0 ? 1 : 0) + (parsed.GetValue(FoldCount) is not null ? 1 : 0) + (parsed.GetValue(Weights) is not null ? 1 : 0);
        if (ways > 1)
        {
            problems.Add("--train, --folds and --weights are three ways to come by weights; give one of them.");
        }

        if (parsed.GetValue(Weak) == parsed.GetValue(Strong))
        {
            problems.Add($"--weak and --strong are the same model, {Words.Quote(parsed.GetValue(Weak)!)}; name the two that a router would choose between.");
        }

        if (parsed.GetValue(FoldCount) is < 2 or > MaxFolds)
        {
            problems.Add($"--folds must be 2 to {MaxFolds}.");
        }

        if (!(parsed.GetValue(WeakCost) >= 0) || !(parsed.GetValue(StrongCost) > 0))
        {
            problems.Add("--weak-cost must be 0 or more, --strong-cost more than 0.");
        }

        return CommandLine.Report(problems);
    }

    private static RouterReport? Evaluate(ParseResult parsed, RouterEvaluation evaluation, CancellationToken cancellation)
    {
        var options = new DifficultyOptions { Cancellation = cancellation };
        if (parsed.GetValue(FoldCount) is { } folds)
        {
            if (evaluation.Prompts < folds * 2)
            {
                Console.Error.WriteLine($"error: {evaluation.Prompts} different prompts are too few for {folds} folds.");
                return null;
            }

            return evaluation.ByFolds(folds, options with { Progress = RouteFiles.Progress("training") });
        }

        if (parsed.GetValue(Training) is { Length: > 0 } training)
        {
            return TrainFirst(training, evaluation, options, cancellation);
        }

        if (parsed.GetValue(Weights) is { } path)
        {
            return RouteFiles.ReadWeights(path) is { } weights ? evaluation.WithWeights(weights, $"weights of {path}") : null;
        }

        return evaluation.WithWeights(DifficultyPredictor.Default, "the weights that come with Signalbox; their card, docs/learned-routing.md, says what they were trained on");
    }

    private static RouterReport? TrainFirst(string[] paths, RouterEvaluation evaluation, DifficultyOptions options, CancellationToken cancellation)
    {
        var files = new List<OutcomesFile>();
        foreach (var path in paths)
        {
            if (RouteFiles.ReadOutcomes(path, cancellation) is not { } file)
            {
                return null;
            }

            files.Add(file);
        }

        if (files.Find(static file => file.Models.Count < 2) is { } lone)
        {
            Console.Error.WriteLine($"error: {lone.Path}: has outcomes of {lone.Models.Count} model; routing is learned from how two or more differ.");
            return null;
        }

        var rows = evaluation.Untested(files).Sum(static rows => rows.Count);
        if (rows < RouteTrainCommand.LeastRows)
        {
            Console.Error.WriteLine($"error: {rows} rows are left to train on without the prompts that are tested; at least {RouteTrainCommand.LeastRows} are needed.");
            return null;
        }

        return evaluation.TrainedOn(files, options with { Progress = RouteFiles.Progress("training") });
    }

    private static void WriteText(RouterReport report, ModelPair pair)
    {
        var invariant = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(invariant, $"rows {report.Rows}; {pair.Weak} {report.Weak:F2} %, {pair.Strong} {report.Strong:F2} %, the better of both {report.Oracle:F2} %"));
        Console.WriteLine(string.Create(invariant, $"APGR {report.Apgr:F4} (prompt length alone {report.LengthApgr:F4}, random {report.RandomApgr:F4})"));
        Console.WriteLine(string.Create(invariant, $"strong calls to close half of the gap {report.Cpt50:F1} %, 80 % of it {report.Cpt80:F1} %"));
        Console.WriteLine(string.Create(invariant, $"cost at 95 % of the strong model's quality {report.CostAt95:G4}, always strong {report.StrongCost:G4}: {Saving(report)}"));
        Console.WriteLine(string.Create(invariant, $"{report.Speed.PerSecond:N0} predictions/s on one core; p99 at 2 KB {report.Speed.P99OfTwoKilobytes:F3} ms"));
        Console.WriteLine("strong calls -> quality: " + string.Join("  ", Enumerable.Range(0, RoutingCurve.Points)
            .Select(i => string.Create(invariant, $"{100 * report.Curve.Shares[i]:F0} % {100 * report.Curve.Qualities[i]:F1}"))));
        Console.WriteLine("protocol: " + report.Protocol);
    }

    private static string Saving(RouterReport report) => report.SavingAt95 >= 0
        ? string.Create(CultureInfo.InvariantCulture, $"saves {100 * report.SavingAt95:F1} %")
        : "saves nothing, because the strong model is cheaper; asking it always is best. Look whether the two costs are swapped";

    private static void WriteJson(RouterReport report, ModelPair pair)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("n", report.Rows);
            json.WriteNumber("weak", Math.Round(report.Weak, 4));
            json.WriteNumber("strong", Math.Round(report.Strong, 4));
            json.WriteNumber("oracle", Math.Round(report.Oracle, 4));
            json.WriteNumber("apgr", Math.Round(report.Apgr, 5));
            json.WriteNumber("cpt50", Math.Round(report.Cpt50, 3));
            json.WriteNumber("cpt80", Math.Round(report.Cpt80, 3));
            json.WriteNumber("random_apgr", Math.Round(report.RandomApgr, 5));
            json.WriteNumber("length_apgr", Math.Round(report.LengthApgr, 5));
            json.WriteNumber("cost_at_strong_quality", report.CostAtStrongQuality);
            json.WriteNumber("cost_at_95", report.CostAt95);
            json.WriteNumber("strong_cost", report.StrongCost);
            json.WriteNumber("saving_at_95", Math.Round(report.SavingAt95, 5));
            json.WriteNumber("predict_per_second", Math.Round(report.Speed.PerSecond));
            json.WriteNumber("p99_ms_2kb", Math.Round(report.Speed.P99OfTwoKilobytes, 4));
            json.WriteString("weak_model", pair.Weak);
            json.WriteString("strong_model", pair.Strong);
            json.WriteString("protocol", report.Protocol);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
