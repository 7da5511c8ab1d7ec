using System.Text.Json;
using Signalbox.Benchmarking;
using Signalbox.Benchmarking.Scoring;

namespace Signalbox.Tests.Benchmarking;

public class BenchmarkScoringTests
{
    [Theory]
    [InlineData("The Cat sat!", "a cat sat", 1, 1, 1)]
    [InlineData("sat cat", "cat sat", 0, 1, 0.5)]
    [InlineData("cat", "cat sat on mat", 0, 0.4, 0.4)]
    [InlineData("", "cat", 0, 0, 0)]
    [InlineData("don't", "dont", 1, 1, 1)]
    public void Overlap_is_what_the_definitions_say(string answer, string reference, int exact, double f1, double rouge)
    {
        Assert.Equal(exact == 1, TextOverlap.IsExact(answer, reference));
        Assert.Equal(f1, TextOverlap.F1(answer, reference), 1e-9);
        Assert.Equal(rouge, TextOverlap.RougeL(answer, reference), 1e-9);
    }

    [Fact]
    public void Overlap_is_symmetric_and_the_subsequence_never_longer_than_what_is_common()
    {
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            string Text() => string.Join(' ', Enumerable.Range(0, random.Next(1, 12)).Select(_ => "word" + random.Next(6)));
            var (a, b) = (Text(), Text());
            Assert.Equal(TextOverlap.F1(a, b), TextOverlap.F1(b, a), 1e-12);
            Assert.Equal(TextOverlap.RougeL(a, b), TextOverlap.RougeL(b, a), 1e-12);
            Assert.InRange(TextOverlap.RougeL(a, b), 0, TextOverlap.F1(a, b) + 1e-12);
            Assert.Equal(1, TextOverlap.RougeL(a, a));
        }
    }

    [Theory]
    [InlineData("""{"age": 3}""", null, 1, 1, null)]
    [InlineData("""{"age": "three"}""", null, 1, 0, null)]
    [InlineData("""{"age": 3""", null, 0, 0, null)]
    [InlineData("three", null, 0, 0, null)]
    [InlineData("""{"age": 3}""", """{"age": 3}""", 1, 1, 1.0)]
    [InlineData("""{"age": "3"}""", """{"age": 3}""", 1, 0, 0.0)]
    public void A_schema_is_satisfied_or_not_and_only_a_reference_says_how_good_the_answer_is(string answer, string? reference, int json, int valid, double? quality)
    {
        const string Schema = """{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}""";
        var score = AnswerScore.Of(answer, new BenchmarkPrompt { Prompt = "?", Reference = reference, Schema = Schema }, SchemaCheck.Of(Schema));

        Assert.Equal((json, valid, quality), (score.JsonValid, score.SchemaValid, score.Quality));
    }

    [Theory]
    [InlineData("""{"type":"objekt"}""", "objekt")]
    [InlineData("""{"type":["string",7]}""", "#/type")]
    [InlineData("""{"type":"object","properties":{"age":"integer"}}""", "#/properties/age")]
    [InlineData("""{"properties":["age"]}""", "#/properties")]
    [InlineData("""{"type":"string","pattern":"("}""", "#/pattern")]
    [InlineData("""{"patternProperties":{"[":{}}}""", "#/patternProperties")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref")]
    [InlineData("""{"items":{"$ref":"#/definitions/none"}}""", "#/items/$ref")]
    [InlineData("""{"$ref":"http://example.com/x"}""", "example.com")]
    [InlineData("""{"required":"age"}""", "#/required")]
    [InlineData("""{"enum":"a"}""", "#/enum")]
    [InlineData("""{"anyOf":{}}""", "#/anyOf")]
    [InlineData("""{"minLength":-1}""", "#/minLength")]
    [InlineData("""{"minimum":"1"}""", "#/minimum")]
    [InlineData("""{"items":[{"type":"strin"}]}""", "#/items/0/type")]
    [InlineData("""{"pattern":"\ud800"}""", "surrogate")]
    [InlineData("[]", "object")]
    public void A_schema_that_cannot_be_meant_is_told_with_its_place(string schema, string said)
    {
        using var document = JsonDocument.Parse(schema);

        Assert.Contains(said, SchemaCheck.Problem(document.RootElement), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"type":["string","null"],"pattern":"^a+$","minLength":1,"enum":["a",null]}""")]
    [InlineData("""{"$defs":{"n":{"type":"integer"}},"type":"object","properties":{"n":{"$ref":"#/$defs/n"},"required":{"type":"boolean"},"enum":{"type":"boolean"}},"additionalProperties":false}""")]
    [InlineData("""{"type":"array","items":{"$ref":"#"},"maxItems":3,"x-note":{"type":7}}""")]
    public void A_schema_in_order_is_accepted(string schema)
    {
        using var document = JsonDocument.Parse(schema);

        Assert.Null(SchemaCheck.Problem(document.RootElement));
    }

    [Theory]
    [InlineData("A says more. [[A]]", 1)]
    [InlineData("At first [[A]], but no: [[b]]", -1)]
    [InlineData("[[C]]", 0)]
    [InlineData("B", -1)]
    [InlineData("Both are fine.", null)]
    public void The_last_verdict_counts(string text, int? expected) => Assert.Equal(expected, PairwiseJudge.Read(text));

    [Theory]
    [InlineData("[[A]]", "[[B]]", 1, true)]
    [InlineData("[[A]]", "[[A]]", 0, false)]
    [InlineData("[[C]]", "[[C]]", 0, true)]
    public async Task A_verdict_counts_only_when_it_survives_the_change_of_order(string first, string swapped, int preference, bool isConsistent)
    {
        var verdicts = new Queue<string>([first, swapped]);
        var judge = new PairwiseJudge((_, _) => Task.FromResult(new ModelReply { Text = verdicts.Dequeue(), Latency = TimeSpan.Zero }));

        Assert.Equal((preference, isConsistent), await judge.CompareAsync(new BenchmarkPrompt { Prompt = "?" }, "left", "right", leftFirst: true, TestContext.Current.CancellationToken));
    }
}
