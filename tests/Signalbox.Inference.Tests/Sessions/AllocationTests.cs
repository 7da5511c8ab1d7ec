using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.LoadedEngine;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class AllocationTests
{
    [Fact]
    public async Task The_engines_thread_allocates_nothing_per_token_once_it_runs()
    {
        using var file = RandomModels.Create(new RandomModel { ContextLength = 4096 });
        Assert.True(EngineParts.TryLoad(file.Path, Options, out var parts, out var fault), fault?.Message);
        using var loaded = parts;
        // A vocabulary whose end token a random model does not choose.
        var endless = new FakeTokenizer(parts.Runner.VocabularySize);
        var answers = Enumerable.Range(1, 3).Select(i => new Answer(Request(Prompt(i, 5), 2000), endless, parts.Runner.VocabularySize, 4096)).ToArray();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (passes, early, late) = (0, 0L, 0L);
        using var scheduler = new Scheduler(parts.Runner, new SchedulerOptions { ContextLength = 4096, MinimumSlots = 3 }, TimeProvider.System)
        {
            PassEnded = (_, _) =>
            {
                // Read here, so that the thread pool has no part in it: its queue grows when other tests keep it busy.
                foreach (var answer in answers)
                {
                    answer.Stream.TryRead(out var _);
                }

                passes++;
                early = passes == 300 ? GC.GetAllocatedBytesForCurrentThread() : early;
                late = passes == 1800 ? GC.GetAllocatedBytesForCurrentThread() : late;
                if (passes == 1801)
                {
                    ended.SetResult();
                }
            },
        };
        Assert.All(answers, answer => Assert.Null(scheduler.Submit(answer)));
        var thread = new Thread(scheduler.Run);
        thread.Start();
        await ended.Task;
        scheduler.Stop(new EngineFault(EngineFaultKind.Failed, "closed"));
        thread.Join();

        Assert.InRange(passes, 1801, int.MaxValue);
        Assert.Equal(0, late - early);
    }
}
