using System.Text.Json;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>What a provider signed comes back to it through an openai-chat client, which has no place for it.</summary>
public class SignatureTests
{
    private const string Tools = """ "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]""";
    private const string Question = """{"role":"user","content":"Weather?"}""";

    [Theory]
    [InlineData("anthropic-messages",
        """{"id":"a1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"Let me see","signature":"c2lnbmVkLWJ5LW1l+/=="},{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Bern"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}""",
        """{"type":"thinking","thinking":"Let me see","signature":"c2lnbmVkLWJ5LW1l+/=="}""")]
    [InlineData("gemini",
        """{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{"city":"Bern"}},"thoughtSignature":"c2lnbmVkLWJ5LW1l+/=="}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11},"modelVersion":"m","responseId":"r1"}""",
        "\"thoughtSignature\":\"c2lnbmVkLWJ5LW1l+/==\"")]
    [InlineData("openai-responses",
        """{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"c2lnbmVkLWJ5LW1l+/=="},{"type":"function_call","id":"fc_1","call_id":"call_1","name":"get_weather","arguments":"{\"city\":\"Bern\"}","status":"completed"}],"usage":{"input_tokens":9,"output_tokens":2,"total_tokens":11}}""",
        "\"encrypted_content\":\"c2lnbmVkLWJ5LW1l+/==\"")]
    public async Task Signed_reasoning_returns_to_its_provider_byte_for_byte_and_to_no_other(string dialect, string first, string expected)
    {
        await using var bench = await SampleBench.StartAsync();
        bench.Upstream.On(dialect, call => call.AnswerAsync(200, "application/json", first));
        var asked = await bench.Gateway.AskAsync("/v1/chat/completions", $$"""{"model":"{{dialect}}/m","messages":[{{Question}}],{{Tools}} }""");
        Assert.Equal(200, asked.Status);
        var message = asked.Json.Items("choices").First().At("message");
        var call = message.Items("tool_calls").Single();

        // The client brings back what its own dialect knows, nothing else.
        var history = $$$"""
            [{{{Question}}},{"role":"assistant","content":null,"tool_calls":[{"id":"{{{call.Str("id")}}}","type":"function","function":{"name":"get_weather","arguments":"{{{JsonEncodedText.Encode(call.Str("function", "arguments")!)}}}"}}]},
             {"role":"tool","tool_call_id":"{{{call.Str("id")}}}","content":"sunny"}]
            """;
        bench.Upstream.Forget();
        await bench.Gateway.AskAsync("/v1/chat/completions", $$"""{"model":"{{dialect}}/m","messages":{{history}},{{Tools}} }""");
        Assert.Contains(expected, (await bench.Upstream.NextCallAsync()).Text, StringComparison.Ordinal);

        foreach (var other in Wire.All.Where(wire => wire.Dialect != dialect))
        {
            await bench.Gateway.AskAsync("/v1/chat/completions", $$"""{"model":"{{other.Dialect}}/m","messages":{{history}},{{Tools}} }""");
            Assert.DoesNotContain("c2lnbmVkLWJ5LW1l", (await bench.Upstream.NextCallAsync()).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Thinking_that_was_streamed_returns_signed_as_well()
    {
        await using var bench = await SampleBench.StartAsync();
        static string Event(string type, string rest) => $"event: {type}\ndata: {{\"type\":\"{type}\"{rest}}}\n\n";
        var stream =
            Event("message_start", ""","message":{"id":"a1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}""")
            + Event("content_block_start", ""","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}""")
            + Event("content_block_delta", ""","index":0,"delta":{"type":"thinking_delta","thinking":"Let me "}""")
            + Event("content_block_delta", ""","index":0,"delta":{"type":"thinking_delta","thinking":"see"}""")
            + Event("content_block_delta", ""","index":0,"delta":{"type":"signature_delta","signature":"c2lnbmVk"}""")
            + Event("content_block_stop", ""","index":0""")
            + Event("content_block_start", ""","index":1,"content_block":{"type":"tool_use","id":"toolu_9","name":"get_weather","input":{}}""")
            + Event("content_block_delta", ""","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\":\"Bern\"}"}""")
            + Event("content_block_stop", ""","index":1""")
            + Event("message_delta", ""","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":2}""")
            + Event("message_stop", "");
        bench.Upstream.On("anthropic-messages", call => call.AnswerAsync(200, "text/event-stream", stream));
        var asked = await bench.Gateway.AskAsync("/v1/chat/completions", $$"""{"model":"anthropic-messages/m","stream":true,"messages":[{{Question}}],{{Tools}} }""");
        Assert.Contains("toolu_9", asked.Text, StringComparison.Ordinal);
        bench.Upstream.Forget();

        await bench.Gateway.AskAsync("/v1/chat/completions", $$$"""
            {"model":"anthropic-messages/m","messages":[{{{Question}}},{"role":"assistant","tool_calls":[{"id":"toolu_9","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"toolu_9","content":"sunny"}],{{{Tools}}} }
            """);

        Assert.Contains("""{"type":"thinking","thinking":"Let me see","signature":"c2lnbmVk"}""", (await bench.Upstream.NextCallAsync()).Text, StringComparison.Ordinal);
    }
}
