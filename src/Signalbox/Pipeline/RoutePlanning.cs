using Signalbox.Dialects;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Pipeline;

/// <summary>Steps 3 and 5: what the request is, which deployments could serve it, and in which order they are tried.</summary>
internal sealed class RoutePlanning(ProviderServices services, Planner planner)
{
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
        decision.Plan = planner.Plan(Input(context, route), Candidates(route));
        return null;
    }

    private PlanInput Input(RequestContext context, RouteTargets route) => new()
    {
        Route = route.Settings,
        Strategy = route.Settings.Strategy ?? "ordered",
        Now = services.Time.GetUtcNow(),
    };

    private static Candidate[] Candidates(RouteTargets route)
    {
        var candidates = new Candidate[route.Targets.Count];
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = new Candidate { Deployment = route.Targets[i], Place = i, Quality = route.Targets[i].Quality ?? 0.5 };
        }

        return candidates;
    }
}
