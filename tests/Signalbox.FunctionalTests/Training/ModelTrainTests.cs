using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.FunctionalTests.Training;

/// <summary><c>model train</c> as a user types it: a process of its own, a small model.</summary>
public sealed class ModelTrainTests : IDisposable
{
    private const string Config = """
        // A model that is trained in a moment.
        {
          "name": "tiny", "data": ["corpus.json"], "validationShare": 0.1,
          "vocabulary": { "size": 300 },
          "shape": { "embeddingLength": 32, "layers": 1, "heads": 2, "feedForwardLength": 64, "contextLength": 64 },
          "learning": { "epochs": 8, "batchTokens": 128, "learningRate": 0.01, "warmUpSteps": 2, "dropout": 0.1, "seed": 3, "threads": 1 },
          "augmentation": { "mistyped": 0.3, "bpeDropout": 0.1 },
          "output": { "folder": "run", "types": ["q8_0"], "validateEvery": 4 },
          "samples": ["where is my card"]
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signalbox-train-");

    public ModelTrainTests()
    {
        string[] words = ["card", "money", "account", "fee"];
        var topics = words.Select(word => $$"""
            {"id": "{{word}}", "answer": "About the {{word}}.", "questions": ["where is my {{word}}", "what is a {{word}}", "{{word}}?", "my {{word}} is lost", "help with {{word}}"]}
            """);
        File.WriteAllText(PathOf("corpus.json"), $$"""{"area": "test", "topics": [{{string.Join(',', topics)}}]}""");
        File.WriteAllText(PathOf("train.json"), Config);
    }

    [Fact]
    public async Task A_resumed_run_equals_an_uninterrupted_one()
    {
        var whole = await TrainAsync("train.json", "--out", PathOf("whole"));
        Assert.True(whole.Code == 0, whole.Errors);
        Assert.Contains("right topics", whole.Output);
        Assert.Contains("> where is my card", whole.Output);

        var stopped = await TrainAsync("train.json", "--out", PathOf("parts"), "--stop-after", "5");
        Assert.True(stopped.Code == 0, stopped.Errors);
        Assert.Contains("Stopped after 5 steps", stopped.Output);
        Assert.False(File.Exists(PathOf("parts/model.gguf")));
        var resumed = await TrainAsync("train.json", "--out", PathOf("parts"), "--resume", "--quiet");
        Assert.True(resumed.Code == 0, resumed.Errors);
        Assert.DoesNotContain("validation", resumed.Output);

        foreach (var name in new[] { "model.gguf", "model-q8_0.gguf", "checkpoint.bin", "loss.svg" })
        {
            Assert.True(File.ReadAllBytes(PathOf($"whole/{name}")).AsSpan().SequenceEqual(File.ReadAllBytes(PathOf($"parts/{name}"))), $"{name} differs");
        }

        Assert.Equal(Losses("whole"), Losses("parts"));
        var losses = Losses("whole");
        Assert.True(losses[^1] < losses[0] / 2, $"the loss went from {losses[0]} to {losses[^1]}");
        Assert.Equal(File.ReadAllText(PathOf("train.json")), File.ReadAllText(PathOf("whole/config.json")));
    }

    [Fact]
    public async Task A_wrong_configuration_lists_all_problems()
    {
        File.WriteAllText(PathOf("wrong.json"), """
            {
              "data": ["none/*.json"], "vocabulary": { "size": 10 }, "shape": { "embeddingLength": 33, "heads": 2, "depth": 3 },
              "learning": { "epochs": 1, "minutes": 1, "dropout": 2 }, "augmentation": { "greetings": 0.5 }, "output": { "folder": "run", "types": ["q3_k"] }
            }
            """);
        var (code, _, errors) = await TrainAsync("wrong.json");
        Assert.Equal(2, code);
        foreach (var expected in new[]
                 {
                     "name: is missing", "data[0]: \"none/*.json\" means no file", "vocabulary.size: must be a whole number from 256 to 200000, not 10",
                     "shape.embeddingLength: 33 must be a multiple of 32", "shape.depth: is not a known field", "learning.epochs: and minutes exclude each other",
                     "learning.dropout: must be a number from 0 to 0.9, not 2", "augmentation.greetings: needs greetingTexts", "output.types[0]: \"q3_k\" must be q8_0 or q4_0",
                 })
        {
            Assert.Contains(expected, errors);
        }

        Assert.False(Directory.Exists(PathOf("run")));
    }

    [Fact]
    public async Task A_folder_with_a_run_is_not_overwritten_and_an_empty_one_not_resumed()
    {
        var empty = await TrainAsync("train.json", "--resume");
        Assert.Equal(2, empty.Code);
        Assert.Contains("There is no checkpoint", empty.Errors);

        Assert.Equal(0, (await TrainAsync("train.json", "--stop-after", "1")).Code);
        var again = await TrainAsync("train.json");
        Assert.Equal(2, again.Code);
        Assert.Contains("holds a run already: add --resume", again.Errors);

        File.WriteAllText(PathOf("train.json"), Config.Replace("0.01", "0.02", StringComparison.Ordinal));
        var changed = await TrainAsync("train.json", "--resume");
        Assert.Equal(2, changed.Code);
        Assert.Contains("The configuration has changed since this run began", changed.Errors);
    }

    [Fact]
    public async Task A_weight_for_topics_that_are_not_there_is_named()
    {
        File.WriteAllText(PathOf("train.json"), Config.Insert(Config.IndexOf('{', StringComparison.Ordinal) + 1, """ "weights": { "topics": { "nothing-": 2 } }, """));
        var (code, _, errors) = await TrainAsync("train.json");
        Assert.Equal(2, code);
        Assert.Contains("weights.topics.nothing-: no topic of the corpus begins with \"nothing-\".", errors);
        Assert.False(Directory.Exists(PathOf("run")));
    }

    [Fact]
    public async Task A_model_is_trained_on_with_its_own_words_from_where_it_was()
    {
        Assert.Equal(0, (await TrainAsync("train.json", "--quiet")).Code);
        // A vocabulary of its own would have a merge for the new word.
        var corpus = File.ReadAllText(PathOf("corpus.json"));
        File.WriteAllText(PathOf("corpus.json"), corpus.Replace("\"where is my fee\"", "\"where is my fee\", \"zzzz zzzz zzzz zzzz\"", StringComparison.Ordinal));
        var on = Config.Replace("\"data\"", "\"from\": \"run/model.gguf\", \"data\"", StringComparison.Ordinal);
        File.WriteAllText(PathOf("on.json"), on.Replace("\"epochs\": 8", "\"epochs\": 2", StringComparison.Ordinal));

        var more = await TrainAsync("on.json", "--out", PathOf("on"));

        Assert.True(more.Code == 0, more.Errors);
        Assert.True(Losses("on")[0] < Losses("run")[0] / 2, $"it begins with a loss of {Losses("on")[0]}; the new model began with {Losses("run")[0]}");
        Assert.Equal(Words("run"), Words("on"));

        File.WriteAllText(PathOf("on.json"), on.Replace("\"feedForwardLength\": 64", "\"feedForwardLength\": 96", StringComparison.Ordinal));
        var other = await TrainAsync("on.json", "--out", PathOf("other"));
        Assert.Equal(2, other.Code);
        Assert.Contains("from: ", other.Errors, StringComparison.Ordinal);
        Assert.Contains("is of another shape", other.Errors, StringComparison.Ordinal);

    }

    [Fact]
    public async Task A_model_that_is_trained_on_gets_tokens_for_new_topics_behind_its_own()
    {
        Assert.Equal(0, (await TrainAsync("train.json", "--quiet")).Code);
        var corpus = File.ReadAllText(PathOf("corpus.json"));
        File.WriteAllText(PathOf("corpus.json"), corpus.Insert(corpus.LastIndexOf(']'), """, {"id": "rate", "answer": "It is 2 percent.", "questions": ["what is the rate", "rate?"]}"""));
        File.WriteAllText(PathOf("on.json"), """{"extends": "train.json", "from": "run/model.gguf", "output": {"folder": "on"}}""");

        var more = await TrainAsync("on.json", "--quiet");

        Assert.True(more.Code == 0, more.Errors);
        Assert.True(Losses("on")[0] < Losses("run")[0] / 2, $"it begins with a loss of {Losses("on")[0]}; the new model began with {Losses("run")[0]}");
        Assert.Equal([.. Words("run"), "<|topic:rate|>"], Words("on"));
    }

    [Fact]
    public async Task A_finished_run_has_nothing_to_go_on_with()
    {
        Assert.Equal(0, (await TrainAsync("train.json", "--quiet")).Code);
        var before = File.ReadAllBytes(PathOf("run/log.jsonl"));
        var again = await TrainAsync("train.json", "--resume");
        Assert.True(again.Code == 0, again.Errors);
        Assert.Contains("steps were done before: this run is finished. To train longer, raise learning.epochs", again.Output);
        Assert.DoesNotContain("parameters, steps", again.Output);
        Assert.Equal(before, File.ReadAllBytes(PathOf("run/log.jsonl")));

        // Lost results are written again.
        var model = File.ReadAllBytes(PathOf("run/model-q8_0.gguf"));
        File.Delete(PathOf("run/model-q8_0.gguf"));
        again = await TrainAsync("train.json", "--resume");
        Assert.True(again.Code == 0, again.Errors);
        Assert.Contains("steps were done before; what was made of them is written again", again.Output);
        Assert.Equal(model, File.ReadAllBytes(PathOf("run/model-q8_0.gguf")));
    }

    [Fact]
    public async Task What_stands_in_the_way_is_said_before_the_run()
    {
        Directory.CreateDirectory(PathOf("run"));
        File.WriteAllText(PathOf("run/model.gguf"), "mine");
        var foreign = await TrainAsync("train.json");
        Assert.Equal(2, foreign.Code);
        Assert.Contains($"{PathOf("run/model.gguf")} is there already", foreign.Errors);
        Assert.Equal("mine", File.ReadAllText(PathOf("run/model.gguf")));

        var busy = new RunFolder(PathOf("busy"));
        Assert.Null(busy.Claim(resume: false, []));
        var second = await TrainAsync("train.json", "--out", PathOf("busy"));
        busy.Close();
        Assert.Equal(2, second.Code);
        Assert.Contains($"Another process is training in {PathOf("busy")}", second.Errors);

        var folder = await TrainAsync("");
        Assert.Equal(2, folder.Code);
        Assert.Contains("is a folder: name the configuration in it", folder.Errors);
    }

    [Fact]
    public async Task A_run_too_short_for_its_warm_up_says_so_and_warms_up_for_less()
    {
        File.WriteAllText(PathOf("train.json"), Config.Replace("\"warmUpSteps\": 2", "\"warmUpSteps\": 100", StringComparison.Ordinal).Replace("\"epochs\": 8", "\"epochs\": 2", StringComparison.Ordinal));
        var (code, _, errors) = await TrainAsync("train.json", "--quiet");
        Assert.True(code == 0, errors);
        Assert.Contains("warning: learning.warmUpSteps is 100, but the run has", errors);
        Assert.Contains("in which a model learns next to nothing: raise learning.epochs", errors);
        using var first = JsonDocument.Parse(File.ReadLines(PathOf("run/log.jsonl")).First());
        Assert.Equal(0.01, first.RootElement.GetProperty("learningRate").GetDouble(), 1e-9);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private List<double> Losses(string run)
    {
        var losses = new List<double>();
        foreach (var line in File.ReadLines(PathOf($"{run}/log.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("loss", out var loss))
            {
                losses.Add(loss.GetDouble());
            }
        }

        return losses;
    }

    private IReadOnlyList<string> Words(string run)
    {
        Assert.True(GgufFile.TryOpen(PathOf($"{run}/model.gguf"), out var file, out _));
        using (file)
        {
            Assert.True(file.Metadata.TryGetStrings("tokenizer.ggml.tokens", out var tokens));
            return [.. tokens.Select(Encoding.UTF8.GetString)];
        }
    }

    private async Task<(int Code, string Output, string Errors)> TrainAsync(string config, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.FullName };
        foreach (var word in (string[])[Path.Combine(AppContext.BaseDirectory, "Signalbox.Server.dll"), "model", "train", PathOf(config), .. options])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
