using System.Text;
using System.Text.Json;
using Signalbox.Sensitivity.Masking;

namespace Signalbox.Tests.Sensitivity;

public class MaskedBodyTests
{
    [Theory]
    [InlineData("""{"model":"ada@example.org","user":"ada@example.org","messages":[{"role":"user","name":"ada@example.org","content":"to ¤"},{"role":"assistant","tool_calls":[{"id":"bob@example.org","function":{"name":"f","arguments":"{\"to\":\"¤\"}"}}]},{"role":"tool","tool_call_id":"bob@example.org","content":[{"type":"text","text":"¤"}]}]}""")]
    [InlineData("""{ "messages" : [ {"role":"user","content":[{"type":"image_url","image_url":{"url":"https://ada@example.org/p.png"}},{"type":"text","text":"¤"}]} ] , "seed" : 1e0 }""")]
    [InlineData("""{"instructions":"¤","input":[{"type":"message","role":"user","id":"ada@example.org","content":[{"type":"input_text","text":"¤"}]},{"type":"function_call_output","call_id":"bob@example.org","output":"¤"}]}""")]
    [InlineData("""{"input":"¤"}""")]
    [InlineData("""{"system":[{"type":"text","text":"¤","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"¤"}},{"type":"image","source":{"type":"base64","data":"YWRhQGV4YW1wbGUub3Jn"}},{"type":"tool_result","tool_use_id":"x","content":"¤"}]},{"role":"assistant","content":[{"type":"tool_use","id":"bob@example.org","name":"n","input":{"id":"¤","deep":[{"name":"¤"}]}}]}]}""")]
    [InlineData("""{"systemInstruction":{"parts":[{"text":"¤"}]},"contents":[{"role":"user","parts":[{"text":"¤"},{"inlineData":{"mimeType":"text/plain","data":"YWRh"}},{"functionCall":{"name":"ada@example.org","args":{"to":"¤"}}},{"functionResponse":{"name":"ada@example.org","response":{"result":"¤"}}}]}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"¤","images":["YWRhQGV4YW1wbGUub3Jn"]},{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"to":"¤"}}}]}],"options":{"stop":["ada@example.org"]}}""")]
    [InlineData("""{"prompt":["¤","plain"],"suffix":"ada@example.org"}""")]
    public void Texts_are_masked_and_every_other_byte_stays(string body) =>
        Assert.Equal(body.Replace("¤", "[EMAIL_1]", StringComparison.Ordinal), Mask(body.Replace("¤", "carol@example.org", StringComparison.Ordinal), out _));

    [Fact]
    public void A_body_without_personal_data_is_the_same_memory()
    {
        ReadOnlyMemory<byte> body = Encoding.UTF8.GetBytes("""{"messages":[{"role":"user","content":"Hello"}]}""");
        using var document = JsonDocument.Parse(body);

        Assert.True(body.Equals(MaskedBody.Create(body, document.RootElement, new Masker(Inspect.Detector))));
    }

    [Fact]
    public void Escapes_are_read_and_written_again_only_where_a_text_changed()
    {
        const string Body = """{"messages":[{"role":"user","content":"\u00fcber \"ada@example.org\"\n"},{"role":"user","content":"\u00fcber\/"}]}""";

        Assert.Equal("""{"messages":[{"role":"user","content":"über \"[EMAIL_1]\"\n"},{"role":"user","content":"\u00fcber\/"}]}""", Mask(Body, out var table));
        Assert.Equal("ada@example.org", Unmasker.Unmask(table, "[EMAIL_1]"));
    }

    [Fact]
    public void A_placeholder_that_stands_in_a_later_message_is_not_given_out_in_an_earlier_one() =>
        Assert.Equal(
            """{"messages":[{"content":"[EMAIL_2]"},{"content":"[EMAIL_1]"}]}""",
            Mask("""{"messages":[{"content":"ada@example.org"},{"content":"[EMAIL_1]"}]}""", out _));

    private static string Mask(string body, out MaskTable table)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var document = JsonDocument.Parse(bytes);
        var masker = new Masker(Inspect.Detector);
        table = masker.Table;
        return Encoding.UTF8.GetString(MaskedBody.Create(bytes, document.RootElement, masker).Span);
    }
}
