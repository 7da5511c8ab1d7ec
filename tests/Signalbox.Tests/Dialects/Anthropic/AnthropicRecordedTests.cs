using System.Text;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

/// <summary>Everything that real providers sent in this protocol, read, written and read again.</summary>
public sealed class AnthropicRecordedTests
{
    private static readonly string[] Chats = ["messages", "rawPredict"];

    private static List<Recording> All(bool answersOnly = true)
    {
        var all = Recordings.Of(Chats, answersOnly).ToList();
        if (Recordings.Folder is null)
        {
            Assert.Skip(Recordings.Missing);
        }

        Assert.NotEmpty(all);
        return all;
    }

    private static List<Recording> Answers(bool streaming) => All().FindAll(r => r.Status < 400 && r.Streaming == streaming);

    [Fact]
    public void Every_recorded_answer_is_read_as_the_record_says()
    {
        foreach (var recording in Answers(streaming: false))
        {
            var problems = new ReadProblems();
            var response = Dialect.ReadResponse(recording.AnswerJson, problems);
            Assert.True(problems.Error is null, recording.Id + ": " + problems.Error?.Message);
            AnthropicWalk.Expect(AnthropicWalk.Answer(recording.AnswerJson), AnthropicWalk.Summarise(response!), recording.Id);
        }
    }

    [Fact]
    public void Every_recorded_answer_is_written_back_with_the_same_meaning()
    {
        foreach (var recording in Answers(streaming: false))
        {
            var response = Dialect.ReadResponse(recording.AnswerJson, new ReadProblems())!;
            var written = WriteAnswer(response);
            AnthropicWalk.Expect(AnthropicWalk.Answer(recording.AnswerJson), AnthropicWalk.Answer(written), recording.Id);

            // Every block comes back as it was, but for a call's caller and what a server leaves out or adds as null.
            var before = recording.AnswerJson.GetProperty("content").EnumerateArray().Select(static b => b.GetProperty("type").GetString());
            Assert.Equal(before, written.GetProperty("content").EnumerateArray().Select(static b => b.GetProperty("type").GetString()));
        }
    }

    [Fact]
    public void Every_recorded_stream_is_read_as_the_record_says()
    {
        foreach (var recording in Answers(streaming: true))
        {
            var answer = Streams.Collect(Dialect, recording.Answer);
            Assert.True(answer.IsFinished && answer.Error is null, recording.Id);
            AnthropicWalk.Expect(AnthropicWalk.Stream(recording.Answer), AnthropicWalk.Summarise(answer), recording.Id);
        }
    }

    [Fact]
    public void Every_recorded_stream_gives_the_same_when_it_is_split_at_every_byte()
    {
        foreach (var recording in Answers(streaming: true))
        {
            var whole = AnthropicWalk.Summarise(Streams.Collect(Dialect, recording.Answer));
            foreach (var size in (int[])[1, 2, 7, 1000])
            {
                // One byte at a time re-scans what has arrived; long streams are split less finely.
                if (size * 300_000L > recording.Answer.Length)
                {
                    AnthropicWalk.Expect(whole, AnthropicWalk.Summarise(Streams.Collect(Dialect, recording.Answer, size)), recording.Id);
                }
            }
        }
    }

    [Fact]
    public void Every_recorded_stream_written_and_read_again_is_the_same()
    {
        foreach (var recording in Answers(streaming: true))
        {
            var reader = Dialect.CreateStreamReader();
            var updates = Streams.ReadUpdates(reader, StreamFraming.Sse, recording.Answer);
            var written = Streams.Write(Dialect.CreateStreamWriter(Context()), updates);
            AnthropicWalk.Expect(AnthropicWalk.Stream(recording.Answer), AnthropicWalk.Stream(written), recording.Id);
            AnthropicWalk.Expect(AnthropicWalk.Summarise(Streams.Summarise(updates, reader)), AnthropicWalk.Summarise(Streams.Collect(Dialect, written)), recording.Id);
        }
    }

