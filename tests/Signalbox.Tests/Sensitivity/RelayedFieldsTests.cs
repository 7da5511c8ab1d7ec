using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Sensitivity;

namespace Signalbox.Tests.Sensitivity;

/// <summary>A relay sends fields that the vocabulary has no place for. What stands in them leaves as well, so it is looked at.</summary>
public class RelayedFieldsTests
{
    private const string Card = "4111 1111 1111 1111";

    [Theory]
    [InlineData("openai-chat", """{"model":"m","messages":[{"role":"user","content":"Hello."}],"metadata":{"note":"my card is CARD"}}""")]
    [InlineData("openai-chat", """{"model":"m","messages":[{"role":"user","content":"Hello."}],"metadata":{"card":4111111111111111}}""")]
    [InlineData("openai-chat", """{"model":"m","messages":[{"role":"user","content":"Hello."}],"prediction":{"type":"content","content":"my card is CARD"}}""")]
    [InlineData("openai-chat", """{"model":"m","messages":[{"role":"user","content":"Hello.","note":"my card is CARD"}]}""")]
    [InlineData("openai-chat", """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Hello.","note":["my card is CARD"]}]}]}""")]
    [InlineData("openai-responses", """{"model":"m","input":"Hello.","prompt":{"id":"p","variables":{"card":"my card is CARD"}}}""")]
    [InlineData("anthropic-messages", """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hello."}],"metadata":{"user_id":"card CARD"}}""")]
    [InlineData("gemini", """{"contents":[{"role":"user","parts":[{"text":"Hello."}]}],"labels":{"note":"my card is CARD"}}""")]
    [InlineData("ollama", """{"model":"m","messages":[{"role":"user","content":"Hello."}],"options":{"stop":["my card is CARD"]}}""")]
    [InlineData("completions", """{"model":"m","prompt":["Hello.","my card is CARD"]}""")]
    [InlineData("completions", """{"model":"m","prompt":"Hello.","suffix":"my card is CARD"}""")]
    [InlineData("generate", """{"model":"m","prompt":"Hello.","template":"my card is CARD"}""")]
    public void A_card_number_is_found_wherever_it_stands_in_the_body(string dialect, string body) =>
        Assert.Equal(SensitivityLabel.Confidential, LabelOf(dialect, body.Replace("CARD", Card, StringComparison.Ordinal)));

    [Theory]
    [InlineData("openai-chat", """{"model":"m","messages":[{"role":"user","content":"Hello."}],"temperature":0.7,"stop":["END"],"user":"u-1","prompt_cache_key":"a"}""")]
    [InlineData("openai-chat", """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8="}}]}]}""")]
    [InlineData("gemini", """{"contents":[{"role":"model","parts":[{"text":"Hi.","thoughtSignature":"Eq8CCqwCAVKnc3Rk9yTq1Zx7LmN0b8V2sWcPq4Ha"}]}],"generationConfig":{"temperature":0.25}}""")]
    public void What_is_no_text_of_the_callers_raises_no_label(string dialect, string body) =>
        Assert.Equal(SensitivityLabel.Public, LabelOf(dialect, body));

    private static SensitivityLabel LabelOf(string dialect, string body)
    {
        IDialect reader = dialect switch
        {
            "completions" => LegacyCompletionsDialect.Instance,
            "generate" => OllamaGenerateDialect.Instance,
            _ => DialectSet.Find(dialect)!,
        };
        using var document = JsonDocument.Parse(body);
        var problems = new ReadProblems();
        var request = reader.ReadRequest(new InboundRequest(document.RootElement, reader.HasModelInBody ? null : "m"), problems);
        Assert.Null(problems.Error);
        var report = Inspect.Detector.Inspect(request!);
        Assert.Null(report.Failure);
        return report.Label;
    }
}
