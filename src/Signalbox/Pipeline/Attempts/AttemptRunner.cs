using Signalbox.Pipeline.Judging;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing.Planning;

namespace Signalbox.Pipeline.Attempts;

/// <summary>Step 7: does what a walk asks for, until an attempt has something for the caller or nothing is left to try.</summary>
internal sealed class AttemptRunner(ProviderServices services, Planner planner)
{
    private readonly TargetCaller _caller = new(services);
    private readonly AnswerJudge _judge = new(services);

    /// <summary>The attempt that has an answer, open up to its first useful output; or why there is none.</summary>
    public async Task<(Attempt? Attempt, FailedAnswer? Failure)> RunAsync(RequestContext context)
    {
        var plan = context.Decision.Plan!;
        using var calls = new RequestCalls(context, plan, services);
        do
        {
            if (await WalkAsync(plan, calls) is { } attempt)
            {
                return (attempt, null);
            }
        }
        while (await calls.MayGoOnAsync());

        return (null, calls.Refusal());
    }

    /// <summary>One walk through the plan.</summary>
    private async ValueTask<Attempt?> WalkAsync(RoutePlan plan, RequestCalls calls)
    {
        var walk = planner.Find(plan.Input.Strategy).Walk(plan);
        using var held = new HeldAnswers();
        StepResult? last = null;
        while (!calls.HasRunOut)
        {
            switch (walk.Next(last))
            {
                case RouteStep.Call call:
                    var result = await _caller.CallAsync(calls, plan, call);
                    if (result.Attempt is not { } attempt)
                    {
                        // What was passed over says nothing about the request; what was tried before may.
                        last = result.WasSkipped && last is not null ? last : new StepResult(result.Failure!.Error);
                        break;
                    }

                    if (!call.IsChecked)
                    {
                        return attempt;
                    }

                    held.Add(call.Candidate, attempt);
                    // The target has done its work; only the answer waits.
                    attempt.Place?.Dispose();
                    calls.IsHolding = true;
                    last = new StepResult(null, await _judge.JudgeAsync(calls, attempt));
                    break;
                case RouteStep.Serve serve:
                    return held.Take(serve.Candidate);
                default:
                    return null;
            }
        }

        // The time is up: what is there is better than nothing.
        return held.TakeBest();
    }
}
