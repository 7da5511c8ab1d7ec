using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.SchedulerFixture;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class SchedulerFailureTests
{
    private static readonly EngineFault Closed = new(EngineFaultKind.Failed, "closed");

    [Fact]
    public void A_pass_that_breaks_ends_its_answers_with_a_fault_and_the_engine_goes_on()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 1);
        var broken = fixture.Submit(Tokens(1, 5));
        var waiting = fixture.Submit(Tokens(1, 5));
        fixture.Runner.DuringPass = _ => throw new InvalidOperationException("a bug");
        fixture.Steps(1);
        fixture.Runner.DuringPass = null;
        fixture.Finish();

        var fault = Read(broken).Last!.Value.Fault;
        Assert.Equal(EngineFaultKind.Failed, fault?.Kind);
        Assert.Contains("a bug", fault!.Message);
        Assert.Equal(FakeRunner.Expected(waiting.Prompt, 4), Read(waiting).Tokens);
        Assert.Equal(0, waiting.Usage.CachedTokens);
    }

    [Fact]
    public void A_cancellation_that_nobody_asked_for_is_a_failure_and_no_endless_loop()
    {
        using var fixture = new SchedulerFixture();
        var answer = fixture.Submit(Tokens(1, 5));
        fixture.Runner.DuringPass = _ => throw new OperationCanceledException();
        fixture.Finish();
        Assert.Equal(EngineFaultKind.Failed, Read(answer).Last!.Value.Fault?.Kind);
    }

    [Fact]
    public async Task Closing_ends_running_and_waiting_answers_with_the_reason()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 1);
        var running = fixture.Submit(Tokens(1, 5), maxTokens: 1000);
        var waiting = fixture.Submit(Tokens(2, 5));
        var inPass = new TaskCompletionSource();
        fixture.Runner.DuringPass = cancel =>
        {
            inPass.TrySetResult();
            cancel.WaitHandle.WaitOne();
        };
        var thread = new Thread(fixture.Scheduler.Run);
        thread.Start();
        await inPass.Task;

        fixture.Scheduler.Stop(Closed);
        thread.Join();

        Assert.Equal(Closed, Read(running).Last!.Value.Fault);
        Assert.Equal(Closed, Read(waiting).Last!.Value.Fault);
        Assert.Equal(Closed, fixture.Scheduler.Submit(fixture.Create(Tokens(3, 5))));
        fixture.Scheduler.Cancel(running);
    }

    [Fact]
    public async Task A_failure_of_the_scheduler_itself_is_told_to_everybody_and_to_all_who_come_later()
    {
        using var fixture = new SchedulerFixture(minimum: 2);
        var answer = fixture.Create(Tokens(1, 5));
        using var broken = new Scheduler(new FakeRunner { FailsOnClear = true }, new SchedulerOptions { ContextLength = 10 }, TimeProvider.System);
        Assert.Null(broken.Submit(answer));
        var thread = new Thread(broken.Run);
        thread.Start();
        while (!answer.Stream.TryRead(out var step) || step.End != EndReason.Fault)
        {
            await answer.Stream.WaitAsync();
        }

        thread.Join();
        Assert.True(broken.IsStopped);
        Assert.Equal(EngineFaultKind.Failed, broken.Submit(fixture.Create(Tokens(1, 5)))?.Kind);
    }

    [Fact]
    public void A_model_whose_numbers_are_broken_ends_the_answer_with_a_fault_and_its_cache_serves_nobody()
    {
        using var fixture = new SchedulerFixture();
        fixture.Runner.BrokenNumbers = true;
        var broken = fixture.Submit(Tokens(1, 5));
        fixture.Finish();
        var (tokens, last) = Read(broken);
        Assert.Empty(tokens);
        Assert.Equal(EngineFaultKind.Failed, last?.Fault?.Kind);
        Assert.Contains("numbers are broken", last!.Value.Fault!.Message);

        fixture.Runner.BrokenNumbers = false;
        var next = fixture.Submit(Tokens(1, 5));
        fixture.Finish();
        Assert.Equal(FakeRunner.Expected(next.Prompt, 4), Read(next).Tokens);
        Assert.Equal(0, next.Usage.CachedTokens);
    }

    [Fact]
    public void A_watcher_that_throws_ends_neither_the_answer_nor_the_engine()
    {
        using var fixture = new SchedulerFixture();
        var answer = fixture.Create(Tokens(1, 5), maxTokens: 1);
        using var watched = new Scheduler(new FakeRunner(), new SchedulerOptions { ContextLength = 100 }, TimeProvider.System)
        {
            PassEnded = (_, _) => throw new InvalidOperationException("a watcher's bug"),
        };
        Assert.Null(watched.Submit(answer));
        watched.Step();
        Assert.Equal(EndReason.Length, Read(answer).Last?.End);
        Assert.False(watched.IsStopped);
    }

    [Fact]
    public void A_reader_who_never_reads_stalls_nobody_and_costs_only_its_own_tokens()
    {
        using var fixture = new SchedulerFixture(minimum: 2);
        var unread = fixture.Submit(Tokens(1, 5), maxTokens: 2000);
        var other = fixture.Submit(Tokens(2, 5), maxTokens: 10);
        fixture.Steps(10);
        Assert.Equal(10, Read(other).Tokens.Length);
        fixture.Finish();
        Assert.Equal(FakeRunner.Expected(unread.Prompt, 2000), Read(unread).Tokens);
    }

    [Fact]
    public void A_step_of_generation_allocates_nothing_after_the_first_ones()
    {
        using var fixture = new SchedulerFixture(minimum: 4, maximum: 4);
        var answers = Enumerable.Range(0, 4).Select(i => fixture.Submit(Tokens(i, 5), maxTokens: 3000)).ToArray();
        fixture.Runner.Records = false;
        Step(fixture, answers, 500);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step(fixture, answers, 2000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Step(SchedulerFixture fixture, Answer[] answers, int count)
    {
        for (var i = 0; i < count; i++)
        {
            fixture.Scheduler.Step();
            foreach (var answer in answers)
            {
                answer.Stream.TryRead(out _);
            }
        }
    }
}
