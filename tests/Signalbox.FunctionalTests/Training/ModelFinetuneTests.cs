using System.Text.Json;
using Signalbox.FunctionalTests.Server;

namespace Signalbox.FunctionalTests.Training;

/// <summary><c>model finetune</c> and <c>model score</c> as a user types them, of a model that was trained a moment before.</summary>
public sealed class ModelFinetuneTests(ModelCalibrateTests.TrainedOnce trained) : IClassFixture<ModelCalibrateTests.TrainedOnce>
{
    private string Model => trained.PathOf("run/model-q8_0.gguf");

    private string Corpus => trained.PathOf("corpus.json");

    [Fact]
    public async Task A_finished_fine_tune_is_merged_later_and_not_trained_again()
    {
        var (folder, merged) = (trained.PathOf("tuned"), trained.PathOf("merged.gguf"));
        string[] words = ["model", "finetune", Model, Corpus, "--out", folder, "--epochs", "2", "--threads", "1", "--validation", "0", "--quiet"];
        var first = await RunAsync(words);
        Assert.True(first.Code == 0, first.Errors);
        Assert.Contains("in which a model learns next to nothing: raise --epochs (2)", first.Errors);
        var adapter = await File.ReadAllBytesAsync(Path.Combine(folder, "adapter.gguf"), TestContext.Current.CancellationToken);

        var again = await RunAsync([.. words, "--resume", "--merge", merged]);
        Assert.True(again.Code == 0, again.Errors);
        Assert.Contains("steps were done before: this run is finished. To train longer, raise --epochs", again.Output);
        Assert.True(File.Exists(merged));
        Assert.Equal(adapter, await File.ReadAllBytesAsync(Path.Combine(folder, "adapter.gguf"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_is_written_over_by_mistake()
    {
        var folder = Directory.CreateDirectory(trained.PathOf("taken")).FullName;
        var adapter = Path.Combine(folder, "adapter.gguf");
        await File.WriteAllTextAsync(adapter, "mine", TestContext.Current.CancellationToken);
        var link = trained.PathOf("link.gguf");
        File.CreateSymbolicLink(link, Model);
        foreach (var (words, said) in new (string[], string)[]
        {
            ([Model, Corpus, "--out", folder], $"{adapter} is there already"),
            ([link, Corpus, "--merge", Model], "is the base itself"),
            ([Model, Corpus, "--out", folder, "--merge", adapter], "is the adapter itself"),
            ([Model, Corpus, "--merge", Corpus], "holds examples"),
            ([Model, Corpus, "--rnak", "8"], "Unknown option '--rnak'. Did you mean '--rank'?"),
            ([Model, "--epoch", "8", Corpus], "Unknown option '--epoch'. Did you mean '--epochs'?"),
        })
        {
            var (code, output, errors) = await RunAsync(["model", "finetune", .. words]);

            Assert.True(code == 2, $"{string.Join(' ', words)}: {code} {errors}");
            Assert.Equal("", output);
            Assert.Contains(said, errors, StringComparison.Ordinal);
        }

        Assert.Equal("mine", await File.ReadAllTextAsync(adapter, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Any_refusal_is_right_where_a_refusal_is_expected()
    {
        var any = await ScoreAsync("refuse");
        var (fraud, harm) = (await ScoreAsync("refuse-fraud"), await ScoreAsync("care-harm"));
        Assert.Equal(Math.Min(fraud.Loss, harm.Loss), any.Loss, 1e-9);
        Assert.Equal(Math.Max(fraud.Right, harm.Right), any.Right);
    }

    [Fact]
    public async Task Where_only_losses_are_measured_nothing_is_said_of_answers()
    {
        var data = trained.Write(["""{"topic": "refuse", "question": "what is a harm"}"""]);
        var text = await RunAsync("model", "score", Model, Model, "--data", data, "--topics", Corpus, "--loss-only");
        var (code, output, _) = await RunAsync("model", "score", Model, Model, "--data", data, "--topics", Corpus, "--loss-only", "--json");

        Assert.Equal((0, 0), (text.Code, code));
        Assert.Contains("perplexity", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("right answers", text.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(["model", "adapter", "questions", "loss", "perplexity", "loss_difference"], json.RootElement[1].EnumerateObject().Select(static field => field.Name));
    }

    [Fact]
    public async Task Many_problems_are_said_in_part()
    {
        var data = trained.Write(Enumerable.Repeat("""{"topic": "weather", "question": "will it rain"}""", 50));
        var score = await RunAsync("model", "score", Model, "--data", data, "--topics", Corpus);
        var calibrate = await RunAsync("model", "calibrate", Model, data);
        foreach (var (code, _, errors) in new[] { score, calibrate })
        {
            Assert.Equal(2, code);
            Assert.Equal(21, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Contains($"{data}:20: topic: ", errors, StringComparison.Ordinal);
            Assert.Contains("and 30 more; mend these first", errors, StringComparison.Ordinal);
        }
    }

    private async Task<(double Loss, double Right)> ScoreAsync(string topic)
    {
        var data = trained.Write([$$"""{"topic": "{{topic}}", "question": "what is a harm"}"""]);
        var (code, output, errors) = await RunAsync("model", "score", Model, "--data", data, "--topics", Corpus, "--threads", "1", "--json");
        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        return (json.RootElement[0].GetProperty("loss").GetDouble(), json.RootElement[0].GetProperty("right").GetDouble());
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(params string[] words) => ServerProcess.RunAsync(words, "{}");
}
