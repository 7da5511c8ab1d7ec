using System.Diagnostics;
using Microsoft.Extensions.AI;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Ledger;

namespace Signalbox.FunctionalTests.Load;

/// <summary>Many streams through one gateway at once.</summary>
[CollectionDefinition(nameof(StreamLoadTests), DisableParallelization = true)]
[Collection(nameof(StreamLoadTests))]
public sealed class StreamLoadTests
{
    private const int Count = 500;
    private const int Floods = 6;

    /// <summary>Callers who hang up together. All of the machine's work on one batch is within the time that is measured.</summary>
    private const int Batch = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Five_hundred_streams_at_once_all_end_as_they_should_and_every_one_is_accounted_for()
    {
        var streams = Enumerable.Range(0, Count).Select(Create).ToList();
        var everybodyIsHere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(call => streams[LoadStream.NumberIn(call.Text)].ServeAsync(call, everybodyIsHere.Task));
        var providers = Wire.All.Select(wire => $"\"p-{wire}\":{{\"dialect\":\"{wire}\",\"baseUrl\":\"{upstream.BaseUrl("p-" + wire)}\"}}");
        await using var gateway = await GatewayHarness.StartAsync($"{{\"providers\":{{{string.Join(',', providers)}}}}}");

        // All of them are open before any of them gets an answer.
        var staying = streams.Where(static stream => !stream.Aborts).ToDictionary(static stream => stream, stream => stream.AskAsync(gateway));
        var leaving = streams.Where(static stream => stream.Aborts).ToList();
        var begun = leaving.Select(stream => stream.BeginAsync(gateway)).ToList();
        await Patience.For(Task.WhenAll(streams.Select(static stream => stream.Arrived)), $"{Count} calls at the providers");
        everybodyIsHere.SetResult();
        await Patience.For(Task.WhenAll(begun), "the first text of every stream that will be aborted");

        var slowest = await HangUpAsync(leaving, staying.Keys.Where(static stream => stream.IsSlow).ToList());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{leaving.Count} of {Count} aborted; the last upstream call to be cancelled took {slowest.TotalMilliseconds:0.0} ms after its caller's abort");
        Assert.True(slowest < Limit, $"an upstream call was cancelled {slowest.TotalMilliseconds:0.0} ms after its caller's abort");

        foreach (var stream in staying.Keys.Where(static stream => stream.IsSlow))
        {
            stream.Signal(stream.Upstream.Pieces.Count);
        }

        foreach (var (stream, answer) in staying)
        {
            MustBeWhole(stream, await Patience.For(answer, $"the end of stream {stream.Number}"));
        }

        await Patience.For(gateway.StopAsync(), "the gateway's stop, which waits for its requests");
        MustBeAccounted(gateway.Journal, leaving.Count);
        streams.ForEach(static stream => stream.Dispose());
    }

    /// <summary>A third hangs up. Half of the streams are relayed or translated between the two most used protocols, the rest mixes all.</summary>
    private static LoadStream Create(int number)
    {
        var (chat, messages) = (Wire.Of("openai-chat"), Wire.Of("anthropic-messages"));
        var mixed = number / 5;
        var (caller, upstream) = (number % 5) switch
        {
            0 or 1 => (chat, chat),
            2 or 3 => (messages, chat),
            _ => (Wire.All[mixed % Wire.All.Count], Wire.All[mixed / Wire.All.Count % Wire.All.Count]),
        };
        var aborts = number % 3 == 0;
        var pace = aborts && number < 3 * Floods ? Pace.Flood : aborts || number % 2 == 0 ? Pace.Slow : Pace.Fast;
        return new LoadStream(number, caller, upstream, pace, aborts);
    }

    /// <summary>Aborts batch by batch, while others stream on; gives the longest time until an upstream call was cancelled.</summary>
    private static async Task<TimeSpan> HangUpAsync(List<LoadStream> leaving, List<LoadStream> slow)
    {
        var slowest = TimeSpan.Zero;
        foreach (var (index, batch) in leaving.Chunk(Batch).Index())
        {
            slow[index % slow.Count].Signal();
            foreach (var stream in batch)
            {
                stream.HangUp();
            }

            foreach (var stream in batch)
            {
                var call = await stream.Arrived;
                await Patience.For(call.Aborted, $"the cancellation of stream {stream.Number} ({stream.Caller} to {stream.Upstream})");
                var elapsed = Stopwatch.GetElapsedTime(stream.HungUpAt, call.AbortedAt);
                slowest = elapsed > slowest ? elapsed : slowest;
            }
        }

        return slowest;
    }

    private static void MustBeWhole(LoadStream stream, CallerAnswer answer)
    {
        var walked = stream.Caller.WalkStream(answer.Text);
        Assert.Equal((200, false, Wire.SampleText, true, null), (answer.Status, answer.Broke, walked.Text.ToString(), walked.HasCleanEnd, walked.Error));
    }

    private static void MustBeAccounted(UsageJournal journal, int aborted)
    {
        var records = journal.ToList();
        Assert.Equal((Count, (long)Count), (records.Count, journal.Total));
        Assert.Equal(Count, records.Select(static record => record.RequestId).Distinct().Count());
        Assert.All(records, static record => Assert.True(record.Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 } && record.Error is null));
        var cancelled = records.Where(static record => record.IsCancelled).ToList();
        Assert.Equal(aborted, cancelled.Count);
        Assert.All(cancelled, static record => Assert.Null(record.FinishReason));
        // What the provider has not counted to the end is the gateway's estimate; a whole answer has the provider's own counts.
        Assert.All(cancelled, static record => Assert.True(record.IsEstimated, $"{record.Dialect} from {record.Model} is not marked as estimated"));
        Assert.All(records.Where(static record => !record.IsCancelled), static record =>
        {
            Assert.Equal((false, ChatFinishReason.Stop), (record.IsEstimated, record.FinishReason));
            Assert.Equal((9L, 2L), (record.Usage!.InputTokenCount, record.Usage.OutputTokenCount));
        });
        Assert.Contains(records, static record => record.Relayed && record.IsCancelled);
        Assert.Contains(records, static record => !record.Relayed && record.IsCancelled);
    }
}
