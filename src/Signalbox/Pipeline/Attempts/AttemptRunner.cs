using Signalbox.Dialects;
using Signalbox.Providers;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;

namespace Signalbox.Pipeline.Attempts;

/// <summary>Step 7: does what a walk asks for, until an attempt has something for the caller or nothing is left to try.</summary>
internal sealed class AttemptRunner(ProviderServices services, Planner planner)
{
    /// <summary>The attempt that has an answer, open up to its first useful output; or why there is none.</summary>
    public async Task<(Attempt? Attempt, FailedAnswer? Failure)> RunAsync(RequestContext context)
    {
        var plan = context.Decision.Plan!;
        var walk = planner.Find(plan.Input.Strategy).Walk(plan);
        FailedAnswer? failure = null;
        StepResult? last = null;
        while (walk.Next(last) is RouteStep.Call call)
        {
            var target = plan.Candidates[call.Candidate].Deployment;
            context.Deployment = target;
            var attempt = new Attempt(context, target, failure is null ? AttemptKind.First : AttemptKind.Fallback, services, context.Aborted);
            try
            {
                failure = await attempt.OpenAsync();
            }
            catch
            {
                attempt.Close(AttemptOutcome.Failed);
                attempt.Dispose();
                throw;
            }

            if (failure is null)
            {
                return (attempt, null);
            }

            attempt.Close(AttemptOutcome.Failed);
            attempt.Dispose();
            last = new StepResult(failure.Error);
        }

        return (null, failure ?? new FailedAnswer(NothingToTry(context)));
    }

    private static GatewayError NothingToTry(RequestContext context) => new(ErrorKind.NoCandidate,
        $"The route '{context.Targets!.Route}' has no model that can be used. List models for it in the configuration, or set a provider's key.");
}
