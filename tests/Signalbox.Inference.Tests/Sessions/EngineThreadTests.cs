using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.SchedulerFixture;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class EngineThreadTests
{
    [Fact]
    public async Task Many_callers_at_once_get_their_own_answers_whatever_others_cancel()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 5, queue: 1000);
        var thread = new Thread(fixture.Scheduler.Run);
        thread.Start();
        var beginning = Tokens(0, 50);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var i = 0; i < 40; i++)
            {
                int[] prompt = [.. beginning, .. Tokens(random.Next(6), random.Next(1, 30))];
                var count = random.Next(1, 30);
                var stopAfter = random.Next(4) == 0 ? random.Next(count) : count;
                var answer = fixture.Submit(prompt, count, owner: (caller % 4).ToString());
                var tokens = await ReadAsync(fixture, answer, stopAfter);
                Assert.Equal(FakeRunner.Expected(prompt, stopAfter), tokens);
            }
        })));

        fixture.Scheduler.Stop(new EngineFault(EngineFaultKind.Failed, "closed"));
        thread.Join();
        Assert.Equal((0, 0), (fixture.Scheduler.Statistics.ActiveSlots, fixture.Scheduler.Statistics.Queued));
    }

    private static async Task<List<int>> ReadAsync(SchedulerFixture fixture, Answer answer, int stopAfter)
    {
        var tokens = new List<int>();
        while (tokens.Count < stopAfter)
        {
            if (!answer.Stream.TryRead(out var step))
            {
                await answer.Stream.WaitAsync();
                continue;
            }

            tokens.Add(step.Token);
        }

        fixture.Scheduler.Cancel(answer);
        return tokens;
    }
}
