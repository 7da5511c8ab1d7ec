using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Ollama;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Ollama.OllamaFixture;

namespace Signalbox.Tests.Dialects.Ollama;

public sealed class OllamaAnswerTests
{
    private static readonly ChatResponseUpdate[] Story =
    [
        new() { Role = ChatRole.Assistant, ModelId = "gpt-x", CreatedAt = StreamChecks.Now.AddSeconds(1) },
        Update(new TextReasoningContent("Hm.")),
        Update(new TextContent("Let me \"look\"\n")),
        new(ChatRole.Assistant, [new TextContent("é")]) { AdditionalProperties = new() { [Vocabulary.TokenLogprobs] = (IReadOnlyList<TokenLogprob>)[new("é", -0.5, [new("e", -1)])] } },
        Update(new ToolCallDelta(0) { CallId = "c0", Name = "look", Arguments = "{\"a\":" }),
        Update(new ToolCallDelta(0) { Arguments = "\n1}" }),
        Update(new ToolCallDelta(1) { CallId = "c1", Name = "now", Arguments = "" }),
        new(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 5, OutputTokenCount = 7 })]) { FinishReason = ChatFinishReason.ToolCalls },
    ];

    [Fact]
    public void A_stream_is_written_as_the_golden_files_say()
    {
        GoldenFile.Check("stream.chat.ndjson", Stream(OllamaDialect.Instance, Story));
        GoldenFile.Check("stream.generate.ndjson", Stream(OllamaGenerateDialect.Instance, Story));
    }

    [Fact]
    public void An_answer_is_written_as_the_golden_files_say()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [
            new TextReasoningContent("Hm."), new TextContent("Look: "), new TextContent("here"), new DataContent("data:image/png;base64,AAAA"),
            Contents.ToolCall("c0", "look", "{\"a\":1}"), Contents.ToolCall("c1", "now", "")]))
        {
            ModelId = "gpt-x",
            FinishReason = ChatFinishReason.ToolCalls,
            Usage = new UsageDetails { InputTokenCount = 5, OutputTokenCount = 7 },
        };
        GoldenFile.Check("answer.chat.json", StreamChecks.Json(json => OllamaDialect.Instance.WriteResponse(response, StreamChecks.Context(), json)) + "\n");
        GoldenFile.Check("answer.generate.json", StreamChecks.Json(json => OllamaGenerateDialect.Instance.WriteResponse(response, StreamChecks.Context(), json)) + "\n");
    }

    [Fact]
    public void A_written_stream_is_one_object_a_line()
    {
        foreach (var line in Stream(OllamaDialect.Instance, Story).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(StreamChecks.Parse(line).TryGetProperty("done", out _));
        }
    }

    [Fact]
    public void Calls_whose_pieces_come_in_turn_are_each_written_whole()
    {
        var written = Stream(OllamaDialect.Instance,
            Update(new ToolCallDelta(0) { CallId = "a", Name = "f", Arguments = "{\"x\":" }),
            Update(new ToolCallDelta(1) { CallId = "b", Name = "g", Arguments = "{\"y\"" }),
            Update(new ToolCallDelta(0) { Arguments = "1}" }),
            Update(new ToolCallDelta(1) { Arguments = ":2}" }));
        Assert.Equal([("a", "f", "{\"x\":1}"), ("b", "g", "{\"y\":2}")], Collect(written).Calls);
    }

    [Fact]
    public void A_whole_call_is_written_as_soon_as_something_follows_it()
    {
        var writer = OllamaDialect.Instance.CreateStreamWriter(StreamChecks.Context());
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        writer.Write(Update(new ToolCallDelta(0) { CallId = "a", Name = "f", Arguments = "{}" }), output);
        Assert.Equal(0, output.WrittenCount);
        writer.Write(Update(new ToolCallDelta(1) { CallId = "b", Name = "g" }), output);
        Assert.Contains("\"id\":\"a\"", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.DoesNotContain("\"id\":\"b\"", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void A_piece_may_end_between_the_halves_of_a_surrogate_pair()
    {
        var written = Stream(OllamaDialect.Instance,
            Update(new ToolCallDelta(0) { CallId = "a", Name = "f", Arguments = "{\"x\":\"\ud83d" }),
            Update(new ToolCallDelta(1) { CallId = "b", Name = "g", Arguments = "{}" }),
            Update(new ToolCallDelta(0) { Arguments = "\ude00\"}" }));
        Assert.Equal([("a", "f", "{\"x\":\"😀\"}"), ("b", "g", "{}")], Collect(written).Calls);
    }

    [Fact]
    public void A_call_that_the_limit_cut_has_empty_arguments()
    {
        var written = Stream(OllamaDialect.Instance, Update(new ToolCallDelta(0) { CallId = "a", Name = "f", Arguments = "{\"x\": \"cu" }), new ChatResponseUpdate { FinishReason = ChatFinishReason.Length });
        Assert.Equal([("a", "f", "{}")], Collect(written).Calls);
        Assert.Equal(ChatFinishReason.Length, Collect(written).Finish);
    }

    [Fact]
    public void A_failed_stream_ends_in_an_error_line_and_never_looks_finished()
    {
        var writer = OllamaDialect.Instance.CreateStreamWriter(StreamChecks.Context());
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        writer.Write(Update(new TextContent("par"), new ToolCallDelta(0) { CallId = "a", Name = "f", Arguments = "{}" }), output);
        writer.Fail(new GatewayError(ErrorKind.StreamTruncated, "It broke."), output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.EndsWith("{\"error\":\"It broke.\"}\n", text);
        var read = Collect(text);
        Assert.False(read.IsFinished);
        Assert.Equal("It broke.", read.Error?.Message);
        Assert.Empty(read.Calls);
    }

    [Fact]
    public void An_empty_answer_still_ends_properly()
    {
        var read = Collect(Stream(OllamaDialect.Instance));
        Assert.True(read.IsFinished);
        Assert.Equal(ChatFinishReason.Stop, read.Finish);
        Assert.Null(read.Usage);
    }

    [Fact]
    public void A_filtered_answer_ends_with_a_word_that_the_protocol_has() =>
        Assert.Contains("\"done_reason\":\"stop\"", Stream(OllamaDialect.Instance, new ChatResponseUpdate { FinishReason = ChatFinishReason.ContentFilter }));

    [Fact]
    public void A_refusal_is_shown_as_text() =>
        Assert.Equal("No.", Collect(Stream(OllamaDialect.Instance, Update(new ErrorContent("No.") { ErrorCode = Vocabulary.Refusal }))).Text);

    [Fact]
    public void Calls_that_end_with_a_plain_stop_end_as_tool_calls()
    {
        var read = Collect("""{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"function":{"index":7,"name":"g","arguments":{}}}]},"done":false}""" + "\n"
            + """{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}""");
        Assert.Equal(ChatFinishReason.ToolCalls, read.Finish);
        Assert.Equal([("f", "{\"a\":1}"), ("g", "{}")], read.Calls.Select(call => (call.Name, call.Arguments)));
        Assert.All(read.Calls, call => Assert.Matches("^call_[0-9a-f]{24}$", call.Id));
    }

    [Fact]
    public void A_count_that_is_absent_is_not_zero()
    {
        var read = Collect("""{"message":{"content":"hi"},"done":true,"done_reason":"stop","eval_count":3}""");
        Assert.Null(read.Usage!.InputTokenCount);
        Assert.Equal(3, read.Usage.OutputTokenCount);
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "hi")) { Usage = read.Usage };
        Assert.DoesNotContain("prompt_eval_count", StreamChecks.Json(json => OllamaDialect.Instance.WriteResponse(response, StreamChecks.Context(), json)));
    }

    [Theory]
    [InlineData("load")]
    [InlineData("unload")]
    public void An_answer_that_only_loads_a_model_is_a_clean_one(string reason)
    {
        var body = $$"""{"model":"m","created_at":"0001-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"{{reason}}"}""";
        Assert.True(Collect(body).IsFinished);
        var problems = new ReadProblems();
        var response = OllamaDialect.Instance.ReadResponse(StreamChecks.Parse(body), problems);
        Assert.Null(problems.Error);
        Assert.Equal(ChatFinishReason.Stop, response!.FinishReason);
        Assert.Equal(reason, response.AdditionalProperties![Vocabulary.RawFinishReason]);
        Assert.Null(response.CreatedAt);
    }

    [Fact]
    public void An_error_line_after_a_good_start_is_the_streams_error()
    {
        var read = Collect("""{"message":{"content":"hi"},"done":false}""" + "\n" + """{"error":"model runner has unexpectedly stopped"}""");
        Assert.Equal(ErrorKind.UpstreamUnavailable, read.Error?.Kind);
        Assert.Equal(502, read.Error?.Status);
        Assert.False(read.IsFinished);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{\"message\":{\"content\":\"cut")]
    public void A_line_that_is_no_object_is_an_exception_of_the_reader(string line) =>
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => Collect(line));

    [Fact]
    public void Odd_types_in_a_line_are_passed_over()
    {
        var read = Collect("""{"model":1,"created_at":[],"message":{"role":{},"content":["x"],"thinking":{"a":1},"tool_calls":{"b":2},"images":"no","content":"ok"},"logprobs":{},"done_reason":[1],"prompt_eval_count":"5","done":true}""");
        Assert.Equal("ok", read.Text);
        Assert.True(read.IsFinished);
    }

    [Theory]
    [InlineData("""{"message":{"role":"assistant","content":"half"},"done":false}""", "done")]
    [InlineData("""{"model":"m"}""", "message")]
    [InlineData("[]", "")]
    public void An_answer_that_is_not_complete_breaks_the_protocol(string body, string field)
    {
        var problems = new ReadProblems();
        Assert.Null(OllamaDialect.Instance.ReadResponse(StreamChecks.Parse(body), problems));
        Assert.Equal(field, problems.Error?.Field);
    }

    [Fact]
    public void Log_probabilities_are_read_and_written()
    {
        var read = new ReadProblems();
        var response = OllamaDialect.Instance.ReadResponse(StreamChecks.Parse(
            """{"message":{"content":"a"},"done":true,"logprobs":[{"token":"a","logprob":-0.25,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2}]}]}"""), read);
        Assert.Contains(
            """[{"token":"a","logprob":-0.25,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2,"bytes":[98]}]}]""",
            StreamChecks.Json(json => OllamaDialect.Instance.WriteResponse(response!, StreamChecks.Context(), json)));
    }

    [Theory]
    [InlineData(404, """{"error":"model 'x' not found"}""", ErrorKind.NotFound, "model 'x' not found")]
    [InlineData(400, """{"error":"the input length exceeds the context length"}""", ErrorKind.ContextLength, "the input length exceeds the context length")]
    [InlineData(400, """{"error":"\"gemma\" does not support tools"}""", ErrorKind.InvalidRequest, "\"gemma\" does not support tools")]
    [InlineData(503, """{"error":"server busy, please try again."}""", ErrorKind.Overloaded, "server busy, please try again.")]
    [InlineData(500, """{"error":"model requires more system memory"}""", ErrorKind.UpstreamUnavailable, "model requires more system memory")]
    [InlineData(401, """{"error":{"message":"Unauthorized","type":"api_error"}}""", ErrorKind.Authentication, "Unauthorized")]
    [InlineData(500, "[]", ErrorKind.UpstreamUnavailable, "The provider answered with status 500 and no message.")]
    public void Errors_are_understood_by_status_and_text(int status, string body, ErrorKind kind, string message)
    {
        var error = OllamaDialect.Instance.ReadError(status, StreamChecks.Parse(body));
        Assert.Equal((kind, status, message), (error.Kind, error.Status, error.Message));
        Assert.Equal(ErrorKind.NotFound, OllamaDialect.Instance.ReadError(404, default).Kind);
    }

    [Fact]
    public void An_error_is_written_as_a_text() =>
        Assert.Equal("""{"error":"No such model."}""", StreamChecks.Json(json => OllamaDialect.Instance.WriteError(new GatewayError(ErrorKind.NotFound, "No such model."), "r", json)));

    [Fact]
    public void A_generate_stream_is_read_by_the_same_reader()
    {
        var read = Streams.Collect(OllamaGenerateDialect.Instance, Encoding.UTF8.GetBytes(Stream(OllamaGenerateDialect.Instance, Story)));
        Assert.Equal(("Let me \"look\"\né", "Hm.", true), (read.Text, read.Reasoning, read.IsFinished));
    }

    private static Collected Collect(string stream) => Streams.Collect(OllamaDialect.Instance, Encoding.UTF8.GetBytes(stream));
}
