using System.Globalization;
using Signalbox.Benchmarking.Reports;
using Signalbox.Benchmarking.Statistics;
using Spectre.Console;

namespace Signalbox.Server.Commands.Benchmarks;

/// <summary>A report in the terminal: a row a model, then what is shown to differ, then what follows.</summary>
internal static class BenchTable
{
    private const int RedirectedWidth = 220;

    public static void Write(BenchmarkReport report)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        var plan = report.Plan;
        var cut = report.IsComplete ? "" : $" The benchmark was cut short: {report.Rounds} of {plan.Rounds} rounds.";
        Console.WriteLine($"{report.Rounds} rounds: {plan.Prompts.Prompts.Count} prompts ({plan.Prompts.Name}), {plan.Runs} times, seed {plan.Seed}.{cut}");
        AnsiConsole.Write(Models(report));
        if (report.Pairs.Count > 0)
        {
            AnsiConsole.Write(Pairs(report));
            Console.WriteLine("Intervals of models are of 95 %; those of differences are widened (Holm), so that in 95 of 100 benchmarks none is called that is not there.");
        }

        WriteAdvice(report);
    }

    private static Table Models(BenchmarkReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("model").NoWrap());
        table.AddColumns("latency ms [[95 %]]", "p99", "first token ms", "tokens/s", "$/1000 questions", "quality [[95 %]]", "valid JSON", "errors");
        foreach (var model in report.Models.OrderBy(static model => model.Latency?.Median.Estimate ?? double.MaxValue))
        {
            table.AddRow(
                Markup.Escape(model.Model),
                Text(model.Latency?.Median, "0.#"),
                model.Latency is { } latency ? Number(latency.P99, "0.#") : "-",
                Text(model.FirstToken?.Median, "0.#"),
                Text(model.TokensPerSecond?.Median, "0.#"),
                model.Cost is { } cost ? Number(cost.Estimate * 1000, "0.####") : "unknown",
                Text(model.Quality, "0.00") + (model.JudgeShare is { } share ? $" judge {Number(share, "0.00")}" : ""),
                model.SchemaValid is { } valid ? Number(valid, "0.00") : "-",
                Errors(model));
        }

        return table;
    }

    private static string Errors(ModelResult model) => model switch
    {
        { Error: null } => "0",
        { Errors: 0 } => Markup.Escape($"warm-up: {model.Error}"),
        _ => Markup.Escape($"{model.Errors} of {model.Calls}: {model.Error}"),
    };

    private static Table Pairs(BenchmarkReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("measure", "models", "difference", "interval", "verdict");
        foreach (var pair in report.Pairs.OrderBy(static pair => pair.Measure))
        {
            table.AddRow(
                Name(pair.Measure),
                Markup.Escape($"{pair.A} : {pair.B}"),
                Difference(pair, pair.Difference.Estimate),
                Markup.Escape(pair.Difference.IsBounded ? $"[{Difference(pair, pair.Difference.Low)}, {Difference(pair, pair.Difference.High)}]" : "too few prompts"),
                pair.IsShown ? Markup.Escape(Verdict(pair)) : "no difference shown");
        }

        return table;
    }

    private static string Verdict(PairDifference pair)
    {
        var lower = pair.Difference.Estimate < 0 ? pair.A : pair.B;
        var higher = lower == pair.A ? pair.B : pair.A;
        return pair.Measure switch
        {
            Measure.Latency or Measure.FirstToken => $"{lower} is faster",
            Measure.TokensPerSecond => $"{higher} is faster",
            Measure.Cost => $"{lower} is cheaper",
            _ => $"{higher} is better",
        };
    }

    private static void WriteAdvice(BenchmarkReport report)
    {
        var advice = report.Advice;
        WriteStanding("fastest", advice.Fastest);
        WriteStanding("cheapest", advice.Cheapest);
        WriteStanding("best", advice.Best);
        foreach (var recommendation in advice.Recommendations)
        {
            Console.WriteLine($"for {recommendation.For}: {recommendation.Model}, because {recommendation.Because}");
        }
    }

    private static void WriteStanding(string word, Standing? standing)
    {
        if (standing is not null)
        {
            var others = standing.NotShownToDiffer.Count == 0 ? "" : $" (not shown to differ: {string.Join(", ", standing.NotShownToDiffer)})";
            Console.WriteLine($"{word}: {standing.Model}{others}");
        }
    }

    private static string Name(Measure measure) => measure switch
    {
        Measure.FirstToken => "first token",
        Measure.TokensPerSecond => "tokens/s",
        _ => ReportJson.NameOf(measure),
    };

    private static string Difference(PairDifference pair, double value) => PairDifference.IsRatio(pair.Measure)
        ? Number(100 * value, "+0.0;-0.0;0.0") + " %"
        : pair.Measure == Measure.Cost ? Number(1000 * value, "+0.####;-0.####;0") + " $/1000" : Number(value, "+0.000;-0.000;0.000");

    private static string Text(Interval? interval, string format) => interval is { } known
        ? Markup.Escape(known.IsBounded ? $"{Number(known.Estimate, format)} [{Number(known.Low, format)}, {Number(known.High, format)}]" : Number(known.Estimate, format))
        : "-";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
