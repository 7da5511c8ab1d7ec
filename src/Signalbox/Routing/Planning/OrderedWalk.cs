using Signalbox.Dialects;

namespace Signalbox.Routing.Planning;

/// <summary>Tries the plan's candidates in order, moving on as far as the kind of failure allows (contract section 5).</summary>
internal sealed class OrderedWalk(RoutePlan plan) : RouteWalk
{
    private static readonly RouteStep.GiveUp Nothing = new();
    private int _next;

    public override RouteStep Next(StepResult? last)
    {
        for (; _next < plan.Order.Length; _next++)
        {
            var place = plan.Order[_next];
            if (IsNext(last?.Error, plan.Candidates[place].Deployment))
            {
                _next++;
                return new RouteStep.Call(place, HedgeWith: plan.Input.Route.Hedge.Enabled ? Following() : null);
            }
        }

        return Nothing;
    }

    /// <summary>Which failures another candidate may be tried for.</summary>
    public static bool Allows(GatewayError? error, Deployment next) =>
        next.FallbackFor is { } reason ? error?.Kind == reason : error is null || MovesOn(error, next);

    private static bool MovesOn(GatewayError error, Deployment next) => error.Kind switch
    {
        // The caller's own request is wrong everywhere, unless only the last target could not take it.
        ErrorKind.InvalidRequest => error.IsOfTarget,
        // Another model may have more room or other rules, where the route declares one for that.
        ErrorKind.ContextLength or ErrorKind.ContentFiltered => next.IsFallback,
        _ => true,
    };

    // What the plan presumes to have failed already makes the fallbacks for it ordinary ones.
    private bool IsNext(GatewayError? error, Deployment next) =>
        plan.Presumed is { } presumed && next.FallbackFor == presumed ? error is null || MovesOn(error, next) : Allows(error, next);

    private int? Following()
    {
        for (var i = _next; i < plan.Order.Length; i++)
        {
            if (plan.Candidates[plan.Order[i]].Deployment.FallbackFor is null)
            {
                return plan.Order[i];
            }
        }

        return null;
    }
}
