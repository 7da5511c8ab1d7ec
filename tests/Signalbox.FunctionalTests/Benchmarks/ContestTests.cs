using System.Text.Json;
using Signalbox.Benchmarking;
using Signalbox.Benchmarking.Reports;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Pipeline;

namespace Signalbox.FunctionalTests.Benchmarks;

/// <summary>A model of one's own, a fine-tuned one and a hosted one, compared through the gateway.</summary>
public sealed class ContestTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("contest-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Models_come_out_in_their_true_order_and_one_that_fails_is_a_row_with_its_error()
    {
        await using var bench = await ContestBench.StartAsync();
        using var runtime = new GatewayRuntime(GatewayHarness.Parse($"{{ {bench.Providers} }}"), bench.Clock);
        var prompts = PromptSet.Load(ContestBench.WritePrompts(_folder.FullName, 10), [], Patience.Token)!;
        var plan = new BenchmarkPlan { Models = ["gemini_model", "broken_model", "qlora_model", "custom_model"], Prompts = prompts, Runs = 2 };

        var report = await Patience.For(new BenchmarkRun(plan, new GatewayModels(runtime).AskAsync, bench.Clock).RunAsync(Patience.Token), "the end of the benchmark");

        Assert.True(report.IsComplete);
        Assert.Equal(["custom_model", "qlora_model", "gemini_model"], report.Models.Where(static m => m.Latency is not null).OrderBy(static m => m.Latency!.Median.Estimate).Select(static m => m.Model));
        Assert.All(report.Pairs.Where(static p => p.Measure == Measure.Latency), static pair => Assert.True(pair.IsShown));
        Assert.All(report.Pairs.Where(static p => p.Measure == Measure.Quality), static pair => Assert.False(pair.IsShown));
        Assert.Equal("custom_model", report.Advice.Fastest!.Model);
        Assert.Equal("custom_model", report.Advice.Cheapest!.Model);
        Assert.Equal("custom_model", Assert.Single(report.Advice.Recommendations, static r => r.For == "greetings").Model);
        var broken = Assert.Single(report.Models, static model => model.Model == "broken_model");
        Assert.Contains("upstream", broken.Error!, StringComparison.Ordinal);
        Assert.Equal(broken.Calls, broken.Errors);
        Assert.InRange(bench.Upstream.Calls.Count(static call => call.Path.Contains("chat", StringComparison.Ordinal)), 40, 40 + 2 + BenchmarkRun.HopelessAfter);
    }

    [Fact]
    public async Task What_a_caller_would_see_is_measured()
    {
        await using var bench = await ContestBench.StartAsync();
        using var runtime = new GatewayRuntime(GatewayHarness.Parse($"{{ {bench.Providers} }}"), bench.Clock);

        var reply = await Patience.For(new GatewayModels(runtime).AskAsync("qlora_model", new BenchmarkPrompt { Prompt = "hi" }, Patience.Token), "an answer");

        Assert.Equal(Wire.SampleText, reply.Text);
        Assert.Equal(TimeSpan.FromMilliseconds(42), reply.Latency);
        Assert.Equal(TimeSpan.FromMilliseconds(42), reply.FirstToken);
        Assert.True(reply.CostUsd > 0);
        Assert.True(reply.OutputTokens > 0);
        Assert.Contains(Assert.Single(runtime.Journal.ToList()).Tags, static tag => tag.Key == GatewayModels.Tag);
        Assert.Equal(0, runtime.Journal.Open);
    }

    [Fact]
    public async Task Without_models_named_the_versions_that_can_be_asked_are_compared_under_their_names()
    {
        await using var bench = await ContestBench.StartAsync();
        using var runtime = new GatewayRuntime(GatewayHarness.Parse($$"""
            { {{bench.Providers}}, "versions": { "custom_model_built_0.0.0": { "model": "custom_model" }, "qlora_finetuned_model_v1.0.0": { "model": "qlora_model" } } }
            """), bench.Clock);

        var names = GatewayModels.Choose(runtime, []);
        var reply = await Patience.For(new GatewayModels(runtime).AskAsync("qlora_finetuned_model_v1.0.0", new BenchmarkPrompt { Prompt = "hi" }, Patience.Token), "an answer");

        Assert.Contains("custom_model_built_0.0.0", names);
        Assert.Contains("qlora_finetuned_model_v1.0.0", names);
        Assert.DoesNotContain("custom_model", names);
        Assert.Equal((Wire.SampleText, null), (reply.Text, reply.Error));
    }

    [Fact]
    public async Task The_verb_prints_the_result_and_keeps_it_in_the_history()
    {
        await using var bench = await ContestBench.StartAsync();
        var prompts = ContestBench.WritePrompts(_folder.FullName, 2);
        string[] words = ["bench", "--models", "custom_model,broken_model", "--prompts", prompts, "--runs", "2", "--data", _folder.FullName];

        var (code, output, errors) = await ServerProcess.RunAsync([.. words, "--json"], $"{{ {bench.Providers} }}");
        var (tableCode, table, _) = await ServerProcess.RunAsync(words, $"{{ {bench.Providers} }}");

        Assert.True(code == 0, output + errors);
        Assert.Contains("asking:", errors, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("custom_model", json.RootElement.GetProperty("fastest").GetProperty("model").GetString());
        Assert.Equal(4, json.RootElement.GetProperty("rounds").GetInt32());
        Assert.True(tableCode == 0, table);
        Assert.Contains("fastest: custom_model", table, StringComparison.Ordinal);
        Assert.Contains("broken_model", table, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_folder.FullName, BenchmarkHistory.FileName)).Length);
    }

    [Fact]
    public async Task A_version_that_cannot_be_asked_is_a_row_with_its_error_and_makes_no_pair_of_a_single_one()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "junk.gguf"), "no model");
        await using var bench = await ContestBench.StartAsync();
        using var runtime = new GatewayRuntime(GatewayHarness.Parse($$"""
            { {{bench.Providers}}, "routes": { "auto": { "models": ["custom_model", "gemini_model"] } }, "local": { "models": { "tiny": { "file": "{{_folder.FullName}}/gone.gguf" }, "junk": { "file": "{{_folder.FullName}}/junk.gguf" } } },
              "versions": { "gemini_2.0_flash_v1.0.0": { "model": "qlora_model" }, "tiny_v1": { "model": "local/tiny" }, "junk_v1": { "model": "local/junk" } } }
            """), bench.Clock);

        var names = GatewayModels.Choose(runtime, []);
        var reply = await Patience.For(new GatewayModels(runtime).AskAsync("tiny_v1", new BenchmarkPrompt { Prompt = "hi" }, Patience.Token), "an answer");

        // One version is well: the models of auto are compared, as if the other were not there.
        Assert.Contains("custom_model", names);
        Assert.Contains("gemini_model", names);
        Assert.Contains("tiny_v1", names);
        Assert.Contains("junk_v1", names);
        Assert.DoesNotContain("gemini_2.0_flash_v1.0.0", names);
        Assert.Contains("gone.gguf", reply.Error!, StringComparison.Ordinal);
        Assert.Empty(runtime.Journal.ToList());
    }

    [Fact]
    public async Task A_result_that_cannot_be_kept_is_printed_and_is_a_failure()
    {
        await using var bench = await ContestBench.StartAsync();
        var prompts = ContestBench.WritePrompts(_folder.FullName, 1);
        string[] words = ["bench", "--models", "custom_model", "--prompts", prompts, "--runs", "1", "--data", Path.Combine(prompts, "no-folder"), "--json"];

        var (code, output, errors) = await ServerProcess.RunAsync(words, $"{{ {bench.Providers} }}");

        Assert.Equal(1, code);
        Assert.Contains("--data", errors, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(output);
        Assert.True(json.RootElement.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task A_schema_that_cannot_be_meant_is_told_before_anybody_is_asked()
    {
        await using var bench = await ContestBench.StartAsync();
        var file = Path.Combine(_folder.FullName, "bad.jsonl");
        File.WriteAllLines(file, ["""{"prompt": "fine?"}""", """{"prompt": "?", "schema": {"type": "objekt"}}"""]);

        var (code, _, errors) = await ServerProcess.RunAsync(["bench", "--models", "custom_model", "--prompts", file, "--data", _folder.FullName], $"{{ {bench.Providers} }}");

        Assert.Equal(2, code);
        Assert.Contains("bad.jsonl:2: schema: #/type", errors, StringComparison.Ordinal);
        Assert.Empty(bench.Upstream.Calls);
    }

    [Theory]
    [InlineData("--models", "no_such_model")]
    [InlineData("--judge", "no_such_model")]
    [InlineData("--runs", "0")]
    [InlineData("--prompts", "no-such-file.jsonl")]
    [InlineData("--models", ",")]
    [InlineData("--models", " , ,")]
    [InlineData("--models", "custom_model,custom_model", "--models names 'custom_model' 2 times")]
    public async Task Wrong_words_ask_nobody(string option, string value, string? said = null)
    {
        await using var bench = await ContestBench.StartAsync();

        var (code, output, errors) = await ServerProcess.RunAsync(["bench", option, value, "--data", _folder.FullName], $"{{ {bench.Providers} }}");

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(said ?? (value.Length < 5 ? option : value), errors, StringComparison.Ordinal);
        Assert.Empty(bench.Upstream.Calls);
    }
}
