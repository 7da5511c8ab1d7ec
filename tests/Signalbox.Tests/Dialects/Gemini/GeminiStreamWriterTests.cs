using System.Buffers;
using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiStreamWriterTests
{
    private static ChatResponseUpdate Update(params AIContent[] contents) => new() { Contents = [.. contents] };

    private static List<ChatResponseUpdate> FullAnswer() =>
    [
        new() { Role = ChatRole.Assistant, ResponseId = "resp-1", ModelId = "gpt-x", CreatedAt = DateTimeOffset.UnixEpoch },
        Update(new TextReasoningContent("Thinking \"hard\"")),
        Update(new TextReasoningContent("") { ProtectedData = "foreign" }),
        Update(new TextContent("Grüße\n")),
        Update(new TextContent("")),
        Update(new TextContent("您好 😀"), new UsageContent(new UsageDetails { InputTokenCount = 5 })),
        Update(new ToolCallDelta(0) { CallId = "call_a", Name = "f", Arguments = "" }),
        Update(new ToolCallDelta(1) { CallId = "call_b", Name = "g" }),
        Update(new ToolCallDelta(0) { Arguments = "{\"x\":" }, new ToolCallDelta(1) { Arguments = "" }),
        Update(new ToolCallDelta(0) { Arguments = "[1, 2]}" }),
        new() { FinishReason = ChatFinishReason.ToolCalls, AdditionalProperties = new() { [Vocabulary.RawFinishReason] = "tool_calls" } },
        Update(new UsageContent(new UsageDetails { InputTokenCount = 5, OutputTokenCount = 20, ReasoningTokenCount = 8, TotalTokenCount = 25 })),
    ];

    [Theory]
    [InlineData(false, "answer.sse")]
    [InlineData(true, "answer.json")]
    public void A_full_answer_is_streamed(bool asArray, string golden)
    {
        var dialect = asArray ? GeminiDialect.Array : GeminiDialect.Sse;
        var writer = dialect.CreateStreamWriter(Context());
        var written = Streams.Write(writer, FullAnswer());

        GoldenFile.Check(golden, Encoding.UTF8.GetString(written));
        Assert.Equal(asArray ? "application/json" : "text/event-stream", writer.ContentType);
        var read = Streams.Collect(dialect, written, pieceSize: 5);
        Assert.Equal(("Grüße\n您好 😀", "Thinking \"hard\"", true), (read.Text, read.Reasoning, read.IsFinished));
        Assert.Equal([("call_a", "f", """{"x":[1, 2]}"""), ("call_b", "g", "{}")], read.Calls);
        Assert.Equal((5, 20, 8, 25), (read.Usage!.InputTokenCount, read.Usage.OutputTokenCount, read.Usage.ReasoningTokenCount, read.Usage.TotalTokenCount));
    }

    [Fact]
    public void The_finish_reason_and_the_counts_are_on_the_last_chunk_only()
    {
        var chunks = Encoding.UTF8.GetString(Streams.Write(GeminiDialect.Sse.CreateStreamWriter(Context()), FullAnswer())).Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.All(chunks[..^1], static chunk => Assert.DoesNotContain("finishReason", chunk, StringComparison.Ordinal));
        Assert.All(chunks[..^1], static chunk => Assert.DoesNotContain("usageMetadata", chunk, StringComparison.Ordinal));
        Assert.Contains("\"finishReason\":\"STOP\"", chunks[^1], StringComparison.Ordinal);
        Assert.Contains("usageMetadata", chunks[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream_that_broke_never_looks_finished(bool asArray)
    {
        var dialect = asArray ? GeminiDialect.Array : GeminiDialect.Sse;
        var writer = dialect.CreateStreamWriter(Context());
        var output = new ArrayBufferWriter<byte>();
        writer.Write(Update(new TextContent("half"), new ToolCallDelta(0) { CallId = "c", Name = "f", Arguments = "{" }), output);
        writer.Write(new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop }, output);
        writer.Fail(new GatewayError(ErrorKind.StreamTruncated, "The provider's stream ended early."), output);

        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.DoesNotContain("finishReason", text, StringComparison.Ordinal);
        Assert.DoesNotContain("functionCall", text, StringComparison.Ordinal);
        var read = Streams.Collect(dialect, output.WrittenSpan.ToArray());
        Assert.Equal(("half", false), (read.Text, read.IsFinished));
        Assert.Equal((502, "The provider's stream ended early."), (read.Error!.Status, read.Error.Message));
    }

    [Fact]
    public void A_failure_before_anything_was_written_is_a_whole_document_too()
    {
        var output = new ArrayBufferWriter<byte>();
        GeminiDialect.Array.CreateStreamWriter(Context()).Fail(new GatewayError(ErrorKind.Overloaded, "No."), output);

        Assert.Equal(503, Json(Encoding.UTF8.GetString(output.WrittenSpan))[0].GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public void An_empty_answer_still_ends()
    {
        var read = Streams.Collect(GeminiDialect.Sse, Streams.Write(GeminiDialect.Sse.CreateStreamWriter(Context()), []));

        Assert.Equal(("", ChatFinishReason.Stop, true), (read.Text, read.Finish!.Value, read.IsFinished));
    }

    [Fact]
    public void Arguments_with_line_ends_do_not_break_the_event()
    {
        var written = Streams.Write(
            GeminiDialect.Sse.CreateStreamWriter(Context()), [Update(new ToolCallDelta(0) { CallId = "c", Name = "f", Arguments = "{\r\n  \"a\": \"b\\nc\"\n}" })]);

        Assert.Equal("""{"a":"b\nc"}""", Assert.Single(Streams.Collect(GeminiDialect.Sse, written).Calls).Arguments);
    }

    [Theory]
    [InlineData("length", "MAX_TOKENS")]
    [InlineData("tool_calls", "MALFORMED_FUNCTION_CALL")]
    public void A_call_whose_arguments_were_cut_is_not_given_to_be_run(string finish, string word)
    {
        var text = Encoding.UTF8.GetString(Streams.Write(GeminiDialect.Sse.CreateStreamWriter(Context()),
        [
            Update(new ToolCallDelta(0) { CallId = "c", Name = "delete", Arguments = "{\"path\": \"/tm" }),
            new ChatResponseUpdate { FinishReason = new ChatFinishReason(finish) },
        ]));

        Assert.DoesNotContain("delete", text, StringComparison.Ordinal);
        Assert.Contains($"\"finishReason\":\"{word}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_log_probabilities_and_images_are_streamed()
    {
        var call = new ToolCallDelta(0) { CallId = "c", Name = "f", Arguments = "{}" };
        GeminiParts.Sign(call, "c2lnMQ==");
        var text = new TextContent("");
        GeminiParts.Sign(text, "c2lnMg==");
        var updates = new List<ChatResponseUpdate>
        {
            new() { Contents = [new TextContent("a")], AdditionalProperties = new() { [Vocabulary.TokenLogprobs] = new List<TokenLogprob> { new("a", -1) } } },
            Update(text, call, new DataContent("data:image/png;base64,AAAA")),
            Update(new TextReasoningContent("") { ProtectedData = "c2lnMw==", AdditionalProperties = new() { [Vocabulary.SignedBy] = "gemini" } }),
        };

        var written = Encoding.UTF8.GetString(Streams.Write(GeminiDialect.Sse.CreateStreamWriter(Context()), updates));

        Assert.Contains("""{"text":"a"}],"role":"model"},"index":0,"logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}]}}""", written, StringComparison.Ordinal);
        Assert.Contains("""{"text":"","thoughtSignature":"c2lnMg=="}""", written, StringComparison.Ordinal);
        Assert.Contains("""{"functionCall":{"id":"c","name":"f","args":{}},"thoughtSignature":"c2lnMQ=="}""", written, StringComparison.Ordinal);
        Assert.Contains("""{"inlineData":{"mimeType":"image/png","data":"AAAA"}}""", written, StringComparison.Ordinal);
        Assert.Contains("""{"text":"","thought":true,"thoughtSignature":"c2lnMw=="}""", written, StringComparison.Ordinal);
        Assert.True(GeminiSupport.Collect(written).IsFinished);
    }

    [Fact]
    public void A_refusal_is_text_and_ends_with_safety()
    {
        var written = Encoding.UTF8.GetString(Streams.Write(GeminiDialect.Sse.CreateStreamWriter(Context()),
        [
            Update(new ErrorContent("I cannot ") { ErrorCode = Vocabulary.Refusal }),
            Update(new ErrorContent("help.") { ErrorCode = Vocabulary.Refusal }),
            new ChatResponseUpdate { FinishReason = ChatFinishReason.ContentFilter },
        ]));

        Assert.Equal(("I cannot help.", ChatFinishReason.ContentFilter), (Collect(written).Text, Collect(written).Finish!.Value));
    }
}
