using Polly;
using Signalbox.Providers;
using Signalbox.Routing.Planning;

namespace Signalbox.Resilience;

/// <summary>Does one step of a walk: calls a candidate with retries, and a second one beside it where the route hedges.</summary>
internal sealed class TargetCaller(ProviderServices services)
{
    private readonly Hedging _hedging = new(services.Time);

    /// <summary>An attempt with an answer that nothing was shown of yet, or why there is none. Throws where the caller has hung up.</summary>
    public async ValueTask<CallResult> CallAsync(RequestCalls calls, RoutePlan plan, RouteStep.Call step)
    {
        if (calls.FailureOf(step.Candidate) is { } before)
        {
            return before;
        }

        var first = calls.Create(step.Candidate, hold: step.IsChecked);
        var failed = calls.LastFailed;
        Outcome<CallResult> outcome;
        if (SecondOf(calls, plan, step, first) is { } hedged)
        {
            outcome = await _hedging.RunAsync(hedged, calls.Cancel);
            calls.Note(step.HedgeWith!.Value, hedged.SecondResult);
            calls.Note(step.Candidate, hedged.FirstResult);
        }
        else
        {
            outcome = await first.RunAsync(calls.Cancel);
            calls.Note(step.Candidate, outcome.Result);
        }

        outcome.ThrowIfException();
        var result = outcome.Result!;
        if (result.Attempt is not null && failed is { Call: { } call, Failure: { } failure })
        {
            services.Board.Notices.ServedByFallback(calls.Context.Targets!.Route, result.Call!.Target.FullName, call.Target.FullName, failure.Error);
        }

        return result;
    }

    /// <summary>The two calls of a step that may be hedged; null where it may not.</summary>
    private HedgedCalls? SecondOf(RequestCalls calls, RoutePlan plan, RouteStep.Call step, TargetCall first)
    {
        var config = plan.Input.Route.Hedge;
        if (step.IsChecked || step.HedgeWith is not { } second || calls.FailureOf(second) is not null || Hedging.DelayFor(calls, first, config) is not { } delay)
        {
            return null;
        }

        var route = services.Board.Hedges(calls.Context.Targets!.Route, config.MaxShare);
        route.Note(calls.Now);
        var other = calls.Create(second, isHedge: true);
        return new HedgedCalls(calls, first, other, delay, () => calls.TakeHedge(route, other.Target.State));
    }
}
