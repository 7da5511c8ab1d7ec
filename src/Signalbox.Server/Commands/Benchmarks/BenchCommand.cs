using System.CommandLine;
using Signalbox.Benchmarking;
using Signalbox.Benchmarking.Reports;
using Signalbox.Configuration.Fields;
using Signalbox.Pipeline;

namespace Signalbox.Server.Commands.Benchmarks;

/// <summary><c>bench</c>: models compared with each other, as a caller sees them.</summary>
internal static class BenchCommand
{
    private static readonly Option<string[]> Models = new("--models") { Description = "Versions, models, provider/model or routes to compare, separated by commas. Default: benchmark.models of the configuration, else the model versions that are configured, else the models of this process and of the route auto.", HelpName = "A,B", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Prompts = new("--prompts") { Description = "JSON lines {\"prompt\", \"reference\"?, \"schema\"?, \"task\"?}. Default: benchmark.prompts, else the prompts that come with Signalbox.", HelpName = "FILE" };
    private static readonly Option<int?> Runs = new("--runs") { Description = "How often each prompt is asked of each model. Default: benchmark.runs, 10.", HelpName = "N" };
    private static readonly Option<string?> Judge = new("--judge") { Description = "A model that compares the answers, in both orders.", HelpName = "MODEL" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of orders and intervals.", HelpName = "N", DefaultValueFactory = static _ => 1 };
    private static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("bench", "Compares models in paired rounds: latency, time to first token, tokens/s, cost and quality, with intervals. Ctrl+C ends it and prints what was measured.")
        {
            Models, Prompts, Runs, Judge, Seed, AsJson,
        };
        var common = CommonOptions.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(parsed, common, cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CommonOptions common, CancellationToken cancel)
    {
        if (common.Load(parsed)?.Config is not { } config)
        {
            return CommandLine.WrongWords;
        }

        using var runtime = new GatewayRuntime(config, TimeProvider.System) { DataFolder = common.DataFolder(parsed) };
        var problems = new List<string>();
        var plan = MakePlan(parsed, runtime, problems, cancel);
        if (plan is null)
        {
            return CommandLine.Report(problems) ? CommandLine.Failed : CommandLine.WrongWords;
        }

        var models = new GatewayModels(runtime);
        var report = await BenchProgress.ShowAsync(progress => new BenchmarkRun(plan, models.AskAsync, TimeProvider.System) { Progress = progress }.RunAsync(cancel));
        var line = ReportJson.Write(report);
        if (parsed.GetValue(AsJson))
        {
            using var output = Console.OpenStandardOutput();
            output.Write([.. line, (byte)'\n']);
        }
        else
        {
            BenchTable.Write(report);
        }

        var lost = report.Rounds > 0 ? runtime.Benchmarks.History.Add(line) : null;
        if (lost is not null)
        {
            await Console.Error.WriteLineAsync("error: the result is printed and not kept: " + lost);
        }

        return lost is null && report.IsComplete && report.Models.Any(static model => model.Calls > model.Errors) ? CommandLine.Done : CommandLine.Failed;
    }

    private static BenchmarkPlan? MakePlan(ParseResult parsed, GatewayRuntime runtime, List<string> problems, CancellationToken cancel)
    {
        var settings = runtime.Snapshot.Config.Benchmark;
        var given = parsed.GetValue(Models)?.SelectMany(static names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray() ?? [];
        var names = GatewayModels.Choose(runtime, given);
        var judge = parsed.GetValue(Judge);
        if (given.Length == 0 && parsed.GetResult(Models) is not null)
        {
            problems.Add("--models names no model; write them separated by commas, or leave it out for the versions that are configured.");
        }
        else if (names.Count is 0 or > BenchmarkPlan.MostModels)
        {
            problems.Add(names.Count == 0 ? "there is no model to ask; name some with --models" : $"--models names {names.Count} models; at most {BenchmarkPlan.MostModels} can be compared.");
        }

        foreach (var (name, count) in given.CountBy(static name => name))
        {
            if (count > 1)
            {
                problems.Add($"--models names {Words.Quote(name)} {count} times; name each model once.");
            }
        }

        // A name of the configuration that leads nowhere is a row with its error; a mistyped word is not worth a benchmark.
        foreach (var name in given.Append(judge).OfType<string>())
        {
            if (!GatewayModels.Knows(runtime, name))
            {
                problems.Add($"{(name == judge && !given.Contains(name) ? "--judge" : "--models")}: {runtime.Snapshot.NotFound(name).Message}");
            }
        }

        var runs = parsed.GetValue(Runs) ?? settings.Runs;
        if (runs is < 1 or > BenchmarkPlan.MostRuns)
        {
            problems.Add($"--runs must be 1 to {BenchmarkPlan.MostRuns}, not {Words.Quote(runs.ToString(System.Globalization.CultureInfo.InvariantCulture))}.");
        }

        var prompts = (parsed.GetValue(Prompts) ?? settings.Prompts) is { } file ? PromptSet.Load(file, problems, cancel) : PromptSet.BuiltIn();
        return problems.Count > 0 ? null : new BenchmarkPlan { Models = names, Prompts = prompts!, Runs = runs, Seed = parsed.GetValue(Seed), Judge = judge };
    }
}
