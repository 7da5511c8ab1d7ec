using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Cascades;

/// <summary>A sentence of instructions for a model that is made for the task, where the route asks for it.</summary>
public sealed class PromptEnhancementTests
{
    private const string Sentence = "Write complete, correct and idiomatic code";

    public static TheoryData<string, string, string> Bodies => new()
    {
        { "openai-chat", """{"model":"R", "messages" : [{"role":"user","content":"Sort a list."}],"later":1}""", "'messages' : [{'role':'system','content':'+'},{'role':'user'," },
        { "openai-chat", """{"model":"R","messages":[{"role":"system","content":"Be \u0062rief."},{"role":"user","content":"Sort a list."}]}""", "'content':'Be \\u0062rief.\\n\\n+'}," },
        { "openai-chat", """{"model":"R","messages":[{"role":"developer","content":[{"type":"text","text":"Be brief."}]},{"role":"user","content":"Sort."}]}""", "'Be brief.'},{'type':'text','text':'+'}]}," },
        { "anthropic-messages", """{"model":"R","max_tokens":9,"messages":[{"role":"user","content":"Sort a list."}]}""", "{'system':'+','model':" },
        { "anthropic-messages", """{"model":"R","max_tokens":9,"system":"","messages":[{"role":"user","content":"Sort a list."}]}""", "'system':'+','messages':" },
        { "anthropic-messages", """{"model":"R","max_tokens":9,"system":[{"type":"text","text":"Be brief."}],"messages":[{"role":"user","content":"Sort."}]}""", "'Be brief.'},{'type':'text','text':'+'}]," },
        { "openai-responses", """{"model":"R","instructions":"Be brief.","input":"Sort a list."}""", "'instructions':'Be brief.\\n\\n+'," },
        { "openai-responses", """{"model":"R","input":"Sort a list."}""", "{'instructions':'+'," },
        { "gemini", """{"contents":[{"role":"user","parts":[{"text":"Sort a list."}]}]}""", "{'systemInstruction':{'parts':[{'text':'+'}]},'contents':" },
        { "gemini", """{"system_instruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Sort."}]}]}""", "{'text':'Be brief.'},{'text':'+'}]}," },
        { "ollama", """{"model":"R","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Sort a list."}],"stream":false}""", "'content':'Be brief.\\n\\n+'}," },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_relayed_body_gets_one_sentence_and_keeps_every_other_byte(string dialect, string body, string expected)
    {
        var wire = Wire.Of(dialect);
        await using var upstream = await FakeUpstream.StartAsync(call => call.SayAsync(wire, "Done"));
        await using var gateway = await StartAsync(upstream, dialect);

        var answer = await gateway.AskAsync(wire.Path("code", false), body.Replace("\"R\"", "\"code\"", StringComparison.Ordinal));

        Assert.Equal((200, "instructions;emulated"), (answer.Status, answer.Headers["x-signalbox-loss"]));
        var sent = upstream.Calls.Single().Text;
        var start = sent.IndexOf(Sentence, StringComparison.Ordinal);
        Assert.True(start > 0, sent);
        var end = sent.IndexOf('"', start);
        var marked = sent[..start] + "+" + sent[end..];
        Assert.Contains(expected.Replace('\'', '"'), marked, StringComparison.Ordinal);

        var plain = await gateway.AskAsync(wire.Path("plain", false), body.Replace("\"R\"", "\"plain\"", StringComparison.Ordinal));
        Assert.False(plain.Headers.ContainsKey("x-signalbox-loss"));
        var unchanged = upstream.Calls.Last().Text;
        Assert.Equal(body.Replace("\"R\"", "\"m\"", StringComparison.Ordinal), unchanged);
        var before = sent.Zip(unchanged).TakeWhile(static pair => pair.First == pair.Second).Count();
        Assert.EndsWith(unchanged[before..], sent, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_translated_request_carries_the_sentence_too(string caller)
    {
        var asked = Wire.Of(caller);
        var spoken = CascadeBench.Other(asked);
        await using var upstream = await FakeUpstream.StartAsync(call => call.SayAsync(spoken, "Done"));
        await using var gateway = await StartAsync(upstream, spoken.Dialect);

        var answer = await gateway.AskAsync(asked.Path("code", false), asked.Request("code", false));

        Assert.Equal("Done", asked.Walk(answer, false).Text.ToString());
        Assert.Contains("instructions;emulated", answer.Headers["x-signalbox-loss"], StringComparison.Ordinal);
        Assert.Contains(Sentence, upstream.Calls.Single().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maths", "What is 12 * 7?", true)]
    [InlineData("maths", "Löse die Gleichung.", true)]
    [InlineData("maths", "Who was the better king?", false)]
    [InlineData("other-task", "Sort a list.", false)]
    public async Task A_sentence_is_added_where_specialization_and_task_fit(string route, string prompt, bool added)
    {
        var chat = Wire.Of("openai-chat");
        await using var upstream = await FakeUpstream.StartAsync(call => call.SayAsync(chat, "Done"));
        await using var gateway = await StartAsync(upstream, "openai-chat");

        var answer = await gateway.AskAsync("/v1/chat/completions", Encoding.UTF8.GetBytes(chat.Request(route, false, prompt)));

        Assert.Equal(200, answer.Status);
        Assert.Equal(added, answer.Headers.ContainsKey("x-signalbox-loss"));
        Assert.Equal(added, upstream.Calls.Single().Text.Contains("\"system\"", StringComparison.Ordinal));
    }

    public static TheoryData<string> Dialects() => [.. CascadeBench.Dialects];

    private static Task<GatewayHarness> StartAsync(FakeUpstream upstream, string dialect) => GatewayHarness.StartAsync(
        $"{{\"providers\":{{\"p\":{{\"dialect\":\"{dialect}\",\"baseUrl\":\"{upstream.BaseUrl("p")}\"}}}},"
        + """
        "models":{"coder":{"provider":"p","upstream":"m","specialization":"code"},"solver":{"provider":"p","upstream":"m","specialization":"math"}},
        "routes":{"code":{"models":["coder"],"task":"code_generation","enhancePrompts":true},
        "plain":{"models":["coder"],"task":"code_generation"},
        "maths":{"models":["solver"],"task":"complex_reasoning","enhancePrompts":true},
        "other-task":{"models":["solver"],"task":"code_generation","enhancePrompts":true}}}
        """);
}
