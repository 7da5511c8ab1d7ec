using System.Security.Cryptography;
using Signalbox.Dialects;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Pipeline;

/// <summary>Steps 3 and 5: what the request is, which deployments could serve it, and in which order they are tried.</summary>
internal sealed class RoutePlanning(ProviderServices services, Planner planner)
{
    // Which requests explore, and who is first, is not to be foreseen; a plan that is repeated has the draw in its input.
    private readonly PlanChance _chance = new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));

    /// <summary>Writes the plan into the decision record. Null, or why there is none.</summary>
    public GatewayError? Plan(RequestContext context)
    {
        context.Sensitivity = SensitivityLabel.Public;
        var decision = context.Decision;
        decision.RequestedModel = context.Request.Model;
        context.Targets = context.Snapshot.Find(context.Request.Model);
        if (context.Targets is not { } route)
        {
            return context.Snapshot.NotFound(context.Request.Model);
        }

        decision.Route = route.Route;
        var input = Input(route);
        decision.Plan = planner.Plan(input, Candidates(route, input.Task, context.Request.Stream, input.Now));
        return PlanRefusal.Of(decision.Plan);
    }

    private PlanInput Input(RouteTargets route) => new()
    {
        Route = route.Settings,
        Strategy = route.Settings.Strategy ?? "ordered",
        Now = services.Time.GetUtcNow(),
        Task = route.Settings.Task ?? "chat",
        Draw = _chance.Draw(),
        Turn = _chance.Turn(route.Route),
    };

    private static Candidate[] Candidates(RouteTargets route, string task, bool stream, DateTimeOffset now)
    {
        var ranks = route.Tasks is { } table ? table.RanksFor(task) : [];
        var candidates = new Candidate[route.Targets.Count];
        for (var i = 0; i < candidates.Length; i++)
        {
            var target = route.Targets[i];
            candidates[i] = new Candidate { Deployment = target, Place = i, TaskRank = ranks.IsEmpty ? 0 : ranks[i], Quality = target.Quality ?? 0.5 };
            DeploymentBoard.Observe(ref candidates[i], stream, now);
        }

        return candidates;
    }
}
