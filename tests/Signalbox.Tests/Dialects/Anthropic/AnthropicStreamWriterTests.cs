using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicStreamWriterTests
{
    private static ChatResponseUpdate Update(params AIContent[] contents) => new(ChatRole.Assistant, contents);

    private static ChatResponseUpdate Finish(ChatFinishReason reason, params AIContent[] contents) => new(ChatRole.Assistant, contents) { FinishReason = reason };

    private static ToolCallDelta Call(int index, string? id = null, string? name = null, string? arguments = null) =>
        new(index) { CallId = id, Name = name, Arguments = arguments };

    private static byte[] WriteStream(params ChatResponseUpdate[] updates) => Streams.Write(Dialect.CreateStreamWriter(Context(estimate: 33)), updates);

    /// <summary>The grammar that the official clients need.</summary>
    private static void CheckGrammar(byte[] stream)
    {
        var open = -1;
        var blocks = 0;
        var events = Events(stream);
        Assert.Equal("message_start", events[0].GetProperty("type").GetString());
        Assert.Equal(["message_delta", "message_stop"], events.TakeLast(2).Select(static e => e.GetProperty("type").GetString()!));
        foreach (var data in events.Skip(1).SkipLast(2))
        {
            switch (data.GetProperty("type").GetString())
            {
                case "content_block_start":
                    Assert.Equal(-1, open);
                    open = data.GetProperty("index").GetInt32();
                    Assert.Equal(blocks++, open);
                    break;
                case "content_block_delta":
                    Assert.Equal(open, data.GetProperty("index").GetInt32());
                    break;
                case "content_block_stop":
                    Assert.Equal(open, data.GetProperty("index").GetInt32());
                    open = -1;
                    break;
                case var other:
                    Assert.Fail("unexpected " + other);
                    break;
            }
        }

        Assert.Equal(-1, open);
    }

    [Fact]
    public void A_text_answer_has_exactly_the_events_of_the_protocol()
    {
        var events = Events(WriteStream(Update(new TextContent("a\"b")), Update(new TextContent("ä")), Finish(ChatFinishReason.Stop), Update(new UsageContent(new UsageDetails { InputTokenCount = 7, OutputTokenCount = 3 }))));
        string[] expected =
        [
            """{"type":"message_start","message":{"id":"msg_req1","type":"message","role":"assistant","model":"claude-shown","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":33,"output_tokens":0}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\"b"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ä"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":7,"output_tokens":3}}""",
            """{"type":"message_stop"}""",
        ];
        Assert.Equal(expected.Length, events.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            Same(expected[i], events[i]);
        }
    }

    [Fact]
    public void The_input_count_is_an_estimate_at_the_start_and_true_at_the_end()
    {
        var events = Events(WriteStream(
            Update(new TextContent("a")),
            Update(new UsageContent(new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 60, OutputTokenCount = 3 })), Finish(ChatFinishReason.Stop)));
        Assert.Equal(33, events[0].GetProperty("message").GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Same("""{"input_tokens":40,"cache_creation_input_tokens":0,"cache_read_input_tokens":60,"output_tokens":3}""", events[^2].GetProperty("usage"));
    }

    [Fact]
    public void Usage_that_is_known_before_the_start_is_written_in_it()
    {
        var events = Events(WriteStream(Update(new UsageContent(new UsageDetails { InputTokenCount = 12 }), new TextContent("a")), Finish(ChatFinishReason.Stop)));
        Assert.Equal(12, events[0].GetProperty("message").GetProperty("usage").GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public void Thoughts_texts_and_calls_are_blocks_of_their_own()
    {
        var signed = new TextReasoningContent("") { ProtectedData = "s", AdditionalProperties = new() { [Vocabulary.SignedBy] = "anthropic-messages" } };
        var stream = WriteStream(
            Update(new TextReasoningContent("h")), Update(new TextReasoningContent("m")), Update(signed), Update(new TextContent("t")),
            Update(Call(0, "a", "f")), Update(Call(0, arguments: "{\"x\"")), Update(Call(0, arguments: ":1}")), Finish(ChatFinishReason.ToolCalls));
        CheckGrammar(stream);
        Assert.Equal(["thinking", "text", "tool_use"], Events(stream).Where(static e => e.GetProperty("type").GetString() == "content_block_start").Select(static e => e.GetProperty("content_block").GetProperty("type").GetString()!));
        Assert.Equal("tool_use", Events(stream)[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.Equal([("a", "f", """{"x":1}""")], Streams.Collect(Dialect, stream).Calls);
    }

    [Fact]
    public void Interleaved_calls_are_written_one_block_after_the_other()
    {
        var stream = WriteStream(
            Update(Call(0, "a", "f", "{\"s\":\"}")), Update(Call(1, "b", "g", "{")), Update(Call(2, "c", "h", "{}")), Update(new TextContent("late")),
            Update(Call(1, arguments: "\"y\":2}")), Update(Call(0, arguments: "\\\"{\"}")), Finish(ChatFinishReason.ToolCalls));
        CheckGrammar(stream);
        var answer = Streams.Collect(Dialect, stream);
        Assert.Equal([("a", "f", "{\"s\":\"}\\\"{\"}"), ("b", "g", """{"y":2}"""), ("c", "h", "{}")], answer.Calls);
        Assert.Equal("late", answer.Text);
    }

    [Fact]
    public void A_call_is_streamed_on_as_soon_as_the_one_before_it_is_whole()
    {
        var writer = Dialect.CreateStreamWriter(Context());
        var output = new ArrayBufferWriter<byte>();
        writer.Write(Update(Call(0, "a", "f", "{}")), output);
        writer.Write(Update(Call(1, "b", "g", "{\"x")), output);
        Assert.Contains("\"id\":\"b\"", System.Text.Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_without_arguments_and_a_cut_call_still_close_their_blocks()
    {
        var stream = WriteStream(Update(Call(0, "a", "f")), Update(Call(1, "b", "g", "{\"cut")), Finish(ChatFinishReason.Length));
        CheckGrammar(stream);
        Assert.Equal([("a", "f", "{}"), ("b", "g", "{\"cut")], Streams.Collect(Dialect, stream).Calls);
        Assert.Equal("max_tokens", Events(stream)[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
    }

    [Fact]
    public void A_refusal_is_text_that_ends_as_a_refusal()
    {
        var events = Events(WriteStream(Update(new ErrorContent("I ") { ErrorCode = Vocabulary.Refusal }), Update(new ErrorContent("won't") { ErrorCode = Vocabulary.Refusal }), Finish(ChatFinishReason.Stop)));
        Assert.Equal("refusal", events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
    }

    [Fact]
    public void An_empty_answer_has_no_block()
    {
        var stream = WriteStream(Finish(ChatFinishReason.Stop));
        CheckGrammar(stream);
        Assert.Equal(3, Events(stream).Count);
    }

    [Fact]
    public void A_stream_that_broke_never_looks_finished()
    {
        var writer = Dialect.CreateStreamWriter(Context());
        var output = new ArrayBufferWriter<byte>();
        writer.Write(Update(new TextContent("a")), output);
        writer.Fail(new GatewayError(ErrorKind.StreamTruncated, "It broke."), output);
        var events = Events(output.WrittenSpan.ToArray());
        Same("""{"type":"error","error":{"type":"api_error","message":"It broke."},"request_id":"req1"}""", events[^1]);
        Assert.DoesNotContain(events, static e => e.GetProperty("type").GetString() is "message_delta" or "message_stop");
        var answer = Streams.Collect(Dialect, output.WrittenSpan.ToArray());
        Assert.False(answer.IsFinished);
        Assert.Equal("It broke.", answer.Error!.Message);
    }

    [Fact]
    public void Server_tool_blocks_and_citations_are_written_back()
    {
        var block = Json("""{"type":"web_search_tool_result","tool_use_id":"s","content":[]}""");
        var text = new TextContent("");
        Signalbox.Dialects.Anthropic.AnthropicCitations.Add(Json("""{"type":"char_location","cited_text":"q"}"""), text);
        var stream = WriteStream(Update(new OpaqueContent("anthropic-messages", "web_search_tool_result", block)), Update(new OpaqueContent("gemini", "x", block)), Update(new TextContent("a"), text), Finish(Vocabulary.Paused));
        CheckGrammar(stream);
        var events = Events(stream);
        Same("""{"type":"content_block_start","index":0,"content_block":{"type":"web_search_tool_result","tool_use_id":"s","content":[]}}""", events[1]);
        Same("""{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"q"}}}""", events[5]);
        Assert.Equal("pause_turn", events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
    }

    [Fact]
    public void However_calls_and_texts_are_interleaved_each_call_arrives_whole_and_once()
    {
        var pieces = Gen.Choose(0, 3).ListOf(60);
        Prop.ForAll(pieces.ToArbitrary(), static order => CheckInterleaving(order)).QuickCheckThrowOnFailure();
    }

    /// <summary>Three calls and a text, in pieces, in the given order; 3 stands for a piece of text.</summary>
    private static void CheckInterleaving(IEnumerable<int> order)
    {
        string[] arguments = ["""{"a":"{\"}"}""", "{}", """{"b":[1,{"c":"]"}]}"""];
        var sent = new int[3];
        var begun = new bool[3];
        var updates = new List<ChatResponseUpdate>();
        var text = "";
        foreach (var which in order.Concat(Enumerable.Range(0, 75).Select(static i => i / 25)))
        {
            if (which == 3)
            {
                text += "t";
                updates.Add(Update(new TextContent("t")));
            }
            else if (sent[which] < arguments[which].Length)
            {
                var piece = arguments[which].Substring(sent[which]++, 1);
                updates.Add(Update(begun[which] ? Call(which, arguments: piece) : Call(which, "id" + which, "f" + which, piece)));
                begun[which] = true;
            }
        }

        updates.Add(Finish(ChatFinishReason.ToolCalls));
        var stream = WriteStream([.. updates]);
        CheckGrammar(stream);
        var answer = Streams.Collect(Dialect, stream);
        Assert.Equal(text, answer.Text);
        Assert.Equal(
            arguments.Select(static (a, i) => ("id" + i, "f" + i, a)).Order(),
            answer.Calls.Order());
    }
}
