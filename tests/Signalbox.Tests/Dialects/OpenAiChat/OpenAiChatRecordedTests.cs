using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Dialects.Sse;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.OpenAiChat.OpenAiChatFixture;

namespace Signalbox.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatRecordedTests
{
    private static IReadOnlyList<Recording> All { get; } = Recordings.Of(["chat", "completions"], answersOnly: true);

    private static IEnumerable<Recording> StreamsOf => All.Where(recording => recording.Streaming && recording.Status < 400);

    /// <summary>Recorded under this API, but the text of a proxy's greeting: no answer of the protocol.</summary>
    private const string NoAnswer = "ro-groq-chat-json-cc6d9c40";

    private static IEnumerable<Recording> Answers => All.Where(recording =>
        !recording.Streaming && recording.Status < 400 && recording.Id != NoAnswer && !recording.AnswerJson.TryGetProperty("error", out _));

    [Fact]
    public void Every_recorded_stream_is_read_as_it_was_said() => StreamChecks.ForEach(StreamsOf, recording =>
    {
        var walk = OpenAiChatWalk.OfStream(recording.Answer);
        var read = Streams.Collect(DialectOf(recording), recording.Answer);
        Assert.Equal((walk.Text, walk.Reasoning, walk.Refusal), (read.Text, read.Reasoning, read.Refusal));
        Assert.Equal(walk.Calls, read.Calls.Select(call => (call.Name, call.Arguments)));
        Assert.Equal(walk.Finish, read.Finish);
        Assert.Equal(walk.HasError, read.Error is not null);
        Assert.Equal(walk.Finish is not null && !walk.HasError, read.IsFinished);
        SameUsage(walk, read.Usage);
    });

    [Fact]
    public void Every_recorded_answer_is_read_as_it_was_said() => StreamChecks.ForEach(Answers, recording =>
    {
        var walk = OpenAiChatWalk.OfAnswer(recording.AnswerJson);
        var response = Answer(recording.AnswerJson.GetRawText());
        var contents = response.Messages[0].Contents;
        Assert.Equal(walk.Text, response.Text);
        Assert.Equal(walk.Reasoning, string.Concat(contents.OfType<TextReasoningContent>().Select(thought => thought.Text)));
        Assert.Equal(walk.Refusal, string.Concat(contents.OfType<ErrorContent>().Select(refusal => refusal.Message)));
        Assert.Equal(
            walk.Calls.Select(call => (call.Name, call.Arguments.Length == 0 ? "{}" : call.Arguments)),
            contents.OfType<FunctionCallContent>().Select(call => (call.Name, Contents.ArgumentsText(call))));
        Assert.Equal(walk.Finish ?? ChatFinishReason.Stop, response.FinishReason);
        SameUsage(walk, response.Usage);
    });

    [Fact]
    public void Every_recorded_answer_survives_its_own_writer() => StreamChecks.ForEach(Answers, recording =>
    {
        var first = Answer(recording.AnswerJson.GetRawText());
        var written = StreamChecks.Json(json => DialectOf(recording).WriteResponse(first, StreamChecks.Context(), json));
        var second = Answer(written);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(Others(first), Others(second));
        Assert.Equal(first.FinishReason, second.FinishReason);
        StreamChecks.Same(first.Usage, second.Usage);
    });

    [Fact]
    public void Every_recorded_stream_says_the_same_however_it_is_split() =>
        StreamChecks.ForEach(StreamsOf, recording => StreamChecks.HoldsWhenSplit(DialectOf(recording), recording.Answer));

    [Fact]
    public void Every_recorded_stream_survives_its_own_writer() =>
        StreamChecks.ForEach(StreamsOf, recording => StreamChecks.SurvivesItsOwnWriter(DialectOf(recording), recording.Answer));

