using FsCheck;
using FsCheck.Fluent;
using Signalbox.Resilience;

namespace Signalbox.Tests.Resilience;

public class ShareBudgetTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whatever comes when, over the window there are never more extra calls than the minimum and the share of the requests.</summary>
    [Fact]
    public void The_budget_is_never_exceeded()
    {
        var steps = Gen.Zip(Gen.Choose(0, 3000), Gen.Elements(true, false)).ArrayOf();
        Prop.ForAll(steps.ToArbitrary(), Gen.Choose(0, 10).ToArbitrary(), static (steps, minimum) =>
        {
            const double Share = 0.2;
            var window = TimeSpan.FromSeconds(10);
            var slot = window / 10;
            var budget = new ShareBudget(Share, minimum, window);
            var now = Start;
            var requests = new List<long>();
            var extras = new List<long>();
            foreach (var (milliseconds, isRequest) in steps)
            {
                now += TimeSpan.FromMilliseconds(milliseconds);
                if (isRequest)
                {
                    budget.Note(now);
                    requests.Add(now.UtcTicks / slot.Ticks);
                }
                else if (budget.TryTake(now))
                {
                    extras.Add(now.UtcTicks / slot.Ticks);
                    var oldest = (now.UtcTicks / slot.Ticks) - 9;
                    if (extras.Count(at => at >= oldest) > minimum + (Share * requests.Count(at => at >= oldest)))
                    {
                        return false;
                    }
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Extra_calls_come_back_with_requests_and_with_time()
    {
        var budget = new ShareBudget(0.5, 1, TimeSpan.FromSeconds(10));
        Assert.True(budget.TryTake(Start));
        Assert.False(budget.TryTake(Start));
        budget.Note(Start);
        Assert.False(budget.TryTake(Start));
        budget.Note(Start);
        Assert.True(budget.TryTake(Start));
        Assert.False(budget.TryTake(Start.AddSeconds(9)));
        Assert.True(budget.TryTake(Start.AddSeconds(10)));
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again_and_a_clock_that_goes_back_gives_nothing()
    {
        var budget = new ShareBudget(0, 1, TimeSpan.FromSeconds(10));
        Assert.True(budget.TryTake(Start));
        budget.Return(Start);
        Assert.True(budget.TryTake(Start));
        Assert.False(budget.TryTake(Start.AddHours(-1)));
    }
}
