using Signalbox.Configuration.Routes;
using Signalbox.Routing;
using Signalbox.Routing.Strategies;

namespace Signalbox.Experiments;

/// <summary>The experiments that a configuration asks for: its routes of the strategy <c>ab</c> with two models or more to split callers among.</summary>
internal static class ExperimentPlans
{
    public static IEnumerable<(string Route, ExperimentPlan Plan)> Of(GatewaySnapshot snapshot)
    {
        foreach (var (id, route) in snapshot.Config.Routes)
        {
            if (route.Strategy == "ab" && snapshot.Find(id) is { } targets && Of(id, route.Experiment, targets) is { Arms.Count: > 1 } plan)
            {
                yield return (id, plan);
            }
        }
    }

    private static ExperimentPlan Of(string route, ExperimentConfig experiment, RouteTargets targets)
    {
        var weights = targets.Targets.Where(static target => !target.IsFallback)
            .Select(target => (Target: target, Weight: Shares.WeightOf(experiment.Shares, target)))
            .Where(static pair => pair.Weight > 0).ToList();
        var sum = weights.Sum(static pair => pair.Weight);
        var control = weights.FindIndex(pair => experiment.Control == pair.Target.Id || experiment.Control == pair.Target.FullName);
        return new ExperimentPlan
        {
            Arms = [.. weights.Select(pair => new ExperimentArm(pair.Target.FullName, pair.Target.Id, pair.Weight / sum))],
            Seed = experiment.Seed ?? route,
            By = experiment.By,
            Metric = experiment.Metric,
            Control = Math.Max(0, control),
        };
    }
}
