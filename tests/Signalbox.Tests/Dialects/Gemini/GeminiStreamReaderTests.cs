using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiStreamReaderTests
{
    private const string Call = """{"functionCall":{"id":"c1","name":"f","args":{"a":1}}}""";

    [Fact]
    public void Stop_in_the_chunk_of_the_call_is_a_call()
    {
        Assert.Equal(ChatFinishReason.ToolCalls, Collect(Sse(Chunk(Call, "STOP"))).Finish);
    }

    [Fact]
    public void Stop_in_a_later_chunk_than_the_call_is_a_call()
    {
        var collected = Collect(Sse(Chunk(Call), Chunk("""{"text":""}""", "STOP")));

        Assert.Equal((ChatFinishReason.ToolCalls, ""), (collected.Finish!.Value, collected.Text));
        Assert.Equal(("c1", "f", """{"a":1}"""), Assert.Single(collected.Calls));
    }

    [Fact]
    public void Stop_in_an_earlier_chunk_than_the_call_is_a_call()
    {
        Assert.Equal(ChatFinishReason.ToolCalls, Collect(Sse(Chunk("""{"text":"x"}""", "STOP"), Chunk(Call))).Finish);
    }

    [Fact]
    public void Parallel_calls_come_in_one_chunk_or_in_one_each()
    {
        const string Other = """{"functionCall":{"name":"g","args":{}}}""";
        foreach (var stream in new[] { Sse(Chunk($"{Call},{Other}", "STOP")), Sse(Chunk(Call), Chunk(Other), Chunk("", "STOP")) })
        {
            Assert.Equal(["f", "g"], Collect(stream).Calls.Select(static call => call.Name));
        }
    }

    [Fact]
    public void The_end_of_the_body_alone_is_no_end_of_the_answer()
    {
        var cut = Collect(Sse(Chunk("""{"text":"half"}""")));

        Assert.Equal(("half", false), (cut.Text, cut.IsFinished));
        Assert.False(Collect("").IsFinished);
        Assert.False(Collect(Sse(Chunk("""{"text":"half"}"""), "[DONE]")).IsFinished);
        Assert.False(Collect(Sse(Chunk("""{"text":"half"}""", "FINISH_REASON_UNSPECIFIED"))).IsFinished);
    }

    [Fact]
    public void Usage_on_every_chunk_is_a_total_and_the_last_one_counts()
    {
        static string WithUsage(string counts) => "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]}}],\"usageMetadata\":{" + counts + "}}";
        var collected = Collect(Sse(
            WithUsage("\"trafficType\":\"ON_DEMAND\""),
            WithUsage("\"promptTokenCount\":9,\"totalTokenCount\":9"),
            WithUsage("\"promptTokenCount\":9,\"candidatesTokenCount\":4,\"thoughtsTokenCount\":2,\"totalTokenCount\":15")));

        Assert.Equal((9, 6, 2), (collected.Usage!.InputTokenCount, collected.Usage.OutputTokenCount, collected.Usage.ReasoningTokenCount));
    }

    [Fact]
    public void Thoughts_and_signatures_are_read()
    {
        var reader = GeminiDialect.Sse.CreateStreamReader();
        var updates = Streams.ReadUpdates(reader, StreamFraming.Sse, Encoding.UTF8.GetBytes(Sse(
            Chunk("""{"text":"hm","thought":true}"""),
            Chunk("""{"functionCall":{"name":"f"},"thoughtSignature":"c2ln"}"""),
            Chunk("""{"text":"","thoughtSignature":"ZW5k"}""", "STOP"))));

        var contents = updates.SelectMany(static update => update.Contents).ToList();
        Assert.Equal("hm", Assert.IsType<TextReasoningContent>(contents[0]).Text);
        Assert.Equal("c2ln", GeminiPartWriter.SignatureOf(Assert.IsType<ToolCallDelta>(contents[1])));
        Assert.Equal("ZW5k", GeminiPartWriter.SignatureOf(Assert.IsType<TextContent>(contents[2])));
    }

    [Fact]
    public void Arguments_in_pieces_are_put_together()
    {
        static string Piece(string call) => Chunk("{\"functionCall\":{" + call + "}}");
        var collected = Collect(Sse(
            Piece("\"name\":\"order\",\"willContinue\":true"),
            Piece("\"partialArgs\":[{\"jsonPath\":\"$.items[0].name\",\"stringValue\":\"Ap\",\"willContinue\":true}],\"willContinue\":true"),
            Piece("\"partialArgs\":[{\"jsonPath\":\"$.items[0].name\",\"stringValue\":\"ple\"}],\"willContinue\":true"),
            Piece("\"willContinue\":true"),
            Piece("\"partialArgs\":[{\"jsonPath\":\"$.items[1].count\",\"numberValue\":2.50},{\"jsonPath\":\"$['a.b']\",\"boolValue\":true}],\"willContinue\":true"),
            Piece("\"partialArgs\":[{\"jsonPath\":\"$.note\",\"nullValue\":\"NULL_VALUE\"}]"),
            Chunk("""{"text":""}""", "STOP")));

        var call = Assert.Single(collected.Calls);
        Assert.Equal(("order", """{"items":[{"name":"Apple"},{"count":2.50}],"a.b":true,"note":null}"""), (call.Name, call.Arguments));
        Assert.Equal(ChatFinishReason.ToolCalls, collected.Finish);
    }

    [Theory]
    [InlineData("$.a[999999999]")]
    [InlineData("$.a['b")]
    [InlineData("$.a[")]
    public void A_piece_that_fits_nowhere_breaks_the_protocol_and_costs_no_memory(string path)
    {
        Assert.Throws<JsonException>(() => Collect(Sse(
            Chunk("""{"functionCall":{"name":"f","willContinue":true}}"""),
            Chunk("{\"functionCall\":{\"partialArgs\":[{\"jsonPath\":\"" + path + "\",\"numberValue\":1}]}}"))));
    }

    [Fact]
    public void An_array_in_pieces_is_read_like_events()
    {
        var stream = Encoding.UTF8.GetBytes($"[{Chunk("""{"text":"a}\"]"}""")}\r\n,\r\n{Chunk("""{"text":"b"}""", "STOP")}\n]\n");
        for (var size = 1; size < stream.Length; size++)
        {
            var collected = Streams.Collect(GeminiDialect.Array, stream, size);
            Assert.Equal(("a}\"]b", true), (collected.Text, collected.IsFinished));
        }
    }

    [Fact]
    public void An_error_inside_the_stream_is_the_providers_and_no_end()
    {
        var collected = Collect(Sse(
            Chunk("""{"text":"half"}"""),
            """{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}""",
            Chunk("""{"text":"never"}""", "STOP")));

        Assert.Equal((ErrorKind.Overloaded, 503), (collected.Error!.Kind, collected.Error.Status));
        Assert.Equal(("half", false), (collected.Text, collected.IsFinished));
    }

    [Theory]
    [InlineData("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"cut")]
    [InlineData("<html>")]
    [InlineData("\"text\"")]
    [InlineData("{} {}")]
    public void Garbage_breaks_the_protocol(string data)
    {
        // Readers throw one of the exceptions of System.Text.Json, here a subclass of JsonException.
        Assert.ThrowsAny<JsonException>(() => Collect(Sse(data)));
    }

    [Theory]
    [InlineData("""{"candidates":5}""")]
    [InlineData("""{"candidates":[7]}""")]
    [InlineData("""{"candidates":[{"content":[]}]}""")]
    [InlineData("""{"candidates":[{"content":{"parts":"x"}}]}""")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":{}}]},"finishReason":{}}]}""")]
    [InlineData("""{"usageMetadata":[],"promptFeedback":3,"modelVersion":[],"responseId":{},"createTime":5,"error":null}""")]
    public void Fields_of_the_wrong_type_are_left_alone(string chunk)
    {
        var collected = Collect(Sse(chunk, Chunk("""{"text":"ok"}""", "STOP")));

        Assert.Equal(("ok", ChatFinishReason.Stop, true), (collected.Text, collected.Finish!.Value, collected.IsFinished));
    }

    [Fact]
    public void The_tap_counts_text_without_reading_it_and_never_misses_an_end()
    {
        var tap = GeminiDialect.Sse.CreateTap(Request([]));
        string[] chunks =
        [
            Chunk("""{"text":"12345"}"""), Chunk("""{"text":"678"}"""), Chunk("""{"text":"90","thought":true}"""),
            """{"candidates":[{"content":{"parts":[{"text":"a"}]},"index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3},"modelVersion":"m","responseId":"r"}""",
            """{"candidates":[{"content":{"parts":[{"text":"zz"}]},"index":1}]}""",
        ];
        foreach (var chunk in chunks)
        {
            Assert.True(tap.Observe(default, Encoding.UTF8.GetBytes(chunk)));
        }

        Assert.Equal((11, 2, false), (tap.Notes.TextLength, tap.Notes.Usage!.OutputTokenCount, tap.IsFinished));
        tap.Observe(default, Encoding.UTF8.GetBytes(Chunk(Call, "STOP")));
        Assert.Equal((ChatFinishReason.ToolCalls, true), (tap.Notes.FinishReason!.Value, tap.IsFinished));
        tap.Observe(default, """{"error":{"code":500,"message":"late"}}"""u8);
        Assert.False(tap.IsFinished);
    }
}
