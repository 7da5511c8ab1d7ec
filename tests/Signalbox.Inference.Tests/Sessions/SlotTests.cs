using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.SchedulerFixture;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class SlotTests
{
    [Fact]
    public void Slots_grow_with_the_queue_up_to_the_maximum()
    {
        using var fixture = new SchedulerFixture(minimum: 2, maximum: 4);
        Assert.Equal(2, fixture.Scheduler.Statistics.Slots);
        for (var i = 0; i < 7; i++)
        {
            fixture.Submit(Tokens(i, 5), maxTokens: 3);
        }

        fixture.Steps(1);

        Assert.Equal((4, 4, 3), (fixture.Scheduler.Statistics.Slots, fixture.Scheduler.Statistics.ActiveSlots, fixture.Scheduler.Statistics.Queued));
        Assert.Equal(4 * 4096, fixture.Scheduler.Statistics.CacheCapacity);
        fixture.Finish();
        Assert.Equal(4, fixture.Runner.LiveCaches);
    }

    [Fact]
    public void Slots_that_rest_for_a_minute_give_their_memory_back_down_to_the_minimum()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 4);
        for (var i = 0; i < 4; i++)
        {
            fixture.Submit(Tokens(i, 5));
        }

        fixture.Finish();
        fixture.Clock.Advance(TimeSpan.FromSeconds(59));
        fixture.Steps(1);
        Assert.Equal(4, fixture.Scheduler.Statistics.Slots);
        fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        fixture.Steps(1);
        Assert.Equal(1, fixture.Scheduler.Statistics.Slots);
        Assert.Equal(1, fixture.Runner.LiveCaches);
    }

    [Fact]
    public void A_slow_trickle_of_answers_does_not_keep_slots_that_it_does_not_need()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 4);
        for (var i = 0; i < 4; i++)
        {
            fixture.Submit(Tokens(i, 5));
        }

        fixture.Finish();
        var prompt = Tokens(0, 5);
        for (var i = 0; i < 30; i++)
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(10));
            fixture.Submit(prompt);
            fixture.Finish();
        }

        Assert.Equal(1, fixture.Scheduler.Statistics.Slots);
    }

    [Fact]
    public void When_the_system_has_no_memory_for_another_slot_the_answers_wait_for_those_that_are_there()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 4);
        fixture.Runner.CachesLeft = 1;
        var answers = Enumerable.Range(0, 5).Select(i => fixture.Submit(Tokens(i, 5))).ToArray();
        fixture.Finish();
        Assert.Equal(2, fixture.Scheduler.Statistics.Slots);
        var ends = answers.Select(answer => Read(answer).Last!.Value).ToArray();
        Assert.Equal(4, ends.Count(end => end.End == EndReason.Length));
        Assert.Equal(EngineFaultKind.Overloaded, Assert.Single(ends, end => end.Fault is not null).Fault!.Kind);
    }

    [Fact]
    public void A_full_queue_refuses_at_once_and_says_when_to_come_back()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 1, queue: 2);
        fixture.Submit(Tokens(1, 5));
        fixture.Submit(Tokens(2, 5));
        fixture.Submit(Tokens(3, 5));
        var refused = fixture.Scheduler.Submit(fixture.Create(Tokens(4, 5)));
        Assert.Equal(EngineFaultKind.Overloaded, refused?.Kind);
        Assert.Contains("try again", refused!.Message);
        fixture.Finish();
        Assert.Null(fixture.Scheduler.Submit(fixture.Create(Tokens(4, 5))));
    }

    [Fact]
    public void A_cancelled_answer_frees_its_slot_with_the_next_pass()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 1);
        var first = fixture.Submit(Tokens(1, 5), maxTokens: 1000);
        var second = fixture.Submit(Tokens(2, 5), maxTokens: 1);
        fixture.Steps(3);
        fixture.Scheduler.Cancel(first);
        fixture.Steps(1);
        Assert.Equal(FakeRunner.Expected(second.Prompt, 1), Read(second).Tokens);
        Assert.Equal(3, first.AnswerTokens);
        Assert.Equal(0, fixture.Scheduler.Statistics.ActiveSlots);
    }

    [Fact]
    public void A_cancelled_request_leaves_the_queue_at_once()
    {
        using var fixture = new SchedulerFixture(minimum: 1, maximum: 1, queue: 1);
        fixture.Submit(Tokens(1, 5));
        var waiting = fixture.Submit(Tokens(2, 5));
        Assert.NotNull(fixture.Scheduler.Submit(fixture.Create(Tokens(3, 5))));
        fixture.Scheduler.Cancel(waiting);
        Assert.Equal(1, fixture.Scheduler.Statistics.Queued);
        Assert.Null(fixture.Scheduler.Submit(fixture.Create(Tokens(3, 5))));
    }

    [Fact]
    public void A_pass_that_nobody_wants_any_more_is_broken_off()
    {
        using var fixture = new SchedulerFixture();
        var answer = fixture.Submit(Tokens(1, 50));
        var broken = false;
        fixture.Runner.DuringPass = cancel =>
        {
            fixture.Scheduler.Cancel(answer);
            broken = cancel.IsCancellationRequested;
        };
        fixture.Steps(1);
        Assert.True(broken);
        fixture.Runner.DuringPass = null;
        var next = fixture.Submit(Tokens(2, 5));
        fixture.Finish();
        Assert.Equal(FakeRunner.Expected(next.Prompt, 4), Read(next).Tokens);
    }

    [Fact]
    public void A_pass_that_somebody_still_wants_goes_on_when_another_is_cancelled()
    {
        using var fixture = new SchedulerFixture(minimum: 2);
        var leaving = fixture.Submit(Tokens(1, 5));
        var staying = fixture.Submit(Tokens(2, 5));
        var broken = false;
        fixture.Runner.DuringPass = cancel =>
        {
            fixture.Scheduler.Cancel(leaving);
            broken |= cancel.IsCancellationRequested;
        };
        fixture.Finish();
        Assert.False(broken);
        Assert.Equal(FakeRunner.Expected(staying.Prompt, 4), Read(staying).Tokens);
    }

    [Fact]
    public void The_end_token_ends_an_answer_and_is_not_part_of_it()
    {
        using var fixture = new SchedulerFixture();
        fixture.Runner.EndAt = 8;
        var answer = fixture.Submit(Tokens(1, 5), maxTokens: 100);
        fixture.Finish();
        var (tokens, last) = Read(answer);
        Assert.Equal(FakeRunner.Expected(answer.Prompt, 3), tokens);
        Assert.Equal((-1, EndReason.Stop), (last!.Value.Token, last.Value.End));
        Assert.Equal(3, answer.Usage.AnswerTokens);
    }

    [Fact]
    public void An_answer_ends_where_the_context_does()
    {
        using var fixture = new SchedulerFixture(context: 20);
        var answer = fixture.Submit(Tokens(1, 15), maxTokens: 100);
        fixture.Finish();
        var (tokens, last) = Read(answer);
        Assert.Equal((5, EndReason.Length), (tokens.Length, last!.Value.End));
    }
}
