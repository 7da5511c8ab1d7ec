using Signalbox.Dialects.Gemini;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>Streams as Google really sent them.</summary>
public class GeminiRecordedStreamTests
{
    private const int SmallStream = 48 * 1024;

    private static List<Recording> RecordedStreams()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var found = GeminiRecordedWalk.Recordings().Where(static recording => recording.Status == 200 && recording.Streaming).ToList();
        Assert.NotEmpty(found);
        return found;
    }

    private static GeminiDialect DialectOf(Recording recording) => GeminiRecordedWalk.IsArray(recording) ? GeminiDialect.Array : GeminiDialect.Sse;

    [Fact]
    public void Every_recorded_stream_adds_up_to_what_its_chunks_say()
    {
        foreach (var recording in RecordedStreams())
        {
            AssertSame(recording, Streams.Collect(DialectOf(recording), recording.Answer));
        }
    }

    [Fact]
    public void Every_recorded_stream_reads_the_same_split_at_every_byte()
    {
        foreach (var recording in RecordedStreams())
        {
            int[] sizes = recording.Answer.Length <= SmallStream ? [1, 2, 3, 7] : [997, 4093];
            foreach (var size in sizes)
            {
                AssertSame(recording, Streams.Collect(DialectOf(recording), recording.Answer, size));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_recorded_stream_survives_our_own_writer(bool asArray)
    {
        var target = asArray ? GeminiDialect.Array : GeminiDialect.Sse;
        foreach (var recording in RecordedStreams())
        {
            var dialect = DialectOf(recording);
            var reader = dialect.CreateStreamReader();
            var updates = Streams.ReadUpdates(reader, dialect.Framing, recording.Answer);
            if (!reader.IsFinished)
            {
                continue;
            }

            var first = Streams.Summarise(updates, reader);
            var written = Streams.Write(target.CreateStreamWriter(GeminiSupport.Context()), updates);
            var second = Streams.Collect(target, written, pieceSize: 61);
            AssertSame(recording, second);
            Assert.Equal(first.Calls, second.Calls);
            Assert.Equal(first.Refusal, second.Refusal);
        }
    }

    [Fact]
    public void A_recorded_stream_that_is_cut_never_looks_finished()
    {
        foreach (var recording in RecordedStreams())
        {
            var chunks = GeminiRecordedWalk.ChunksOf(recording);
            for (var kept = 0; kept < chunks.Count; kept++)
            {
                var walk = GeminiRecordedWalk.Of(chunks.Take(kept));
                var stream = GeminiSupport.Sse([.. chunks.Take(kept).Select(static chunk => GeminiDescription.Canonical(chunk))]);
                Assert.Equal((recording.Id, kept, walk.Finish is not null || walk.IsBlocked), (recording.Id, kept, GeminiSupport.Collect(stream).IsFinished));
            }
        }
    }

    [Fact]
    public void The_relay_sees_the_same_usage_finish_and_model_as_the_reader()
    {
        foreach (var recording in RecordedStreams())
        {
            var dialect = DialectOf(recording);
            var tap = dialect.CreateTap(GeminiSupport.Request([]));
            foreach (var chunk in GeminiRecordedWalk.ChunksOf(recording))
            {
                Assert.True(tap.Observe(default, System.Text.Encoding.UTF8.GetBytes(chunk.GetRawText())));
            }

            tap.End();
            var walk = GeminiRecordedWalk.Of(GeminiRecordedWalk.ChunksOf(recording));
            Assert.Equal((recording.Id, walk.FinishMeaning()), (recording.Id, tap.Notes.FinishReason));
            Assert.Equal(walk.Finish is not null || walk.IsBlocked, tap.IsFinished);
            walk.AssertUsage(tap.Notes.Usage, recording.Id);
            Assert.True(tap.Notes.HasOutput || walk.Finish is null, recording.Id);
        }
    }

    private static void AssertSame(Recording recording, Collected actual)
    {
        var walk = GeminiRecordedWalk.Of(GeminiRecordedWalk.ChunksOf(recording));
        Assert.Null(actual.Error);
        Assert.Equal((recording.Id, walk.Text), (recording.Id, actual.Text));
        Assert.Equal(walk.Thoughts, actual.Reasoning);
        Assert.Equal(walk.Calls.Select(static call => call.Name), actual.Calls.Select(static call => call.Name));
        if (!walk.HasPieces)
        {
            Assert.Equal(walk.Calls.Select(static call => call.Arguments), actual.Calls.Select(static call => GeminiDescription.Canonical(call.Arguments)));
        }

        Assert.All(actual.Calls, static call => Assert.NotEmpty(call.Id));
        Assert.Equal((recording.Id, walk.FinishMeaning()), (recording.Id, actual.Finish));
        Assert.Equal(walk.Finish is not null || walk.IsBlocked, actual.IsFinished);
        walk.AssertUsage(actual.Usage, recording.Id);
    }
}
