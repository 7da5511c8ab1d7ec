using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

public class ResponsesStreamWriterTests
{
    private static readonly UsageContent Usage = new(new UsageDetails { InputTokenCount = 11, OutputTokenCount = 5, TotalTokenCount = 16, CachedInputTokenCount = 4, ReasoningTokenCount = 2 });

    private static ChatResponseUpdate Update(params AIContent[] contents) => new(ChatRole.Assistant, contents);

    private static ChatResponseUpdate Finish(ChatFinishReason reason) => new() { FinishReason = reason, Contents = [Usage] };

    private static ToolCallDelta Call(int index, string? id = null, string? name = null, string? arguments = null) =>
        new(index) { CallId = id, Name = name, Arguments = arguments };

    private static byte[] Write(params ChatResponseUpdate[] updates) =>
        Support.Streams.Write(ResponsesDialect.Instance.CreateStreamWriter(Responses.Context()), updates);

    private static string[] Names(byte[] stream) => [.. RecordedWalk.Events(stream).Select(data => data.GetProperty("type").GetString()!)];

    [Fact]
    public void Text_is_written_in_the_grammar_of_the_golden_file()
    {
        var stream = Write(Update(new TextContent("Grüße, ")), Update(new TextContent("\"Welt\"\n")), Finish(ChatFinishReason.Stop));

        Golden.Check("text.sse", stream);
        ResponsesGrammar.Check(stream);
    }

