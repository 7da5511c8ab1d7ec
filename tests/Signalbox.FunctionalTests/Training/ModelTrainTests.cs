using System.Diagnostics;
using System.Text.Json;

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
