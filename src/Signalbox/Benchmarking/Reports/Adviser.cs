using System.Globalization;
using Signalbox.Benchmarking.Statistics;

namespace Signalbox.Benchmarking.Reports;

/// <summary>Who is fastest, cheapest and best, and for what. It says who may be just as good rather than guess.</summary>
internal sealed class Adviser(BenchmarkPlan plan, IReadOnlyList<ModelResult> models, IReadOnlyList<PairDifference> pairs, IReadOnlyList<Measurement> measurements)
{
    /// <summary>Few prompts of a task show little; a model this far behind in quality is not recommended whatever the interval says.</summary>
    private const double TooFarBehind = 0.1;

    public Advice Advise() => new(
        First(Measure.Latency, static model => model.Latency?.Median, lowest: true),
        First(Measure.Cost, static model => model.Cost, lowest: true),
        First(Measure.Quality, static model => model.Quality, lowest: false),
        [.. Tasks().Select(Recommend).OfType<Recommendation>()]);

    private Standing? First(Measure measure, Func<ModelResult, Interval?> pick, bool lowest)
    {
        var ranked = models.Where(model => pick(model) is not null).OrderBy(model => lowest ? pick(model)!.Value.Estimate : -pick(model)!.Value.Estimate).ToArray();
        if (ranked.Length == 0)
        {
            return null;
        }

        var first = ranked[0].Model;
        return new Standing(first, pick(ranked[0])!.Value, [.. ranked.Skip(1).Select(static model => model.Model).Where(other => !IsShown(measure, first, other))]);
    }

    private bool IsShown(Measure measure, string one, string other) =>
        pairs.Any(pair => pair.Measure == measure && pair.IsShown && ((pair.A == one && pair.B == other) || (pair.A == other && pair.B == one)));

    private IEnumerable<string> Tasks() => plan.Prompts.Prompts.Select(static prompt => prompt.Task).Distinct(StringComparer.Ordinal);

    private Recommendation? Recommend(string task)
    {
        var rows = plan.Models.Select((name, i) => Row.Of(name, measurements.Where(m => m.Model == i && plan.Prompts.Prompts[m.Prompt].Task == task).ToArray()))
            .Where(static row => row.Answers > 0).ToArray();
        if (rows.Length == 0)
        {
            return null;
        }

        // One that fails often is not recommended while another does not.
        var reliable = rows.Where(row => row.Failures <= rows.Min(static r => r.Failures) + (row.Answers / 20)).ToArray();
        if (reliable.All(static row => row.Quality is null))
        {
            if (reliable.Any(static row => row.Valid is not null))
            {
                return RecommendValid(task, reliable);
            }

            var fastest = reliable.MinBy(static row => row.Latency)!;
            return new Recommendation(task, fastest.Name, $"it has the lowest median latency, {Milliseconds(fastest.Latency)}; no prompt of this kind has a reference, so nothing is known of quality");
        }

        var best = reliable.MaxBy(static row => row.Quality ?? -1)!;
        var equals = reliable.Where(row => row.Quality >= best.Quality - TooFarBehind && !IsBetter(best, row)).ToArray();
        var chosen = equals.OrderBy(static row => row.Cost ?? double.MaxValue).ThenBy(static row => row.Latency).First();
        return new Recommendation(task, chosen.Name, Because(chosen, best, equals));
    }

    /// <summary>Where only a schema says anything of the answers: the fastest of those that satisfy it about as often as any.</summary>
    private static Recommendation RecommendValid(string task, Row[] rows)
    {
        var most = rows.Max(static row => row.Valid ?? 0);
        var chosen = rows.Where(row => (row.Valid ?? 0) >= most - TooFarBehind).MinBy(static row => row.Latency)!;
        return new Recommendation(task, chosen.Name,
            $"{Share(chosen.Valid)} of its answers satisfy the schema, and of the models of which as many do it has the lowest median latency, {Milliseconds(chosen.Latency)}; no prompt of this kind has a reference, so whether the answers are right is not known");
    }

    /// <summary>Whether one is better at these prompts by an interval of its own, uncorrected: here the mistake to fear is a worse model.</summary>
    private bool IsBetter(Row best, Row other)
    {
        var right = other.QualityByPrompt;
        var differences = best.QualityByPrompt.Where(row => right.ContainsKey(row.Key)).Select(row => new[] { row.Value - right[row.Key] });
        var interval = new Bootstrap(differences, Middle.Mean, plan.Seed).At(1 - ReportBuilder.ErrorRate);
        return interval.IsBounded && interval.Low > 0;
    }

    private static string Because(Row chosen, Row best, Row[] equals)
    {
        var cost = chosen.Cost switch
        {
            null => "its cost is not known",
            0 => "it costs nothing",
            { } usd => $"it costs {Dollars(usd)} a question",
        };
        var others = string.Join(", ", equals.Where(row => row != chosen).Select(static row => $"{row.Name} ({Share(row.Quality)})"));
        var quality = chosen == best ? $"its answers are the best measured ({Share(chosen.Quality)})" : $"its answers ({Share(chosen.Quality)}) are not shown to be worse than those of {best.Name} ({Share(best.Quality)})";
        var tie = others.Length == 0 ? "" : $"; not shown to differ in quality: {others}";
        return $"{quality}, {cost}, and it answers in {Milliseconds(chosen.Latency)} (median of {chosen.Answers}){tie}";
    }

    private static string Share(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "unknown";

    private static string Milliseconds(double value) => value.ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    private static string Dollars(double value) => "$" + value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>One model at the prompts of one task.</summary>
    private sealed record Row(string Name, int Answers, int Failures, double Latency, double? Cost, double? Quality, IReadOnlyDictionary<int, double> QualityByPrompt)
    {
        /// <summary>The share of answers that satisfy their schema; null where no prompt has one.</summary>
        public double? Valid { get; private init; }

        public static Row Of(string name, Measurement[] all)
        {
            var good = all.Where(static m => m.IsGood).ToArray();
            var times = good.Select(static m => m.Reply.Latency.TotalMilliseconds).Order().ToArray();
            var quality = good.Where(static m => m.Score.Quality is not null).GroupBy(static m => m.Prompt).ToDictionary(static g => g.Key, static g => g.Average(static m => m.Score.Quality!.Value));
            var median = times.Length == 0 ? 0 : (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2;
            var cost = good.All(static m => m.Reply.CostUsd is not null) ? good.Select(static m => (double?)m.Reply.CostUsd).Average() : null;
            return new Row(name, good.Length, all.Length - good.Length, median, cost, quality.Count == 0 ? null : quality.Values.Average(), quality)
            {
                Valid = good.Select(static m => m.Score.SchemaValid).Average(),
            };
        }
    }
}
