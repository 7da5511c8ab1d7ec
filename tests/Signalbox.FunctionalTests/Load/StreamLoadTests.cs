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

    /// <summary>Callers who hang up together. All of the machine's work on one batch is within the time that is measured.</summary>
    private const int Batch = 4;

    /// <summary>Streams before the load: the first exceptions of a process cost it a tenth of a second once, whatever throws them.</summary>
    private const int Warmups = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Five_hundred_streams_at_once_all_end_as_they_should_and_every_one_is_accounted_for()
    {
        var all = Enumerable.Range(0, Count + Warmups).Select(Create).ToList();
        var streams = all[..Count];
        var everybodyIsHere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(call =>
        {
            var number = LoadStream.NumberIn(call.Text);
            return all[number].ServeAsync(call, number < Count ? everybodyIsHere.Task : Task.CompletedTask);
        });
        var providers = Wire.All.Select(wire => $"\"p-{wire}\":{{\"dialect\":\"{wire}\",\"baseUrl\":\"{upstream.BaseUrl("p-" + wire)}\"}}");
        await using var gateway = await GatewayHarness.StartAsync($"{{\"providers\":{{{string.Join(',', providers)}}}}}");

        foreach (var stream in all[Count..])
        {
            await Patience.For(stream.BeginAsync(gateway), "the first text of a stream before the load");
            await HangUpAsync([stream], [stream]);
        }

        // All of them are open before any of them gets an answer.
        var staying = streams.Where(static stream => !stream.Aborts).ToDictionary(static stream => stream, stream => stream.AskAsync(gateway));
        var leaving = streams.Where(static stream => stream.Aborts).ToList();
        var begun = leaving.Select(stream => stream.BeginAsync(gateway)).ToList();
        await Patience.For(Task.WhenAll(streams.Select(static stream => stream.Arrived)), $"{Count} calls at the providers");
        everybodyIsHere.SetResult();
        await Patience.For(Task.WhenAll(begun), "the first text of every stream that will be aborted");

        var times = await HangUpAsync(leaving, staying.Keys.Where(static stream => stream.IsSlow).ToList());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{times.Count} of {Count} aborted; upstream calls were cancelled {times.Order().ElementAt(times.Count / 2).TotalMilliseconds:0.0} ms (median), "
            + $"{times.Max().TotalMilliseconds:0.0} ms (longest, the {times.IndexOf(times.Max()) + 1}th) after their callers' aborts");
        Assert.Equal(leaving.Count, times.Count);
        Assert.All(times, static time => Assert.InRange(time, TimeSpan.Zero, Limit));

        foreach (var stream in staying.Keys.Where(static stream => stream.IsSlow))
        {
            stream.Signal(stream.Upstream.Pieces.Count);
        }

        foreach (var (stream, answer) in staying)
        {
            MustBeWhole(stream, await Patience.For(answer, $"the end of stream {stream.Number}"));
        }

        await Patience.For(gateway.StopAsync(), "the gateway's stop, which waits for its requests");
        MustBeAccounted(gateway.Journal, leaving.Count + Warmups);
        all.ForEach(static stream => stream.Dispose());
    }

    [Theory]
    [InlineData("openai-chat", "openai-chat")]
    [InlineData("anthropic-messages", "openai-chat")]
    [InlineData("ollama", "gemini")]
    public async Task A_caller_who_does_not_read_and_hangs_up_cancels_a_provider_that_never_stops_sending(string caller, string upstream)
    {
        using var stream = new LoadStream(0, Wire.Of(caller), Wire.Of(upstream), Pace.Flood, aborts: true);
        await using var provider = await FakeUpstream.StartAsync(call => stream.ServeAsync(call, Task.CompletedTask));
        await using var gateway = await GatewayHarness.StartAsync(
            $"{{\"providers\":{{\"p-{upstream}\":{{\"dialect\":\"{upstream}\",\"baseUrl\":\"{provider.BaseUrl("p")}\"}}}}}}");
        await Patience.For(stream.BeginAsync(gateway), "the first text");

        // How long it takes is not measured here: the endless text keeps this process busy with itself.
        await HangUpAsync([stream], [stream]);

        await Patience.For(gateway.StopAsync(), "the gateway's stop, which waits for its requests");
        var record = Assert.Single(gateway.Journal.ToList());
        Assert.True(record is { IsCancelled: true, IsEstimated: true, Usage.OutputTokenCount: > 0 });
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
        var aborts = number % 3 == 0 || number >= Count;
        var pace = aborts || number % 2 == 0 ? Pace.Slow : Pace.Fast;
        return new LoadStream(number, caller, upstream, pace, aborts);
    }

    /// <summary>Aborts batch by batch, while others stream on; gives the time until each upstream call was cancelled.</summary>
    private static async Task<List<TimeSpan>> HangUpAsync(List<LoadStream> leaving, List<LoadStream> slow)
    {
        var times = new List<TimeSpan>();
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
                times.Add(Stopwatch.GetElapsedTime(stream.HungUpAt, call.AbortedAt));
            }
        }

        return times;
    }

    private static void MustBeWhole(LoadStream stream, CallerAnswer answer)
    {
        var walked = stream.Caller.WalkStream(answer.Text);
        Assert.Equal((200, false, Wire.SampleText, true, null), (answer.Status, answer.Broke, walked.Text.ToString(), walked.HasCleanEnd, walked.Error));
    }

    private static void MustBeAccounted(UsageJournal journal, int aborted)
    {
        var records = journal.ToList();
        Assert.Equal((Count + Warmups, (long)records.Count), (records.Count, journal.Total));
        Assert.Equal(records.Count, records.Select(static record => record.RequestId).Distinct().Count());
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
