using System.Text.Json;
using Signalbox.Server.Commands;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Evaluation;

/// <summary>The verbs that learn, as a user types them. They share the console, so they run one after the other.</summary>
[Collection("console")]
public sealed class RouteCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _errors = new();
    private readonly TextWriter _console = Console.Error;

    public RouteCommandTests() => Console.SetError(_errors);

    public void Dispose()
    {
        Console.SetError(_console);
        _folder.Dispose();
    }

    [Fact]
    public async Task Weights_are_trained_written_whole_and_read_back_by_the_evaluation()
    {
        var outcomes = Outcomes(120);
        var weights = Path.Combine(_folder.Path, "my.weights");
        Assert.Equal(0, await Run("route", "train", "--outcomes", outcomes, "--out", weights, "--weak", "small", "--strong", "large"));
        Assert.Equal(["my.weights", "outcomes.jsonl"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(0, await Run("route", "eval", "--outcomes", outcomes, "--weak", "small", "--strong", "large", "--weights", weights));
        Assert.Equal(0, await Run("route", "eval", "--outcomes", outcomes, "--weak", "small", "--strong", "large", "--folds", "3", "--json"));
    }

    [Fact]
    public async Task A_wrong_row_ends_training_with_2_and_leaves_the_old_weights_alone()
    {
        var outcomes = _folder.Write("bad.jsonl", """{"prompt": "a", "outcomes": {"small": 1, "large": 7}}""");
        var weights = _folder.Write("my.weights", "old");
        Assert.Equal(2, await Run("route", "train", "--outcomes", outcomes, "--out", weights));
        Assert.Contains($"{outcomes}:1: outcomes.large: must be a number of 0 to 1", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(weights));
    }

    [Theory]
    [InlineData("--weak small --strong huge", "no row has an outcome of the model 'huge'. Models: large, small.")]
    [InlineData("--weak large --strong small", "Are the two swapped?")]
    [InlineData("--weak large --strong large", "are the same model, 'large'")]
    [InlineData("--weak small --strong large --folds abc", "error: --folds must be a whole number, not 'abc'.")]
    [InlineData("--weak small --strong large --weak-cost cheap", "error: --weak-cost must be a number, not 'cheap'.")]
    [InlineData("--weak small --strong large --seeed 1", "did you mean '--seed'?")]
    [InlineData("--weak small --strong large --folds 1", "--folds must be 2 to 100")]
    [InlineData("--weak small --strong large --folds 5 --train x.jsonl", "give one of them")]
    [InlineData("--weak small --strong large --folds 60", "are too few for 60 folds")]
    [InlineData("--weak small --strong large --weights missing.weights", "cannot be read")]
    [InlineData("--weak small --strong large --train missing.jsonl", "cannot be read")]
    [InlineData("--weak small --strong large --train outcomes.jsonl", "0 rows are left to train on")]
    public async Task Wrong_words_end_an_evaluation_with_2_and_say_what_to_mend(string options, string said)
    {
        var code = await Run(["route", "eval", "--outcomes", Outcomes(100), .. options.Replace("outcomes.jsonl", Path.Combine(_folder.Path, "outcomes.jsonl"), StringComparison.Ordinal).Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(said, _errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("route tasks --data x.jsonl --holdout x", "error: --holdout must be a number, not 'x'.")]
    [InlineData("serv", "'serv'; did you mean 'serve'?")]
    [InlineData("route evel", "did you mean 'eval'?")]
    public async Task A_mistyped_word_is_named_with_what_was_probably_meant(string words, string said)
    {
        Assert.Equal(2, await Run(words.Split(' ')));
        Assert.Contains(said, _errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strong_model_that_is_cheaper_is_no_saving_below_zero()
    {
        var (console, output) = (Console.Out, new StringWriter());
        Console.SetOut(output);
        try
        {
            Assert.Equal(0, await Run("route", "eval", "--outcomes", Outcomes(100), "--weak", "small", "--strong", "large", "--weak-cost", "50", "--strong-cost", "1"));
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.Contains("the strong model is cheaper", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("saves -", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"prompt\": \"a\"}\nnope", ":2: is not JSON")]
    [InlineData("[1]", ":1: is not a JSON object")]
    [InlineData("{\"colour\": 1}", ":1: is none of text with spans")]
    [InlineData("{\"text\": \"a\", \"spans\": 7}", ":1: spans: must be a list")]
    [InlineData("{\"prompt\": \"\\ud800\"}", ":1: prompt: is no valid text")]
    [InlineData("", ": holds no rows")]
    [InlineData(null, ": cannot be read")]
    public async Task A_file_of_examples_that_cannot_be_counted_ends_with_2_and_names_the_line(string? content, string said)
    {
        var path = content is null ? Path.Combine(_folder.Path, "missing.jsonl") : _folder.Write("examples.jsonl", content);
        Assert.Equal(2, await Run("sensitivity", "eval", "--data", path));
        Assert.Contains(path + said, _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_rows_are_refused_and_a_lone_half_of_a_pair_is_too()
    {
        Assert.Equal(2, await Run("route", "train", "--outcomes", Outcomes(10), "--out", Path.Combine(_folder.Path, "w")));
        Assert.Contains("at least 20", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await Run("route", "train", "--outcomes", Outcomes(100), "--out", Path.Combine(_folder.Path, "w"), "--weak", "small"));
        Assert.Contains("go together", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_said_before_the_training()
    {
        Assert.Equal(2, await Run("route", "train", "--outcomes", Outcomes(60), "--out", Path.Combine(_folder.Path, "no", "such", "folder")));
        Assert.Contains("its folder does not exist", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_that_cannot_be_written_end_training_with_1_and_leave_nothing_behind()
    {
        var taken = Directory.CreateDirectory(Path.Combine(_folder.Path, "taken")).FullName;
        Assert.Equal(1, await Run("route", "train", "--outcomes", Outcomes(60), "--out", taken));
        Assert.Contains("cannot be written", _errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", _errors.ToString(), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Tasks_need_two_names_and_a_row_to_test()
    {
        var rows = _folder.Write("tasks.jsonl", """{"prompt": "a", "task": "x"}""");
        Assert.Equal(2, await Run("route", "tasks", "--data", rows));
        Assert.Contains("too few", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await Run("route", "tasks", "--data", _folder.Write("bad.jsonl", """{"prompt": "a"}""")));
        Assert.Contains("bad.jsonl:1: task: missing", _errors.ToString(), StringComparison.Ordinal);
    }

    private static Task<int> Run(params string[] words) => CommandLine.RunAsync(words);

    private string Outcomes(int count) => _folder.Write("outcomes.jsonl", string.Join('\n', Enumerable.Range(0, count).Select(static i =>
        JsonSerializer.Serialize(i % 2 == 0 ? $"Prove the {i} lemmas of the old signal tower." : $"What colour has lamp {i}?", RowJson.Default.String))
        .Select(static (prompt, i) => $$"""{"prompt": {{prompt}}, "outcomes": {"small": {{i % 2}}, "large": 1} }""")));
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class RowJson : System.Text.Json.Serialization.JsonSerializerContext;
