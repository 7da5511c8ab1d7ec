using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.OpenAiChat.OpenAiChatFixture;

namespace Signalbox.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatStreamTests
{
    private static readonly ChatResponseUpdate[] Story =
    [
        new() { Role = ChatRole.Assistant, ModelId = "claude-x", CreatedAt = StreamChecks.Now.AddSeconds(1) },
        Update(new TextReasoningContent("Hm.")),
        Update(new TextContent("Let me \"look\"\n")),
        new(ChatRole.Assistant, [new TextContent("é")]) { AdditionalProperties = new() { [Vocabulary.TokenLogprobs] = (IReadOnlyList<TokenLogprob>)[new("é", -0.5)] } },
        Update(new ToolCallDelta(0) { CallId = "c0", Name = "look", Arguments = "{\"a\":" }),
        Update(new ToolCallDelta(0) { Arguments = "1}" }),
        Update(new ToolCallDelta(1) { CallId = "c1", Name = "now" }),
        new(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 5, OutputTokenCount = 7 })]) { FinishReason = ChatFinishReason.ToolCalls },
    ];

    [Fact]
    public void A_stream_is_written_as_the_golden_files_say()
    {
        GoldenFile.Check("stream.chat.sse", Stream(true, Story));
        GoldenFile.Check("stream.completions.sse", Encoding.UTF8.GetString(Streams.Write(LegacyCompletionsDialect.Instance.CreateStreamWriter(StreamChecks.Context()), Story)));
    }

    [Fact]
    public void Usage_is_shown_only_to_a_caller_who_asked_and_on_a_chunk_without_choices()
    {
        Assert.DoesNotContain("\"usage\"", Stream(false, Story));
        Assert.Contains("\"choices\":[],\"usage\":{\"prompt_tokens\":5", Stream(true, Story));
    }

    [Fact]
    public void The_role_is_said_once_and_the_end_comes_last()
    {
        var written = Stream(true, Story);
        Assert.Equal(2, written.Split("\"role\"").Length);
        Assert.Equal(2, written.Split("\"finish_reason\":\"").Length);
        Assert.EndsWith("data: [DONE]\n\n", written);
    }

    [Fact]
    public void A_call_without_arguments_has_an_empty_object_because_clients_parse_it()
    {
        var written = Stream(false, Update(new ToolCallDelta(0) { CallId = "c", Name = "f", Arguments = "" }), Update(new ToolCallDelta(0) { Arguments = "" }));
        Assert.Equal([("c", "f", "{}")], Streams.Collect(OpenAiChatDialect.Instance, Encoding.UTF8.GetBytes(written)).Calls);
    }

    [Fact]
    public void Calls_whose_pieces_come_in_turn_keep_their_own_arguments()
    {
        var written = Stream(false,
            Update(new ToolCallDelta(0) { CallId = "a", Name = "f", Arguments = "{\"x\":" }),
            Update(new ToolCallDelta(1) { CallId = "b", Name = "g", Arguments = "{\"y\"" }),
            Update(new ToolCallDelta(0) { Arguments = "1}" }),
            Update(new ToolCallDelta(1) { Arguments = ":2}" }));
        Assert.Equal([("a", "f", "{\"x\":1}"), ("b", "g", "{\"y\":2}")], Streams.Collect(OpenAiChatDialect.Instance, Encoding.UTF8.GetBytes(written)).Calls);
    }

    [Fact]
    public void A_failed_stream_ends_in_an_error_and_never_looks_finished()
    {
        var writer = OpenAiChatDialect.Instance.CreateStreamWriter(StreamChecks.Context());
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        writer.Write(Update(new TextContent("par")), output);
        writer.Fail(new GatewayError(ErrorKind.StreamTruncated, "It broke."), output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.DoesNotContain("[DONE]", text);
        Assert.DoesNotContain("\"finish_reason\":\"", text);
        var read = Streams.Collect(OpenAiChatDialect.Instance, output.WrittenSpan.ToArray());
        Assert.Equal(("It broke.", false), (read.Error?.Message, read.IsFinished));
    }

    [Fact]
    public void Done_alone_is_no_end()
    {
        Assert.False(Collect(Chunk("""{"content":"a"}"""), "[DONE]").IsFinished);
        Assert.True(Collect(Chunk("""{"content":"a"}""", "\"stop\"")).IsFinished);
    }

    [Fact]
    public void Azures_first_chunk_does_not_hide_the_model_of_the_next()
    {
        var reader = OpenAiChatDialect.Instance.CreateStreamReader();
        var updates = Streams.ReadUpdates(reader, StreamFraming.Sse, Sse("""{"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[]}""", Chunk("""{"content":"a"}""")));
        Assert.Equal(("c", "m"), (updates[0].ResponseId, updates[0].ModelId));
    }

    [Fact]
    public void Only_the_first_choice_is_read_wherever_its_index_stands()
    {
        var read = Collect(
            """{"choices":[{"delta":{"content":"no"},"index":1,"finish_reason":null},{"delta":{"content":"yes"},"index":0,"finish_reason":null}]}""",
            """{"choices":[{"delta":{},"index":1,"finish_reason":"length"}]}""");
        Assert.Equal(("yes", false), (read.Text, read.IsFinished));
    }

    [Fact]
    public void A_broken_off_answer_is_an_error_even_if_nothing_describes_it()
    {
        var read = Collect(Chunk("""{"content":"a"}"""), Chunk("{}", "\"error\""));
        Assert.Equal((ErrorKind.UpstreamUnavailable, false), (read.Error!.Kind, read.IsFinished));
    }

    [Fact]
    public void An_error_inside_an_ordinary_chunk_is_the_streams_error()
    {
        var read = Collect(Chunk("""{"content":"a"}"""), """{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,"message":"Upstream gone"}}""");
        Assert.Equal(("Upstream gone", 502, false), (read.Error!.Message, read.Error.Status, read.IsFinished));
    }

    [Fact]
    public void Names_and_ids_that_are_repeated_start_no_new_call()
    {
        var read = Collect(
            Chunk("""{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":null}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"id":"d","function":{"name":"g","arguments":"{}"}}]}""", "\"tool_calls\""));
        Assert.Equal([("c", "f", "{}"), ("d", "g", "{}")], read.Calls);
    }

    [Fact]
    public void Calls_without_an_index_are_told_apart_by_id()
    {
        var read = Collect(Chunk("""{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}},{"id":"d","function":{"name":"g","arguments":"{}"}}]}""", "\"tool_calls\""));
        Assert.Equal([("c", "f", "{}"), ("d", "g", "{}")], read.Calls);
    }

    [Theory]
    [InlineData("""{"choices":null}""")]
    [InlineData("""{"choices":{"delta":{"content":"no"}},"usage":7,"error":null}""")]
    [InlineData("""{"choices":[{"index":0,"delta":[{"content":"no"}],"logprobs":7,"finish_reason":{}}]}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":7,"tool_calls":{},"refusal":[],"reasoning":{}}}]}""")]
    public void Odd_types_in_a_chunk_are_passed_over(string chunk)
    {
        var read = Collect(chunk, Chunk("""{"content":"a"}""", "\"stop\""));
        Assert.Equal(("a", true), (read.Text, read.IsFinished));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"choices\":[")]
    [InlineData("<html>")]
    public void A_chunk_that_is_no_object_is_an_exception_of_the_reader(string chunk) =>
        Assert.ThrowsAny<JsonException>(() => Collect(chunk));

    [Theory]
    [InlineData("""{"usage":{"prompt_tokens":1,"completion_tokens":2},"choices":[{"index":0,"delta":{"content":"xy"},"finish_reason":null}]}""")]
    [InlineData("""{"choices":[{"index":1,"delta":{"content":"xy"},"finish_reason":"stop"}]}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"xy"},"finish_reason":null},{"index":0,"delta":{"content":"z"},"finish_reason":"stop"}]}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"é😀"},"finish_reason": "stop"}]}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"é😀"}}]}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"xy","reasoning":"z"},"finish_reason":"length"}]}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"xy"},"finish_reason":null}],"usage":null,"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2}}}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"xy"},"finish_reason":null}],"error":{"message":"e"}}""")]
    public void The_fast_tap_is_not_fooled(string chunk)
    {
        var fast = new OpenAiChatTap(hideUsage: false);
        var full = new ReadingTap(new OpenAiChatStreamReader());
        foreach (var data in (string[])[Chunk("""{"content":"first"}"""), chunk])
        {
            fast.Observe([], Encoding.UTF8.GetBytes(data));
            full.Observe([], Encoding.UTF8.GetBytes(data));
        }

        Assert.Equal((full.Notes.TextLength, full.Notes.FinishReason, full.IsFinished), (fast.Notes.TextLength, fast.Notes.FinishReason, fast.IsFinished));
        Assert.Equal(full.Error, fast.Error);
        StreamChecks.Same(full.Notes.Usage, fast.Notes.Usage);
    }
}
