using System.Text;
using System.Text.Json;
using Signalbox.Benchmarking;
using Signalbox.Benchmarking.Reports;
using Signalbox.Configuration;
using Signalbox.Ledger;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Benchmarking;

public class BenchmarkRunTests
{
    [Fact]
    public async Task Every_round_asks_every_model_once_in_an_order_that_changes()
    {
        var models = new SimulatedModels(1).Add("a").Add("b").Add("c");

        var report = await new BenchmarkRun(models.Plan(runs: 2), models.AskAsync, models.Clock).RunAsync(TestContext.Current.CancellationToken);

        var rounds = models.Asked.Skip(3).Chunk(3).ToArray();
        Assert.Equal(48, rounds.Length);
        Assert.All(rounds, static round => Assert.Equal(["a", "b", "c"], round.Order()));
        Assert.Equal(6, rounds.Select(static round => string.Concat(round)).Distinct().Count());
        Assert.Equal(48, report.Rounds);
    }

    [Fact]
    public async Task The_same_seed_asks_and_finds_the_same()
    {
        var (one, other) = (new SimulatedModels(1).Add("a").Add("b"), new SimulatedModels(1).Add("a").Add("b"));
        var first = ReportJson.Write(await new BenchmarkRun(one.Plan(runs: 2), one.AskAsync, one.Clock).RunAsync(TestContext.Current.CancellationToken));
        var second = ReportJson.Write(await new BenchmarkRun(other.Plan(runs: 2), other.AskAsync, other.Clock).RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(one.Asked, other.Asked);
        Assert.Equal(Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(second));
    }

    [Fact]
    public async Task A_model_that_never_answers_is_a_row_with_its_error_and_is_not_asked_for_ever()
    {
        var models = new SimulatedModels(1).Add("well").Add("down").Break("down");

        var report = await new BenchmarkRun(models.Plan(runs: 2), models.AskAsync, models.Clock).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(report.IsComplete);
        Assert.Equal(("it is down", null), (report.Models[1].Error, report.Models[1].Latency));
        Assert.Equal(BenchmarkRun.HopelessAfter, models.Asked.Count(static name => name == "down"));
        Assert.Equal(48, report.Models[0].Calls);
        Assert.Equal("well", report.Advice.Fastest!.Model);
    }

    [Fact]
    public async Task A_benchmark_that_is_cut_short_tells_what_was_measured()
    {
        var models = new SimulatedModels(1).Add("a").Add("b");
        using var stop = new CancellationTokenSource();
        var run = new BenchmarkRun(models.Plan(), models.AskAsync, models.Clock) { Progress = progress => _ = progress.Calls == 63 ? stop.CancelAsync() : Task.CompletedTask };

        var report = await run.RunAsync(stop.Token);

        Assert.False(report.IsComplete);
        Assert.Equal(30, report.Rounds);
        Assert.NotNull(report.Advice.Fastest);
    }

    [Fact]
    public async Task The_judge_and_the_cheapest_of_equals_are_heard()
    {
        var models = new SimulatedModels(1).Add("good", answer: static p => p.Reference ?? "{}", cost: 2).Add("also-good", answer: static p => p.Reference ?? "{}", cost: 1).Add("bad", answer: static _ => "no idea");
        Task<ModelReply> AskAsync(string model, BenchmarkPrompt prompt, CancellationToken cancel) => model != "judge"
            ? models.AskAsync(model, prompt, cancel)
            : Task.FromResult(new ModelReply { Latency = TimeSpan.Zero, Text = prompt.Prompt.Contains("[Answer A]\nno idea", StringComparison.Ordinal) ? "[[B]]" : "[[A]]" });

        var report = await new BenchmarkRun(models.Plan(runs: 1) with { Judge = "judge" }, AskAsync, models.Clock).RunAsync(TestContext.Current.CancellationToken);

        // A judge that says A whenever it may: against the bad one that survives the swap, between equals it does not.
        Assert.Equal([0.75, 0.75, 0], report.Models.Select(static m => m.JudgeShare!.Value));
        Assert.Equal("also-good", Assert.Single(report.Advice.Recommendations, static r => r.For == "banking questions").Model);
        Assert.Equal("bad", report.Advice.Cheapest!.Model);
        Assert.True(report.Pairs.Single(static p => p is { Measure: Measure.Judge, A: "good", B: "bad" }).IsShown);
    }

    [Fact]
    public async Task Valid_nonsense_has_no_quality_and_wins_nothing_but_its_speed()
    {
        const string Schema = """{"type":"object","required":["age"]}""";
        var models = new SimulatedModels(1).Add("forced", slowness: 2, answer: static _ => """{"age":"xqz"}""").Add("talker", answer: static _ => "no JSON").Add("slow", slowness: 9, answer: static _ => """{"age":3}""");
        var plan = models.Plan(runs: 2) with { Prompts = new PromptSet("schemas", [.. Enumerable.Range(0, 6).Select(static i => new BenchmarkPrompt { Prompt = $"? {i}", Schema = Schema, Task = "structured data" })]) };

        var report = await new BenchmarkRun(plan, models.AskAsync, models.Clock).RunAsync(TestContext.Current.CancellationToken);

        Assert.All(report.Models, static model => Assert.Null(model.Quality));
        Assert.Equal([1, 0, 1], report.Models.Select(static model => model.SchemaValid!.Value));
        Assert.Null(report.Advice.Best);
        Assert.DoesNotContain(report.Pairs, static pair => pair.Measure == Measure.Quality);
        var recommended = Assert.Single(report.Advice.Recommendations);
        Assert.Equal("forced", recommended.Model);
        Assert.Contains("not known", recommended.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void The_history_keeps_the_youngest_lines_below_its_limit()
    {
        using var folder = new TemporaryFolder();
        var history = new BenchmarkHistory(folder.Path, maxBytes: 1000);
        for (var i = 0; i < 200; i++)
        {
            Assert.Null(history.Add(Encoding.UTF8.GetBytes($$"""{"n":{{i}}}""")));
        }

        var lines = File.ReadAllLines(history.Path!);
        Assert.InRange(new FileInfo(history.Path!).Length, 100, 1000);
        Assert.All(lines, static line => JsonDocument.Parse(line).Dispose());
        Assert.Equal("""{"n":199}""", lines[^1]);
        Assert.Equal(lines[^1], Encoding.UTF8.GetString(new BenchmarkHistory(folder.Path).Last()!));
    }

    [Fact]
    public void A_benchmark_rests_so_long_that_it_keeps_to_its_share()
    {
        var pace = new BenchmarkPace(0.05, new UsageJournal(), new ManualTimeProvider());
        var busy = TimeSpan.FromSeconds(1);

        Assert.Equal(0.05, busy / (busy + pace.RestAfter(busy)), 1e-9);
        Assert.Equal(TimeSpan.Zero, new BenchmarkPace(1, new UsageJournal(), new ManualTimeProvider()).RestAfter(busy));
    }

    [Fact]
    public async Task A_benchmark_waits_while_a_request_is_on_its_way_but_not_for_ever()
    {
        var (clock, journal) = (new ManualTimeProvider(), new UsageJournal());
        var pace = new BenchmarkPace(0.05, journal, clock);
        journal.Begin();

        var yielding = pace.YieldAsync(CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(yielding.IsCompleted);
        while (!yielding.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        await yielding;
        journal.End();
        await pace.YieldAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("true", "25", "{}", true, 25)]
    [InlineData("true", "25", """{ "benchmark": { "enabled": false, "intervalRequests": 7 } }""", false, 7)]
    [InlineData("", "", "{}", false, 100)]
    public void The_environment_fills_what_the_section_leaves_out(string on, string interval, string json, bool enabled, int requests)
    {
        var environment = new Dictionary<string, string> { ["ENABLE_BENCHMARKING"] = on, ["BENCHMARK_INTERVAL_REQUESTS"] = interval };

        var config = ConfigLoader.Parse(Encoding.UTF8.GetBytes(json), environment).Config!;

        Assert.Equal((enabled, requests), (config.Benchmark.Enabled, config.Benchmark.IntervalRequests));
    }

    [Theory]
    [InlineData("maybe", "5", "ENABLE_BENCHMARKING")]
    [InlineData("true", "-1", "BENCHMARK_INTERVAL_REQUESTS")]
    [InlineData("true", "often", "BENCHMARK_INTERVAL_REQUESTS")]
    public void What_the_environment_says_wrongly_is_named(string on, string interval, string named)
    {
        var environment = new Dictionary<string, string> { ["ENABLE_BENCHMARKING"] = on, ["BENCHMARK_INTERVAL_REQUESTS"] = interval };

        var result = ConfigLoader.Parse("{}"u8, environment);

        Assert.Null(result.Config);
        Assert.Contains(result.Problems, problem => problem.ToString().Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_prompts_tells_every_line_that_is_wrong()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "p.jsonl");
        File.WriteAllLines(file, ["""{"prompt":"fine"}""", """{"reference":"no prompt"}""", """{"prompt":"?","refrence":"typo"}""", """{"prompt":"?","schema":{"$ref":"http://example.com/x"}}""", "no json"]);
        var problems = new List<string>();

        Assert.Null(PromptSet.Load(file, problems, TestContext.Current.CancellationToken));
        Assert.Equal([2, 3, 4, 5], problems.Select(static problem => int.Parse(problem.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void The_built_in_prompts_can_all_be_scored() =>
        Assert.All(PromptSet.BuiltIn().Prompts, static prompt => Assert.True(prompt.Reference is not null || prompt.Schema is not null));
}
