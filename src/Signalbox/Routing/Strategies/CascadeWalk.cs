using Signalbox.Dialects;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>
/// Asks one model after the other. An answer below the threshold is held while a better model is asked; the last one streams
/// unjudged. When what follows fails, the best answer that is held is served: it was paid for, and it is more than nothing.
/// Fallbacks are for failures, not for answers that could be better.
/// </summary>
internal sealed class CascadeWalk(RoutePlan plan) : RouteWalk
{
    private static readonly RouteStep.GiveUp Nothing = new();
    private readonly double _threshold = plan.Input.Route.Cascade.Threshold;
    private int _next;
    private int _asked = -1;
    private int _held = -1;
    private double _heldVerdict;

    public override RouteStep Next(StepResult? last)
    {
        if (last is { Error: null })
        {
            // An answer that nothing could judge is served: what cannot be judged cannot be found wanting.
            if (last.Verdict is not { } verdict || verdict >= _threshold)
            {
                return new RouteStep.Serve(_asked);
            }

            Hold(verdict);
        }

        var place = Advance(last?.Error);
        if (place < 0)
        {
            return _held >= 0 ? new RouteStep.Serve(_held) : Nothing;
        }

        _asked = place;
        return new RouteStep.Call(place, IsChecked: HasBetter());
    }

    // A later answer is of a stronger model, so it wins a tie.
    private void Hold(double verdict)
    {
        if (_held < 0 || verdict >= _heldVerdict)
        {
            (_held, _heldVerdict) = (_asked, verdict);
        }
    }

    private int Advance(GatewayError? error)
    {
        for (; _next < plan.Order.Length; _next++)
        {
            var place = plan.Order[_next];
            if (_held >= 0 ? IsBetter(place) : IsAllowed(error, plan.Candidates[place].Deployment))
            {
                _next++;
                return place;
            }
        }

        return -1;
    }

    // Dearer and worse than what is held is no step up.
    private bool IsBetter(int place) =>
        !plan.Candidates[place].Deployment.IsFallback && plan.Candidates[place].Quality >= plan.Candidates[_held].Quality;

    private bool IsAllowed(GatewayError? error, Deployment next) =>
        OrderedWalk.Allows(error, next) || (error is null && plan.Presumed is { } presumed && next.FallbackFor == presumed);

    private bool HasBetter()
    {
        if (plan.Candidates[_asked].Deployment.IsFallback)
        {
            return false;
        }

        for (var i = _next; i < plan.Order.Length; i++)
        {
            var later = plan.Candidates[plan.Order[i]];
            if (!later.Deployment.IsFallback && later.Quality >= plan.Candidates[_asked].Quality)
            {
                return true;
            }
        }

        return false;
    }
}
