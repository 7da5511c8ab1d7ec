using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline.Judging;

namespace Signalbox.Tests.Pipeline;

/// <summary>The checks that need no call, and how the answers of the calls are read.</summary>
public class JudgingTests
{
    private const string Schema =
        """{"type":"object","required":["name","tags"],"properties":{"name":{"type":"string"},"size":{"type":["integer","null"]},"kind":{"enum":["a","b"]},"tags":{"type":"array","items":{"type":"string"}}}}""";

    [Theory]
    [InlineData("""{"name":"x","tags":[]}""", 1)]
    [InlineData("""{"name":"x","tags":["y"],"size":3,"kind":"b","more":true}""", 1)]
    [InlineData("""{"name":"x","tags":[],"size":null}""", 1)]
    [InlineData("""{"name":"x"}""", 0)]
    [InlineData("""{"name":7,"tags":[]}""", 0)]
    [InlineData("""{"name":"x","tags":["y",7]}""", 0)]
    [InlineData("""{"name":"x","tags":[],"size":1.5}""", 0)]
    [InlineData("""{"name":"x","tags":[],"kind":"c"}""", 0)]
    [InlineData("""["name"]""", 0)]
    [InlineData("""{"name":"x","tags":[]""", 0)]
    [InlineData("Here it is: {}", 0)]
    public void JSON_must_have_the_types_and_the_keys_of_its_schema(string text, double verdict)
    {
        using var schema = JsonDocument.Parse(Schema);
        Assert.Equal(verdict, JsonCheck.Judge(text, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema.RootElement) }));
    }

    [Fact]
    public void Without_a_wish_for_JSON_nothing_is_said_about_it()
    {
        Assert.Null(JsonCheck.Judge("text", new ChatOptions()));
        Assert.Equal(1, JsonCheck.Judge("{}", new ChatOptions { ResponseFormat = ChatResponseFormat.Json }));
        Assert.Equal(0, JsonCheck.Judge("7", new ChatOptions { ResponseFormat = ChatResponseFormat.Json }));
    }

    [Theory]
    [InlineData("The answer is 42.", "42", true)]
    [InlineData("So 6 * 7 = 42.\n#### 42", "Final answer: **42.0**", true)]
    [InlineData("The total is $1,234.50, so the answer is $1,234.50.", "#### 1234.5", true)]
    [InlineData("The answer is 42.", "The answer is 41.", false)]
    [InlineData("(B)", "The answer is B.", true)]
    [InlineData("B) the blue one", "C) the red one", false)]
    [InlineData("""\boxed{x+1}""", """We get \boxed{ x + 1 }.""", true)]
    [InlineData("Die Antwort ist 7.", "Das Ergebnis lautet: 7", true)]
    [InlineData("La réponse est Paris.", "paris", true)]
    [InlineData("La respuesta es 3.", "4", false)]
    [InlineData("""{"a":1,"b":[2]}""", """{ "b": [2], "a": 1.0 }""", true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("```json\n{\"a\":1}\n```", """{"a":1}""", true)]
    [InlineData("""{"a":1}""", "a is 1", false)]
    [InlineData("Cats are small carnivorous mammals that people keep as pets.", "Cats are small mammals, carnivorous, which many people keep as pets.", true)]
    [InlineData("Cats are small carnivorous mammals that people keep as pets.", "The invoice of last month has not been paid and is now overdue.", false)]
    public void Two_answers_agree_when_they_say_the_same(string a, string b, bool agree)
    {
        Assert.Equal(agree, Agreement.Agree(a, b));
        Assert.Equal(agree, Agreement.Agree(b, a));
    }

    [Theory]
    [InlineData("7", 0.7)]
    [InlineData(" 10 ", 1.0)]
    [InlineData("8/10", 0.8)]
    [InlineData("**9**", 0.9)]
    [InlineData("0.", 0.0)]
    [InlineData("11", null)]
    [InlineData("7.5", null)]
    [InlineData("-1", null)]
    [InlineData("seven", null)]
    [InlineData("I would say 7", null)]
    [InlineData("", null)]
    public void Only_a_bare_number_is_a_grade(string text, double? grade) => Assert.Equal(grade, CheckerQuestion.Read(text));

    [Fact]
    public void A_checker_is_not_asked_about_what_it_cannot_see()
    {
        var request = Request(new ChatMessage(ChatRole.User, [new TextContent("What is this?"), new DataContent("data:image/png;base64,AA==")]));
        Assert.Null(CheckerQuestion.Create(request, "A cat.", "m"));
    }

    [Fact]
    public void The_lowest_verdict_counts_and_nothing_is_said_where_no_check_can_judge()
    {
        var answer = new AnswerText();
        var update = new ChatResponseUpdate(ChatRole.Assistant, "Paris, I think.") { AdditionalProperties = new() };
        update.AdditionalProperties[Vocabulary.TokenLogprobs] = (IReadOnlyList<TokenLogprob>)[new TokenLogprob("Paris", Math.Log(0.9)), new TokenLogprob("?", Math.Log(0.4))];
        answer.Take(update);
        var request = Request(new ChatMessage(ChatRole.User, "Capital of France?"));

        Assert.Equal(0.6, AnswerJudge.JudgeFree(["logprob", "json", "refusal"], request, answer, ChatFinishReason.Stop)!.Value, 0.001);
        Assert.Equal(1, AnswerJudge.JudgeFree(["json", "refusal"], request, answer, ChatFinishReason.Stop));
        Assert.Null(AnswerJudge.JudgeFree(["json", "checker"], request, answer, ChatFinishReason.Stop));
        Assert.Null(AnswerJudge.JudgeFree(["logprob"], request, new AnswerText(), ChatFinishReason.Stop));
    }

    private static DialectRequest Request(ChatMessage message) => new() { Model = "m", Messages = [message], Options = new ChatOptions() };
}