    [Fact]
    public void A_recorded_stream_that_is_cut_never_looks_finished()
    {
        foreach (var recording in Answers(streaming: true))
        {
            var text = Encoding.UTF8.GetString(recording.Answer);
            var end = text.IndexOf("\"message_stop\"", StringComparison.Ordinal);
            for (var cut = 0; (cut = text.IndexOf("\n\n", cut, StringComparison.Ordinal)) >= 0 && cut < end; cut += 2)
            {
                Assert.False(Streams.Collect(Dialect, Encoding.UTF8.GetBytes(text[..(cut + 2)])).IsFinished, recording.Id);
            }
        }
    }

    [Fact]
    public void The_tap_sees_in_every_recorded_stream_what_the_reader_sees()
    {
        foreach (var recording in Answers(streaming: true))
        {
            var expected = Streams.Collect(Dialect, recording.Answer);
            var tap = Dialect.CreateTap(Request());
            var scanner = new Signalbox.Dialects.Sse.FrameScanner(StreamFraming.Sse);
            var start = 0;
            while (scanner.TryNext(recording.Answer.AsSpan(start), endOfBody: true, out var frame))
            {
                start += frame.Raw.Length;
                Assert.True(frame.Data.IsEmpty || tap.Observe(frame.EventName, frame.Data));
            }

            Assert.Equal((expected.Finish, expected.IsFinished), (tap.Notes.FinishReason, tap.IsFinished));
            Assert.Equal((expected.Usage!.InputTokenCount, expected.Usage.OutputTokenCount), (tap.Notes.Usage!.InputTokenCount, tap.Notes.Usage.OutputTokenCount));
            Assert.True(tap.Notes.HasOutput);
        }
    }

    [Fact]
    public void Every_recorded_request_is_read_and_survives_a_translation_there_and_back()
    {
        var seen = 0;
        foreach (var recording in All(answersOnly: false))
        {
            var problems = new ReadProblems();
            var request = Dialect.ReadRequest(new InboundRequest(recording.RequestBody, recording.Api == "rawPredict" ? "m" : null), problems);
            Assert.True(problems.Error is null, recording.Id + ": " + problems.Error?.Message);
            var thinking = recording.RequestBody.TryGetProperty("thinking", out var t) ? t.GetProperty("type").GetString() : null;
            var capabilities = Older with { Reasoning = thinking is "adaptive" ? ReasoningKind.Adaptive : ReasoningKind.Budget };
            var outbound = Outbound(request!, capabilities);
            var written = Write(outbound);
            var again = Dialect.ReadRequest(new InboundRequest(written), problems);
            Assert.True(problems.Error is null, recording.Id + ": " + problems.Error?.Message);
            Assert.Equal(AnthropicWalk.Conversation(request!), AnthropicWalk.Conversation(again!));
            Assert.Equal(AnthropicWalk.OptionsText(request!.Options), AnthropicWalk.OptionsText(again!.Options));
            Assert.True(outbound.Losses.IsEmpty, recording.Id + ": " + outbound.Losses.ToHeaderValue());
            seen++;
        }

        Assert.True(seen > 20);
    }

    [Fact]
    public void Every_recorded_error_has_the_right_kind()
    {
        foreach (var recording in All().FindAll(static r => r.Status >= 400))
        {
            var error = Dialect.ReadError(recording.Status, recording.AnswerJson);
            var message = recording.AnswerJson.GetProperty("error").GetProperty("message").GetString()!;
            var expected = recording.Status switch
            {
                400 when message.StartsWith("prompt is too long", StringComparison.Ordinal) => ErrorKind.ContextLength,
                400 => ErrorKind.InvalidRequest,
                401 => ErrorKind.Authentication,
                404 => ErrorKind.NotFound,
                _ => throw new InvalidOperationException(recording.Id + " has a status that this test does not know"),
            };
            Assert.Equal((expected, message, recording.Status), (error.Kind, error.Message, error.Status));
        }
    }

    [Fact]
    public void Recorded_token_counts_are_read()
    {
        All();
        var counts = Recordings.Of(["count_tokens"]).Where(static r => r.Provider == "anthropic").ToList();
        Assert.NotEmpty(counts);
        foreach (var recording in counts)
        {
            var problems = new ReadProblems();
            Assert.Equal(recording.AnswerJson.GetProperty("input_tokens").GetInt64(), AnthropicTokenCounts.ReadResponse(recording.AnswerJson, problems));
            Assert.Null(problems.Error);
        }
    }
}