    [Fact]
    public void A_recorded_stream_that_broke_never_looks_finished() => StreamChecks.ForEach(StreamsOf, recording =>
    {
        foreach (var cut in Boundaries(recording.Answer))
        {
            var rest = recording.Answer[..cut];
            var walk = OpenAiChatWalk.OfStream(rest);
            Assert.Equal(walk.Finish is not null && !walk.HasError, Streams.Collect(DialectOf(recording), rest).IsFinished);
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_fast_tap_agrees_with_the_full_reader_on_every_recorded_stream(bool hideUsage) => StreamChecks.ForEach(StreamsOf, recording =>
    {
        var fast = new OpenAiChatTap(hideUsage);
        var full = new ReadingTap(new OpenAiChatStreamReader());
        var scanner = new FrameScanner(StreamFraming.Sse);
        var rest = recording.Answer.AsSpan();
        while (full.Error is null && scanner.TryNext(rest, endOfBody: true, out var frame))
        {
            if (!frame.Data.IsEmpty)
            {
                // The end mark behind an answer without a finish reason stays out too.
                var isKept = frame.Data.SequenceEqual("[DONE]"u8) ? full.IsFinished : !hideUsage || !IsUsageOnly(frame.Data);
                Assert.Equal(isKept, fast.Observe(frame.EventName, frame.Data));
                full.Observe(frame.EventName, frame.Data);
                Assert.Equal(full.Notes.TextLength, fast.Notes.TextLength);
                Assert.Equal(full.Notes.FinishReason, fast.Notes.FinishReason);
                Assert.Equal(full.Notes.HasOutput, fast.Notes.HasOutput);
                Assert.Equal(full.Notes.Model, fast.Notes.Model);
                Assert.Equal(full.IsFinished, fast.IsFinished);
                StreamChecks.Same(full.Notes.Usage, fast.Notes.Usage);
            }

            rest = rest[frame.Raw.Length..];
        }

        Assert.Equal(full.Error, fast.Error);
    });

    [Fact]
    public void Every_recorded_request_survives_reading_and_writing() =>
        StreamChecks.ForEach(Recordings.Of(["chat"]).Where(recording => recording.RequestBody.ValueKind == JsonValueKind.Object), recording =>
        {
            var first = Read(recording.RequestBody.GetRawText());
            var outbound = Outbound(first);
            var written = Write(outbound);

            // Unsigned thoughts are nobody's to take back; leaving them out is reported.
            var contents = first.Messages.SelectMany(message => message.Contents).ToList();
            Assert.Equal(contents.OfType<TextReasoningContent>().Any(), outbound.Losses.Losses.Any(loss => loss.Field == "messages.reasoning"));
            foreach (var message in first.Messages)
            {
                message.Contents = [.. message.Contents.Where(content => content is not TextReasoningContent)];
            }

            // So are pictures in results, which only some compatible servers take.
            foreach (var result in contents.OfType<FunctionResultContent>().Where(result => result.Result is List<AIContent>))
            {
                Assert.Equal(((List<AIContent>)result.Result!).OfType<DataContent>().Any(), outbound.Losses.Losses.Any(loss => loss.Field == "tool_result.image"));
                result.Result = Contents.ResultText(result);
            }

            Assert.Equal(RequestText.Of(first), RequestText.Of(Read(written)));
        });

    [Fact]
    public void Every_recorded_prompt_is_read() =>
        StreamChecks.ForEach(Recordings.Of(["completions"]), recording =>
        {
            var request = Read(recording.RequestBody.GetRawText(), LegacyCompletionsDialect.Instance);
            var prompt = recording.RequestBody.GetProperty("prompt");
            Assert.Equal(prompt.ValueKind == JsonValueKind.String ? prompt.GetString() : prompt[0].GetString(), request.Messages[0].Text);
        });

    [Fact]
    public void Every_recorded_embedding_is_read_and_written_number_by_number() =>
        StreamChecks.ForEach(Recordings.Of(["embeddings"]).Where(recording => recording.Status < 400), recording =>
        {
            var problems = new ReadProblems();
            var request = OpenAiChatDialect.Instance.ReadEmbeddingRequest(new InboundRequest(recording.RequestBody), problems);
            var embeddings = OpenAiChatDialect.Instance.ReadEmbeddings(recording.AnswerJson, problems);
            Assert.Null(problems.Error);
            var written = StreamChecks.Json(json => OpenAiChatDialect.Instance.WriteEmbeddings(embeddings!, request!, "m", json));
            var again = OpenAiChatDialect.Instance.ReadEmbeddings(StreamChecks.Parse(written), problems);
            Assert.Equal(embeddings!.SelectMany(e => e.Vector.ToArray()), again!.SelectMany(e => e.Vector.ToArray()));
            Assert.Equal(recording.AnswerJson.GetProperty("usage").GetProperty("prompt_tokens").GetInt64(), embeddings!.Usage?.InputTokenCount);
        });

    [Fact]
    public void Every_recorded_error_is_of_the_right_kind() => StreamChecks.ForEach(
        Recordings.Of(["chat", "completions", "embeddings"], answersOnly: true).Where(recording => recording.Status >= 400), recording =>
        {
            var error = OpenAiChatDialect.Instance.ReadError(recording.Status, recording.AnswerJson);
            var expected = recording.Id switch
            {
                "perplexity-chat-json-5f79f711" => ErrorKind.ContextLength,
                _ => recording.Status switch
                {
                    400 => ErrorKind.InvalidRequest,
                    401 => ErrorKind.Authentication,
                    403 => ErrorKind.Permission,
                    404 => ErrorKind.NotFound,
                    429 => ErrorKind.RateLimited,
                    _ => ErrorKind.UpstreamUnavailable,
                },
            };
            Assert.Equal((expected, recording.Status), (error.Kind, error.Status));
            Assert.DoesNotContain("no message", error.Message);
        });

    private static IDialect DialectOf(Recording recording) =>
        recording.Api == "completions" ? LegacyCompletionsDialect.Instance : OpenAiChatDialect.Instance;

    private static DialectRequest Read(string body, IDialect? dialect = null)
    {
        // Azure and some recorders keep the model out of the body.
        var parsed = StreamChecks.Parse(body);
        var problems = new ReadProblems();
        var model = parsed.TryGetProperty("model", out _) ? null : "in-the-path";
        var request = (dialect ?? OpenAiChatDialect.Instance).ReadRequest(new InboundRequest(parsed, model), problems);
        Assert.Null(problems.Error);
        return request!;
    }

    private static IEnumerable<string> Others(ChatResponse response) =>
        response.Messages[0].Contents.Where(content => content is not TextContent).Select(RequestText.Of);

    private static void SameUsage(OpenAiChatWalk walk, UsageDetails? usage)
    {
        Assert.Equal(walk.Input, usage?.InputTokenCount);
        Assert.Equal(walk.Output, usage?.OutputTokenCount);
        Assert.Equal(walk.Cached, usage?.CachedInputTokenCount);
        Assert.Equal(walk.Reasoned, usage?.ReasoningTokenCount);
    }

    private static IEnumerable<int> Boundaries(byte[] stream)
    {
        var scanner = new FrameScanner(StreamFraming.Sse);
        var cuts = new List<int> { 0 };
        while (scanner.TryNext(stream.AsSpan(cuts[^1]), endOfBody: true, out var frame))
        {
            cuts.Add(cuts[^1] + frame.Raw.Length);
        }

        // Long streams say the same a hundred times over; their ends are what matters.
        return cuts.Count <= 80 ? cuts : cuts.Take(20).Concat(cuts.TakeLast(60));
    }

    private static bool IsUsageOnly(ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            return false;
        }

        var json = new Utf8JsonReader(data);
        var chunk = JsonElement.ParseValue(ref json);
        return chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
            && !(chunk.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0);
    }
}