    [Fact]
    public void Reasoning_text_and_calls_are_written_in_the_grammar_of_the_golden_file()
    {
        var stream = Write(
            Update(new TextReasoningContent("First ")),
            Update(new TextReasoningContent("add.")),
            Update(new TextContent("Adding.")),
            Update(Call(0, "call_a", "add", "")),
            Update(Call(0, arguments: "{\"a\":")),
            Update(Call(0, arguments: "1}")),
            Update(Call(1, "call_b", "now", "")),
            Finish(ChatFinishReason.ToolCalls));

        Golden.Check("calls.sse", stream);
        var response = ResponsesGrammar.Check(stream);
        Assert.Equal(["reasoning", "message", "function_call", "function_call"], response.GetProperty("output").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        Assert.Equal("{}", response.GetProperty("output")[3].GetProperty("arguments").GetString());
    }

    [Fact]
    public void A_stream_that_failed_is_written_as_the_golden_file_says_and_never_looks_finished()
    {
        var writer = ResponsesDialect.Instance.CreateStreamWriter(Responses.Context());
        var output = new ArrayBufferWriter<byte>();
        writer.Write(Update(new TextContent("Half an ans")), output);
        writer.Fail(new GatewayError(ErrorKind.StreamTruncated, "The provider's stream ended early."), output);
        var stream = output.WrittenSpan.ToArray();

        Golden.Check("failed.sse", stream);
        ResponsesGrammar.Check(stream, failed: true);
        Assert.DoesNotContain("response.completed", Names(stream));
        Assert.DoesNotContain("response.output_item.done", Names(stream));
        var read = Support.Streams.Collect(ResponsesDialect.Instance, stream);
        Assert.False(read.IsFinished);
        Assert.Equal("The provider's stream ended early.", read.Error?.Message);
    }

    [Fact]
    public void A_stream_that_failed_before_anything_came_still_begins_as_the_clients_expect()
    {
        var writer = ResponsesDialect.Instance.CreateStreamWriter(Responses.Context());
        var output = new ArrayBufferWriter<byte>();
        writer.Fail(new GatewayError(ErrorKind.Overloaded, "busy"), output);

        Assert.Equal(["response.created", "response.in_progress", "error", "response.failed"], Names(output.WrittenSpan.ToArray()));
    }

    [Fact]
    public void Nothing_is_done_before_the_end_is_known()
    {
        var writer = ResponsesDialect.Instance.CreateStreamWriter(Responses.Context());
        var output = new ArrayBufferWriter<byte>();
        writer.Write(Update(new TextContent("x")), output);
        writer.Write(Finish(ChatFinishReason.Stop), output);

        Assert.DoesNotContain("done", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
        Assert.DoesNotContain("completed", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_that_come_interleaved_stay_apart()
    {
        var stream = Write(
            Update(Call(0, "a", "f", "{\"x\""), Call(1, "b", "g", "{\"y\"")),
            Update(Call(0, arguments: ":1}")),
            Update(Call(1, arguments: ":2}")),
            Finish(ChatFinishReason.ToolCalls));
        ResponsesGrammar.Check(stream);

        Assert.Equal([("a", "f", "{\"x\":1}"), ("b", "g", "{\"y\":2}")], Support.Streams.Collect(ResponsesDialect.Instance, stream).Calls);
    }

    [Fact]
    public void A_call_that_is_complete_is_done_when_the_next_begins()
    {
        var names = Names(Write(Update(Call(0, "a", "f", "{}")), Update(Call(1, "b", "g", "{}")), Finish(ChatFinishReason.ToolCalls))).ToList();

        Assert.True(names.IndexOf("response.output_item.done") < names.LastIndexOf("response.output_item.added"));
    }

    [Fact]
    public void Text_after_a_call_is_another_message()
    {
        var response = ResponsesGrammar.Check(Write(Update(new TextContent("a")), Update(Call(0, "c", "f", "{}")), Update(new TextContent("b")), Finish(ChatFinishReason.ToolCalls)));

        Assert.Equal(["message", "function_call", "message"], response.GetProperty("output").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
    }

    [Fact]
    public void A_cut_answer_is_incomplete_and_so_is_its_last_item()
    {
        var stream = Write(Update(new TextContent("a")), Update(Call(0, "c", "f", "{\"x\":48")), Finish(ChatFinishReason.Length));
        var events = RecordedWalk.Events(stream).ToList();
        var response = events[^1].GetProperty("response");

        Assert.Equal("response.incomplete", events[^1].GetProperty("type").GetString());
        Assert.Equal("max_output_tokens", response.GetProperty("incomplete_details").GetProperty("reason").GetString());
        Assert.Equal(["completed", "incomplete"], response.GetProperty("output").EnumerateArray().Select(item => item.GetProperty("status").GetString()));
        Assert.Equal("{\"x\":48", response.GetProperty("output")[1].GetProperty("arguments").GetString());
    }

    [Fact]
    public void A_filtered_answer_says_so()
    {
        var stream = Write(Update(new TextContent("a")), Finish(ChatFinishReason.ContentFilter));

        Assert.Equal("content_filter", RecordedWalk.Events(stream).Last().GetProperty("response").GetProperty("incomplete_details").GetProperty("reason").GetString());
    }

    [Fact]
    public void A_refusal_after_text_is_another_part_of_the_same_message()
    {
        var stream = Write(Update(new TextContent("Well. ")), Update(new ErrorContent("I ") { ErrorCode = Vocabulary.Refusal }), Update(new ErrorContent("won't.") { ErrorCode = Vocabulary.Refusal }), Finish(ChatFinishReason.Stop));
        var content = ResponsesGrammar.Check(stream).GetProperty("output")[0].GetProperty("content");

        Assert.Equal(["output_text", "refusal"], content.EnumerateArray().Select(part => part.GetProperty("type").GetString()));
        Assert.Equal("I won't.", Support.Streams.Collect(ResponsesDialect.Instance, stream).Refusal);
    }

    [Fact]
    public void Encrypted_reasoning_of_this_protocol_keeps_its_id_and_that_of_others_is_not_shown()
    {
        var text = new TextReasoningContent("t");
        var own = new TextReasoningContent("") { ProtectedData = "enc" };
        foreach (var content in new[] { text, own })
        {
            Vocabulary.Set(content, Vocabulary.SignedBy, "openai-responses");
            Vocabulary.Set(content, Vocabulary.ItemId, "rs_5");
        }

        var foreign = new TextReasoningContent("") { ProtectedData = "foreign" };
        Vocabulary.Set(foreign, Vocabulary.SignedBy, "gemini");
        var output = ResponsesGrammar.Check(Write(Update(text), Update(own), Update(foreign), Update(new TextContent("x")), Finish(ChatFinishReason.Stop))).GetProperty("output");

        Assert.Equal(2, output.GetArrayLength());
        Assert.Equal("""{"id":"rs_5","type":"reasoning","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"enc"}""", output[0].GetRawText());
    }

    [Fact]
    public void The_request_is_repeated_in_every_response_object()
    {
        var body = Golden.Read("conversation.request.json");
        var stream = Support.Streams.Write(ResponsesDialect.Instance.CreateStreamWriter(Responses.Context(body)), [Update(new TextContent("x")), Finish(ChatFinishReason.Stop)]);

        foreach (var data in RecordedWalk.Events(stream).Where(data => data.TryGetProperty("response", out _)))
        {
            var response = data.GetProperty("response");
            foreach (var field in new[] { "instructions", "tools", "tool_choice", "text", "metadata", "temperature", "top_p", "max_output_tokens", "reasoning", "user" })
            {
                Assert.Equal(Responses.Text(body.GetProperty(field)), Responses.Text(response.GetProperty(field)));
            }

            Assert.False(response.GetProperty("store").GetBoolean());
        }
    }

    [Fact]
    public void Log_probabilities_are_in_the_delta_and_add_up_in_the_part()
    {
        ChatResponseUpdate With(string text)
        {
            var update = Update(new TextContent(text));
            update.AdditionalProperties = new() { [Vocabulary.TokenLogprobs] = new List<TokenLogprob> { new(text, -1) } };
            return update;
        }

        var events = RecordedWalk.Events(Write(With("a"), With("b"), Finish(ChatFinishReason.Stop))).ToList();
        var deltas = events.Where(data => data.GetProperty("type").GetString() == "response.output_text.delta");

        Assert.Equal(["a", "b"], deltas.Select(data => data.GetProperty("logprobs")[0].GetProperty("token").GetString()));
        Assert.Equal(2, events[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("logprobs").GetArrayLength());
    }

    [Fact]
    public void An_empty_answer_ends_cleanly()
    {
        var response = ResponsesGrammar.Check(Write());

        Assert.Equal("completed", response.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, response.GetProperty("usage").ValueKind);
        Assert.Equal("resp_r1", response.GetProperty("id").GetString());
        Assert.Equal("asked-model", response.GetProperty("model").GetString());
    }

    [Fact]
    public void A_whole_call_in_one_update_is_written_like_any_other()
    {
        var stream = Write(Update(Contents.ToolCall("c1", "f", "{\"a\":1}"), Contents.ToolCall("c2", "g", "")), Finish(ChatFinishReason.ToolCalls));
        ResponsesGrammar.Check(stream);

        Assert.Equal([("c1", "f", "{\"a\":1}"), ("c2", "g", "{}")], Support.Streams.Collect(ResponsesDialect.Instance, stream).Calls);
    }
}
