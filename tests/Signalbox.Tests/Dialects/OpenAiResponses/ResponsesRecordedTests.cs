using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

public class ResponsesRecordedTests
{
    private static readonly ResponsesDialect Dialect = ResponsesDialect.Instance;

    private static IReadOnlyList<Recording> Recorded(bool answersOnly)
    {
        var found = Recordings.Of(["responses"], answersOnly);
        if (found.Count == 0)
        {
            Assert.Skip(Recordings.Missing);
        }

        return found;
    }

    private static IEnumerable<Recording> Streams() => Recorded(answersOnly: true).Where(recording => recording.Streaming && recording.Status == 200);

    [Fact]
    public void Every_recorded_request_is_read_without_a_problem()
    {
        var read = 0;
        foreach (var recording in Recorded(answersOnly: false))
        {
            var problems = new ReadProblems();
            var request = Dialect.ReadRequest(new InboundRequest(recording.RequestBody), problems);
            Assert.True(problems.Error is null, $"{recording.Id}: {problems.Error?.Message}");
            Assert.True(request!.Messages.Count > 0, recording.Id);
            read++;
        }

        Assert.True(read > 10);
    }

    [Fact]
    public void A_recorded_request_written_and_read_again_says_the_same()
    {
        foreach (var recording in Recorded(answersOnly: false))
        {
            var request = Responses.Read(recording.RequestBody);
            var losses = new LossReport();
            var again = Responses.Read(Responses.Write(request, losses));

            Assert.Equal(Responses.Describe(request.Messages), Responses.Describe(again.Messages));
            // We ask the provider to store nothing where the caller left that open.
            Assert.Equal(WithoutStore(request.Options), WithoutStore(again.Options));
            Assert.True(losses.IsEmpty, $"{recording.Id}: {losses.ToHeaderValue()}");
        }
    }

    [Fact]
    public void Every_recorded_answer_says_what_a_plain_walk_finds_in_it()
    {
        foreach (var recording in Recorded(answersOnly: true).Where(recording => !recording.Streaming && recording.Status == 200))
        {
            var walk = RecordedWalk.Of(recording);
            var response = Responses.ReadResponse(recording.AnswerJson);
            AssertSame(recording.Id, walk, response);
            AssertSame(recording.Id, walk with { Usage = default }, WithoutUsage(Responses.ReadResponse(Responses.WriteResponse(response))));
        }
    }

    [Fact]
    public void Every_recorded_stream_says_what_a_plain_walk_finds_in_it()
    {
        foreach (var recording in Streams())
        {
            var walk = RecordedWalk.Of(recording);
            var collected = Support.Streams.Collect(Dialect, recording.Answer);
            if (walk.Failed)
            {
                Assert.False(collected.IsFinished);
                Assert.Equal(ErrorKind.BudgetExceeded, collected.Error?.Kind);
                continue;
            }

            Assert.Null(collected.Error);
            Assert.True(collected.IsFinished, recording.Id);
            AssertSame(recording.Id, walk, collected);
            walk.AssertUsage(collected.Usage);
        }
    }

    [Fact]
    public void A_recorded_stream_split_at_every_byte_says_the_same()
    {
        foreach (var recording in Streams().Where(recording => recording.Answer.Length < 20_000))
        {
            var whole = Support.Streams.Collect(Dialect, recording.Answer);
            AssertSame(recording.Id, whole, Support.Streams.Collect(Dialect, recording.Answer, pieceSize: 1));
        }
    }

    [Fact]
    public void A_recorded_stream_written_again_and_read_again_says_the_same()
    {
        foreach (var recording in Streams().Where(recording => !RecordedWalk.Of(recording).Failed))
        {
            var updates = Support.Streams.ReadUpdates(Dialect.CreateStreamReader(), StreamFraming.Sse, recording.Answer);
            var written = Support.Streams.Write(Dialect.CreateStreamWriter(Responses.Context()), updates);
            AssertSame(recording.Id, Support.Streams.Collect(Dialect, recording.Answer), Support.Streams.Collect(Dialect, written), usage: false);
            ResponsesGrammar.Check(written);
        }
    }

    [Fact]
    public void A_stream_cut_after_any_event_is_finished_only_if_its_end_was_there()
    {
        foreach (var recording in Streams())
        {
            var text = Encoding.UTF8.GetString(recording.Answer);
            var ends = 0;
            var starts = 0;
            for (var cut = text.IndexOf("\n\n", StringComparison.Ordinal); cut >= 0; cut = text.IndexOf("\n\n", cut + 2, StringComparison.Ordinal))
            {
                var before = text.LastIndexOf("\n\n", Math.Max(cut - 1, 0), StringComparison.Ordinal);
                var frame = text[(before < 0 ? 0 : before + 2)..cut];
                ends += frame.Contains("\"type\":\"response.completed\"", StringComparison.Ordinal) || frame.Contains("\"type\":\"response.incomplete\"", StringComparison.Ordinal) ? 1 : 0;
                starts += frame.Contains("\"type\":\"response.created\"", StringComparison.Ordinal) ? 1 : 0;
                var collected = Support.Streams.Collect(Dialect, Encoding.UTF8.GetBytes(text[..(cut + 2)]));
                Assert.Equal(ends > 0 && ends == starts, collected.IsFinished);
            }
        }
    }

