using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicStreamReaderTests
{
    private const string Start = """{"type":"message_start","message":{"id":"msg_1","model":"claude-x","usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":2,"output_tokens":1}}}""";
    private const string Text = """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""";
    private const string Stop = """{"type":"message_stop"}""";

    private static string Delta(string delta, int index = 0) => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}}  }""";

    private static string End(string reason) => $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}","stop_sequence":null},"usage":{"output_tokens":9}}""";

    private static Collected Collect(params string[] events) => Streams.Collect(Dialect, Sse(events));

    [Fact]
    public void A_later_usage_overwrites_an_earlier_one_and_is_never_added()
    {
        var answer = Collect(
            Start, Text,
            """{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":4}}""",
            """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":11,"output_tokens":9}}""", Stop);
        Assert.Equal((18L, 5L, 9L), (answer.Usage!.InputTokenCount, answer.Usage.CachedInputTokenCount, answer.Usage.OutputTokenCount));
        Assert.Equal(2L, answer.Usage.AdditionalCounts![Vocabulary.CacheWriteTokens]);
    }

    [Fact]
    public void Pings_may_come_anywhere_and_unknown_events_are_passed_over()
    {
        const string Ping = """{"type": "ping"}""";
        var answer = Collect(Ping, Start, Ping, Text, Ping, Delta("""{"type":"text_delta","text":"a"}"""), Ping, """{"type":"newer","index":"?"}""", Delta("""{"type":"text_delta","text":"b"}"""), End("end_turn"), Ping, Stop);
        Assert.Equal(("ab", ChatFinishReason.Stop, true), (answer.Text, answer.Finish!.Value, answer.IsFinished));
    }

    [Fact]
    public void An_error_event_ends_the_stream_with_an_error()
    {
        var answer = Collect(Start, Text, """{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}    }""");
        Assert.Equal((ErrorKind.Overloaded, 529, "Overloaded"), (answer.Error!.Kind, answer.Error.Status, answer.Error.Message));
        Assert.False(answer.IsFinished);
    }

    [Fact]
    public void A_tool_with_only_empty_deltas_has_an_empty_object()
    {
        var answer = Collect(
            Start, """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}""",
            Delta("""{"type":"input_json_delta","partial_json":""}"""), """{"type":"content_block_stop","index":0}""", End("tool_use"), Stop);
        Assert.Equal([("a", "f", "{}")], answer.Calls);
        Assert.Equal(ChatFinishReason.ToolCalls, answer.Finish);
    }

    [Fact]
    public void Arguments_are_joined_from_fragments_and_the_input_of_the_start_is_a_placeholder()
    {
        var answer = Collect(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}""",
            Delta("""{"type":"input_json_delta","partial_json":""}"""), Delta("""{"type":"input_json_delta","partial_json":"{\"x\": \"\\"}"""),
            Delta("""{"type":"input_json_delta","partial_json":"u00e4\"}"}"""), """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"g","input":{"whole":1}}}""",
            """{"type":"content_block_stop","index":1}""", End("tool_use"), Stop);
        Assert.Equal([("a", "f", """{"x": "\u00e4"}"""), ("b", "g", """{"whole":1}""")], answer.Calls);
    }

    [Fact]
    public void A_thought_ends_with_its_signature_and_a_redacted_one_has_no_delta()
    {
        var updates = Streams.ReadUpdates(Dialect.CreateStreamReader(), StreamFraming.Sse, Sse(
            Start, """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            Delta("""{"type":"thinking_delta","thinking":"hm"}"""), Delta("""{"type":"signature_delta","signature":"s"}"""), """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"d"}}""", """{"type":"content_block_stop","index":1}"""));
        var thoughts = updates.SelectMany(static u => u.Contents).OfType<TextReasoningContent>().ToArray();
        Assert.Equal([("hm", null), ("", "s"), ("", "d")], thoughts.Select(static t => (t.Text, t.ProtectedData)));
        Assert.Equal("anthropic-messages", thoughts[1].AdditionalProperties![Vocabulary.SignedBy]);
        Assert.True((bool)thoughts[2].AdditionalProperties![Vocabulary.Redacted]!);
    }

    [Fact]
    public void A_thought_that_is_omitted_is_only_a_signature()
    {
        var answer = Streams.ReadUpdates(Dialect.CreateStreamReader(), StreamFraming.Sse, Sse(
            Start, """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}""",
            Delta("""{"type":"signature_delta","signature":"s"}"""), """{"type":"content_block_stop","index":0}"""));
        var thought = Assert.Single(answer.SelectMany(static u => u.Contents).OfType<TextReasoningContent>());
        Assert.Equal(("", "s"), (thought.Text, thought.ProtectedData));
    }

    [Fact]
    public void Server_tool_blocks_are_kept_whole()
    {
        var updates = Streams.ReadUpdates(Dialect.CreateStreamReader(), StreamFraming.Sse, Sse(
            Start, """{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}""",
            Delta("""{"type":"input_json_delta","partial_json":"{\"query\": "}"""), Delta("""{"type":"input_json_delta","partial_json":"\"a\"}"}"""), """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","tool_use_id":"s","content":[]}}""", """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"compaction","content":null}}""",
            Delta("""{"type":"compaction_delta","content":"sum"}""", 2), Delta("""{"type":"compaction_delta","content":"mary"}""", 2), """{"type":"content_block_stop","index":2}"""));
        var blocks = updates.SelectMany(static u => u.Contents).OfType<OpaqueContent>().Select(static b => b.Raw).ToArray();
        Same("""{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"a"}}""", blocks[0]);
        Same("""{"type":"web_search_tool_result","tool_use_id":"s","content":[]}""", blocks[1]);
        Same("""{"type":"compaction","content":"summary"}""", blocks[2]);
    }

    [Fact]
    public void Citations_annotate_the_text_and_leave_it_as_it_is()
    {
        var updates = Streams.ReadUpdates(Dialect.CreateStreamReader(), StreamFraming.Sse, Sse(
            Start, Text, Delta("""{"type":"text_delta","text":"a"}"""),
            Delta("""{"type":"citations_delta","citation":{"type":"char_location","cited_text":"q","document_title":"T"}}"""), Delta("""{"type":"text_delta","text":"b"}""")));
        var contents = updates.SelectMany(static u => u.Contents).OfType<TextContent>().ToArray();
        Assert.Equal("ab", string.Concat(contents.Select(static c => c.Text)));
        Assert.Equal("T", ((CitationAnnotation)Assert.Single(contents[1].Annotations!)).Title);
    }

    [Fact]
    public void Keys_may_come_in_any_order_and_event_names_may_be_missing()
    {
        var stream = """
            data: {"message":{"id":"m"},"type":"message_start"}

            data: {"delta":{"text":"a","type":"text_delta"},"index":0,"type":"content_block_delta"}

            event: content_block_delta
            data: {"delta":{"text":"b"}}

            data: {"delta":{"stop_reason":"end_turn"},"type":"message_delta"}

            data: {"type":"message_stop"}

            data: [DONE]


            """;
        var answer = Streams.Collect(Dialect, Encoding.UTF8.GetBytes(stream));
        Assert.Equal(("ab", true), (answer.Text, answer.IsFinished));
    }

    [Fact]
    public void A_stop_without_a_reason_and_a_reason_without_a_stop_are_no_end()
    {
        Assert.False(Collect(Start, Text, Stop).IsFinished);
        Assert.False(Collect(Start, Text, End("end_turn")).IsFinished);
        Assert.True(Collect(Start, Text, End("end_turn"), Stop).IsFinished);
    }

    [Fact]
    public void What_follows_the_end_belongs_to_no_message()
    {
        var answer = Collect(Start, Text, Delta("""{"type":"text_delta","text":"a"}"""), End("end_turn"), Stop, Start, Text, Delta("""{"type":"text_delta","text":"b"}"""));
        Assert.Equal(("a", true), (answer.Text, answer.IsFinished));
    }

    [Theory]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a""")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":7}}""")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}}""")]
    [InlineData("""{"type":"content_block_delta","index":9,"delta":{"type":"input_json_delta","partial_json":"{"}}""")]
    [InlineData("""{"type":"content_block_start","index":0}""")]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a"}}""")]
    [InlineData("""{"type":"message_start"}""")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("7")]
    public void Garbage_is_an_exception_of_the_json_reader(string data)
    {
        var reader = Dialect.CreateStreamReader();
        var thrown = Record.Exception(() => reader.Read("content_block_delta"u8, Encoding.UTF8.GetBytes(data), []));
        Assert.True(thrown is JsonException or InvalidOperationException, thrown?.ToString() ?? "nothing thrown");
    }

    [Fact]
    public void The_tap_sees_what_the_reader_sees()
    {
        var tap = Dialect.CreateTap(Request());
        string[] events =
        [
            Start, Text, Delta("""{"type":"text_delta","text":"abc"}"""), Delta("""{"type":"text_delta","text":"de"}"""), Delta("""{"type":"text_delta","text":"f\"g"}"""),
            """{"delta":{"text":"hi","type":"text_delta"},"index":0,"type":"content_block_delta"}""", End("max_tokens"), Stop,
        ];
        foreach (var data in events)
        {
            Assert.True(tap.Observe(default, Encoding.UTF8.GetBytes(data)));
        }

        Assert.Equal((10L, "claude-x", ChatFinishReason.Length, true, 9L), (tap.Notes.TextLength, tap.Notes.Model, tap.Notes.FinishReason!.Value, tap.IsFinished, tap.Notes.Usage!.OutputTokenCount!.Value));
        Assert.IsType<AnthropicTap>(tap);
    }
}
