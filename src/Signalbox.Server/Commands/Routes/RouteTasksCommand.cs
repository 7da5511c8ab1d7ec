using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signalbox.Routing.Evaluation;
using Signalbox.Routing.Learning;

namespace Signalbox.Server.Commands.Routes;

/// <summary><c>route tasks</c>: how well the task of a prompt is named by a classifier trained on other prompts.</summary>
internal static class RouteTasksCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "Rows of {\"prompt\", \"task\"}, JSON lines.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Training = new("--train") { Description = "Train on this file and test on all rows. Default: a part of the rows is held out.", HelpName = "FILE" };
    private static readonly Option<double> Holdout = new("--holdout") { Description = "The part of the rows that is held out for the test.", HelpName = "PART", DefaultValueFactory = static _ => 0.2 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the division and of the training.", HelpName = "S", DefaultValueFactory = static _ => 1 };
    private static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("tasks", "Scores how well the task of a prompt is named.") { Data, Training, Holdout, Seed, AsJson };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var problems = new List<string>();
        if (!(parsed.GetValue(Holdout) is > 0 and < 1))
        {
            problems.Add("--holdout must lie between 0 and 1.");
        }

        var path = parsed.GetValue(Data)!;
        var rows = TaskEvaluation.Read(path, problems, cancellation);
        var (training, test, protocol) = Divide(parsed, path, rows, problems, cancellation);
        if (problems.Count == 0 && (test.Count == 0 || training.DistinctBy(static sample => sample.Label).Count() < 2))
        {
            problems.Add($"{path}: {training.Count} rows to train on and {test.Count} to test on are too few; two tasks and a row to test are the least.");
        }

        if (!CommandLine.Report(problems))
        {
            return CommandLine.WrongWords;
        }

        var report = TaskEvaluation.Run(training, test, new TrainingOptions { Seed = parsed.GetValue(Seed), Cancellation = cancellation }, protocol);
        if (parsed.GetValue(AsJson))
        {
            WriteJson(report);
        }
        else
        {
            WriteText(report);
        }

        return CommandLine.Done;
    }

    private static (List<TextSample> Training, List<TextSample> Test, string Protocol) Divide(
        ParseResult parsed, string path, List<TextSample> rows, List<string> problems, CancellationToken cancellation)
    {
        var seed = parsed.GetValue(Seed);
        if (parsed.GetValue(Training) is { } trainingPath)
        {
            var tested = rows.Select(static row => row.Text).ToHashSet(StringComparer.Ordinal);
            var all = TaskEvaluation.Read(trainingPath, problems, cancellation);
            var kept = all.Where(sample => !tested.Contains(sample.Text)).ToList();
            return (kept, rows, $"trained on {kept.Count} rows of {trainingPath} ({all.Count - kept.Count} left out, because their prompts are tested), tested on {path}; seed {seed}");
        }

        var (training, test) = TaskEvaluation.Divide(rows, parsed.GetValue(Holdout), seed);
        return (training, test, string.Create(CultureInfo.InvariantCulture,
            $"trained on {training.Count} rows of {path} drawn at random, tested on the other {test.Count}; the same prompt is on one side only; seed {seed}"));
    }

    private static void WriteText(TaskReport report)
    {
        var invariant = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(invariant, $"accuracy {report.Accuracy:F4}, macro-F1 {report.MacroF1:F4} on {report.Rows} rows of {report.Labels} tasks (always the most frequent task: {report.MajorityAccuracy:F4})"));
        foreach (var (task, named, count) in report.Confusions)
        {
            Console.WriteLine(string.Create(invariant, $"  {count,4} of {task} were named {named}"));
        }

        Console.WriteLine("protocol: " + report.Protocol);
    }

    private static void WriteJson(TaskReport report)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("n", report.Rows);
            json.WriteNumber("tasks", report.Labels);
            json.WriteNumber("accuracy", Math.Round(report.Accuracy, 5));
            json.WriteNumber("macro_f1", Math.Round(report.MacroF1, 5));
            json.WriteNumber("majority_accuracy", Math.Round(report.MajorityAccuracy, 5));
            json.WriteStartArray("confusions");
            foreach (var (task, named, count) in report.Confusions)
            {
                json.WriteStartObject();
                json.WriteString("task", task);
                json.WriteString("named", named);
                json.WriteNumber("count", count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("protocol", report.Protocol);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
