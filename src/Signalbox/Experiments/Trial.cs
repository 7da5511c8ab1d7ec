using Signalbox.Routing.Planning;

namespace Signalbox.Experiments;

/// <summary>
/// An experiment that is going on: one epoch of one route. Requests add to its sums under a lock that is held for a few additions; whoever
/// wants verdicts takes a copy.
/// </summary>
internal sealed class Trial
{
    private readonly Lock _lock = new();
    private readonly ExperimentState _start;
    private readonly ArmTally[] _tallies;
    private long _ineligible;
    private long _refused;

    public Trial(ExperimentState start, ExperimentPlan plan)
    {
        _start = start;
        Plan = plan;
        _tallies = [.. start.Tallies.Select(static tally => tally with { })];
        (_ineligible, _refused) = (start.Ineligible, start.Refused);
    }

    public ExperimentPlan Plan { get; }

    public DateTimeOffset StartedAt => _start.StartedAt;

    /// <summary>
    /// The arm that the experiment has assigned, whoever answered (intention to treat); null where the plan is not of this experiment. An arm
    /// that was resting is assigned all the same. <paramref name="isEligible"/> is false where the request itself ruled an arm out, so that chance
    /// had no say.
    /// </summary>
    public int? PlaceOf(RoutePlan plan, out bool isEligible)
    {
        isEligible = true;
        var (assigned, best, arms) = (-1, double.NegativeInfinity, 0);
        foreach (ref readonly var candidate in plan.Candidates.AsSpan())
        {
            if (candidate.Deployment.IsFallback || candidate.Band > 0)
            {
                continue;
            }

            var place = Plan.PlaceOf(candidate.Deployment.FullName);
            if (place < 0)
            {
                return null;
            }

            arms++;
            isEligible &= candidate.Removal is Removal.None or Removal.Health or Removal.MaxLatency;
            if (candidate.Score > best)
            {
                (assigned, best) = (place, candidate.Score);
            }
        }

        return arms == Plan.Arms.Count ? assigned : null;
    }

    public void Count(int place, RequestResult result)
    {
        lock (_lock)
        {
            _tallies[place].Count(result);
        }
    }

    public void CountIneligible() => Interlocked.Increment(ref _ineligible);

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void CountFeedback(int place, double score, double? before)
    {
        lock (_lock)
        {
            _tallies[place].Count(score, before);
        }
    }

    public ExperimentState ToState()
    {
        lock (_lock)
        {
            return _start with
            {
                IsActive = true,
                Plan = Plan,
                Tallies = [.. _tallies.Select(static tally => tally with { })],
                Ineligible = Interlocked.Read(ref _ineligible),
                Refused = Interlocked.Read(ref _refused),
            };
        }
    }
}
