using System.Text.Json;
using Signalbox.FunctionalTests.Server;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sampling;

namespace Signalbox.FunctionalTests.Training;

/// <summary><c>model calibrate</c> as a user types it, of a model that was trained a moment before.</summary>
public sealed class ModelCalibrateTests(ModelCalibrateTests.TrainedOnce trained) : IClassFixture<ModelCalibrateTests.TrainedOnce>
{
    private static readonly string[] Labels = ["card", "money", "refuse"];

    [Fact]
    public async Task A_model_is_calibrated_in_place_and_the_calibration_is_all_that_changes()
    {
        var model = trained.Copy();
        var before = await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken);
        var data = trained.Write(Rows());
        var (code, output, errors) = await RunAsync("model", "calibrate", model, data, "--threads", "1", "--misses", "--json");

        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;
        // Every question is there once with each label, so whatever topic is said, one of three is right.
        Assert.Equal((60, 20, 0), (root.GetProperty("questions").GetInt32(), root.GetProperty("right").GetInt32(), root.GetProperty("empty").GetInt32()));
        var error = root.GetProperty("calibration_error");
        Assert.True(error.GetProperty("raw").GetDouble() > 0.15);
        Assert.InRange(error.GetProperty("fitted").GetDouble(), 0, 0.15);
        Assert.InRange(error.GetProperty("cross_validated").GetDouble(), 0, 1);
        Assert.Equal(40, root.GetProperty("misses").GetArrayLength());
        Assert.All(root.GetProperty("misses").EnumerateArray(), static miss => Assert.InRange(miss.GetProperty("confidence").GetDouble(), 0.01, 0.99));
        Assert.Equal(40, root.GetProperty("missed_topics").EnumerateArray().Sum(static topic => topic.GetProperty("misses").GetInt32()));

        Assert.True(GgufFile.TryOpen(model, out var file, out var fault), fault?.Message);
        using (file)
        {
            var map = ConfidenceMap.Read(file.Metadata);
            Assert.True(map.IsCalibrated);
            Assert.Equal(root.GetProperty("bias").GetSingle(), map.Bias);
            Assert.Equal(root.GetProperty("weights").EnumerateArray().Select(static weight => (double)weight.GetSingle()), map.Weights);
        }

        var after = await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken);
        Assert.InRange(after.Length, before.Length + 1, before.Length + 256);
        Assert.Equal(before[^4096..], after[^4096..]);
    }

    [Fact]
    public async Task Another_file_may_be_written_and_the_report_says_where_the_model_errs()
    {
        var model = trained.Copy();
        var before = await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken);
        var target = trained.PathOf("other.gguf");
        var (code, output, errors) = await RunAsync("model", "calibrate", model, trained.Write(Rows()), "--out", target);

        Assert.True(code == 0, errors);
        Assert.Contains("60 questions, 20 answered rightly (33.3 %)", output, StringComparison.Ordinal);
        Assert.Contains("calibrated, on questions not fitted on", output, StringComparison.Ordinal);
        Assert.Contains("most often said instead", output, StringComparison.Ordinal);
        Assert.Contains($"written: {target}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("miss:", output, StringComparison.Ordinal);
        Assert.True(File.Exists(target));
        Assert.Equal(before, await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_problem_is_named_and_nothing_is_written()
    {
        var model = trained.Copy();
        var before = await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken);
        var good = trained.Write(Rows());
        var bad = trained.Write(["{\"topic\": \"monye\", \"question\": \"where\"}", "{\"topic\": \"card\"}", "no json"]);
        var few = trained.Write(Rows().Take(49));
        foreach (var (words, expected, said) in new (string[], int, string[])[]
        {
            ([model, bad], 2, [":1: topic: \"monye\" is no topic of this model; did you mean \"money\"?", ":2: question: is missing", ":3: this is no JSON"]),
            ([model, few], 2, ["49 questions are too few to calibrate with; give at least 50."]),
            ([model, "no-such.jsonl"], 2, ["no-such.jsonl: cannot be read"]),
            ([model, good, "--out", "/nowhere/at/all.gguf"], 2, ["there is no folder /nowhere/at"]),
            ([model, good, "--threads", "0"], 2, ["--threads must be from 1 to 256."]),
            ([model], 2, ["DATA.jsonl"]),
            (["no-such.gguf", good], 1, ["no-such.gguf cannot be opened"]),
            ([model, trained.Write(Rows().Where(static row => row.Contains("\"refuse\"", StringComparison.Ordinal)).SelectMany(static row => Enumerable.Repeat(row.Replace("money", "card", StringComparison.Ordinal), 3)))], 1, ["None of 60 answers is right"]),
        })
        {
            var (code, output, errors) = await RunAsync(["model", "calibrate", .. words]);

            Assert.True(code == expected, $"{string.Join(' ', words)}: {code} {errors}");
            Assert.Equal("", output);
            Assert.All(said, text => Assert.Contains(text, errors, StringComparison.Ordinal));
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken));
    }

    private static IEnumerable<string> Rows() =>
        from i in Enumerable.Range(0, 20)
        from label in Labels
        select $$"""{"topic": "{{label}}", "question": "{{TrainedOnce.Questions[i % 5].Replace("*", i % 2 == 0 ? "card" : "money", StringComparison.Ordinal)}} {{(i < 10 ? "please" : "now")}}"}""";

    private static Task<(int Code, string Output, string Errors)> RunAsync(params string[] words) => ServerProcess.RunAsync(words, "{}");

    /// <summary>A model with four topics.</summary>
    public sealed class TrainedOnce : IAsyncLifetime
    {
        public static readonly string[] Questions = ["where is my *", "what is a *", "*?", "my * is lost", "help with *"];

        private const string Config = """
            {
              "name": "tiny", "data": ["corpus.json"], "validationShare": 0, "vocabulary": { "size": 300 },
              "shape": { "embeddingLength": 32, "layers": 1, "heads": 2, "feedForwardLength": 64, "contextLength": 64 },
              "learning": { "epochs": 20, "batchTokens": 128, "learningRate": 0.01, "warmUpSteps": 2, "seed": 3, "threads": 1 },
              "weights": { "topic": 4 }, "output": { "folder": "run", "types": ["q8_0"] }
            }
            """;

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signalbox-calibrate-");

        private int _files;

        public async ValueTask InitializeAsync()
        {
            string[] words = ["card", "money", "refuse-fraud", "care-harm"];
            var topics = words.Select(static word => $$"""
                {"id": "{{word}}", "answer": "About the {{word}}.", "questions": [{{string.Join(',', Questions.Select(question => $"\"{question.Replace("*", word.Split('-')[^1], StringComparison.Ordinal)}\""))}}]}
                """);
            await File.WriteAllTextAsync(PathOf("corpus.json"), $$"""{"area": "test", "topics": [{{string.Join(',', topics)}}]}""");
            await File.WriteAllTextAsync(PathOf("train.json"), Config);
            var (code, _, errors) = await ServerProcess.RunAsync(["model", "train", PathOf("train.json"), "--out", PathOf("run"), "--quiet"], "{}");
            Assert.True(code == 0, errors);
        }

        public string PathOf(string name) => Path.Combine(_folder.FullName, name);

        public string Copy()
        {
            var path = PathOf($"model-{_files++}.gguf");
            File.Copy(PathOf("run/model-q8_0.gguf"), path);
            return path;
        }

        public string Write(IEnumerable<string> rows)
        {
            var path = PathOf($"data-{_files++}.jsonl");
            File.WriteAllLines(path, rows);
            return path;
        }

        public ValueTask DisposeAsync()
        {
            _folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
