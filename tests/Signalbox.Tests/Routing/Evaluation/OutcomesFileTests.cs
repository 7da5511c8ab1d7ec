using Signalbox.Routing.Evaluation;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Evaluation;

public sealed class OutcomesFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"prompt": "a", "outcomes": {"m": 2}}""", "outcomes.m: must be a number of 0 to 1")]
    [InlineData("""{"prompt": "a", "outcomes": {"m": "right"}}""", "outcomes.m: must be a number of 0 to 1")]
    [InlineData("""{"prompt": "a", "outcomes": [1]}""", "outcomes: must be an object")]
    [InlineData("""{"prompt": "a"}""", "outcomes: missing")]
    [InlineData("""{"outcomes": {"m": 1}}""", "prompt: missing")]
    [InlineData("""{"prompt": 7, "outcomes": {"m": 1}}""", "prompt: must be a text")]
    [InlineData("""{"prompt": "\ud800", "outcomes": {"m": 1}}""", "prompt: is no valid text")]
    [InlineData("""{"prompt": "a", "outcomes": {"m": 1}, "cost": {"m": -1}}""", "cost.m: must be a number of 0 or more")]
    [InlineData("""{"prompt": "a", "outcomes": {"m": 1}, "output_tokens": 5}""", "output_tokens: must be an object")]
    [InlineData("""{"prompt": "a", "outcomes": """, "is not JSON")]
    [InlineData("""[1]""", "is not a JSON object")]
    public void A_row_that_is_wrong_is_named_by_file_line_and_field(string row, string problem)
    {
        var path = Write("""{"prompt": "fine", "outcomes": {"m": 1}}""", "", row);
        var file = OutcomesFile.Read(path, TestContext.Current.CancellationToken);
        Assert.Contains($"{path}:3: {problem}", Assert.Single(file.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_of_a_row_is_read_and_models_that_were_not_asked_say_nothing()
    {
        var path = Write("""{"prompt": "a", "task": "t", "outcomes": {"x": 1, "y": 0.5, "z": null, "w": true}, "cost": {"x": 0.01}, "output_tokens": {"x": 12}}""");
        var file = OutcomesFile.Read(path, TestContext.Current.CancellationToken);
        Assert.Empty(file.Problems);
        Assert.Equal(["w", "x", "y"], file.Models);
        var row = Assert.Single(file.Rows);
        Assert.Equal(0.5, row.Outcomes["y"]);
        Assert.Equal(1, row.Outcomes["w"]);
        Assert.Equal(0.01, row.Cost["x"]);
        Assert.Equal(12, row.OutputTokens["x"]);
    }

    [Fact]
    public void A_file_of_rubbish_is_given_up_after_some_problems()
    {
        var file = OutcomesFile.Read(Write([.. Enumerable.Repeat("rubbish", 5000)]), TestContext.Current.CancellationToken);
        Assert.InRange(file.Problems.Count, 2, 30);
        Assert.Contains("further rows were not read", file.Problems[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_empty_or_missing_are_problems()
    {
        Assert.Contains("holds no rows", Assert.Single(OutcomesFile.Read(Write(""), TestContext.Current.CancellationToken).Problems), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(OutcomesFile.Read(Path.Combine(_folder.Path, "missing"), TestContext.Current.CancellationToken).Problems), StringComparison.Ordinal);
    }

    private string Write(params string[] lines)
    {
        var path = Path.Combine(_folder.Path, "outcomes.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