    [Fact]
    public void The_fast_tap_sees_what_the_reader_sees()
    {
        foreach (var recording in Streams())
        {
            var slow = new ReadingTap(Dialect.CreateStreamReader());
            var fast = Dialect.CreateTap(Responses.Request());
            var scanner = new Signalbox.Dialects.Sse.FrameScanner(StreamFraming.Sse);
            var start = 0;
            while (slow.Error is null && scanner.TryNext(recording.Answer.AsSpan(start), endOfBody: true, out var frame))
            {
                start += frame.Raw.Length;
                if (!frame.Data.IsEmpty)
                {
                    Assert.True(slow.Observe(frame.EventName, frame.Data));
                    Assert.True(fast.Observe(frame.EventName, frame.Data));
                    Assert.Equal(slow.Notes.HasOutput, fast.Notes.HasOutput);
                }
            }

            Assert.Equal(slow.IsFinished, fast.IsFinished);
            Assert.Equal(slow.Error, fast.Error);
            Assert.Equal(slow.Notes.FinishReason, fast.Notes.FinishReason);
            Assert.Equal(slow.Notes.Model, fast.Notes.Model);
            Assert.Equal(slow.Notes.Usage?.TotalTokenCount, fast.Notes.Usage?.TotalTokenCount);
            Assert.InRange(fast.Notes.TextLength, slow.Notes.TextLength, slow.Notes.TextLength * 3);
        }
    }

    [Fact]
    public void Recorded_errors_have_their_kind()
    {
        var kinds = Recorded(answersOnly: true).Where(recording => recording.Status >= 400)
            .ToDictionary(recording => recording.Id, recording => Dialect.ReadError(recording.Status, recording.AnswerJson).Kind);

        Assert.All(kinds, kind => Assert.Equal(ErrorKind.Authentication, kind.Value));
        Assert.True(kinds.Count > 0);
    }

    private static string WithoutStore(ChatOptions options)
    {
        options.AdditionalProperties?.Remove("openai.store");
        return Responses.Describe(options);
    }

    private static ChatResponse WithoutUsage(ChatResponse response)
    {
        response.Usage = null;
        return response;
    }

    private static void AssertSame(string id, RecordedWalk walk, ChatResponse response)
    {
        var contents = response.Messages.SelectMany(message => message.Contents).ToList();
        Assert.Equal(walk.Text, response.Text);
        Assert.Equal(walk.Reasoning, string.Concat(contents.OfType<TextReasoningContent>().Select(content => content.Text)));
        Assert.Equal(walk.Refusal, string.Concat(contents.OfType<ErrorContent>().Select(content => content.Message)));
        Assert.Equal(walk.Calls, contents.OfType<FunctionCallContent>().Select(call => (call.CallId, call.Name, Contents.ArgumentsText(call))));
        Assert.Equal(walk.Finish, response.FinishReason);
        Assert.NotNull(id);
        walk.AssertUsage(response.Usage);
    }

    private static void AssertSame(string id, RecordedWalk walk, Collected collected)
    {
        Assert.Equal(id + walk.Text, id + collected.Text);
        Assert.Equal(walk.Reasoning, collected.Reasoning);
        Assert.Equal(walk.Refusal, collected.Refusal);
        Assert.Equal(walk.Calls, collected.Calls);
        Assert.Equal(walk.Finish, collected.Finish);
    }

    private static void AssertSame(string id, Collected expected, Collected actual, bool usage = true)
    {
        Assert.Equal(id + expected.Text, id + actual.Text);
        Assert.Equal(expected.Reasoning, actual.Reasoning);
        Assert.Equal(expected.Refusal, actual.Refusal);
        Assert.Equal(expected.Calls, actual.Calls);
        Assert.Equal(expected.Finish, actual.Finish);
        Assert.Equal(expected.IsFinished, actual.IsFinished);
        Assert.Equal(expected.Error, actual.Error);
        Assert.Equal(expected.Usage?.InputTokenCount, actual.Usage?.InputTokenCount);
        Assert.Equal(expected.Usage?.OutputTokenCount, actual.Usage?.OutputTokenCount);
        Assert.Equal(expected.Usage?.TotalTokenCount, actual.Usage?.TotalTokenCount);
        if (usage)
        {
            Assert.Equal(expected.Usage?.CachedInputTokenCount, actual.Usage?.CachedInputTokenCount);
            Assert.Equal(expected.Usage?.ReasoningTokenCount, actual.Usage?.ReasoningTokenCount);
        }
    }
}
