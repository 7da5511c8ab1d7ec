using Signalbox.Dialects;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline;

/// <summary>Steps 2 to 5 of the road, and no further: what would become of a request. Nothing is sent.</summary>
internal sealed class DryRun(RequestProfiling profiling, RoutePlanning planning)
{
    /// <summary>The decision, or why the request could not even be planned. The context must be a dry run's.</summary>
    public (DecisionRecord? Decision, GatewayError? Error) Run(RequestContext context)
    {
        var decision = context.Decision;
        try
        {
            var error = RequestReading.Read(context) ?? profiling.Profile(context) ?? planning.Plan(context);
            if (decision.Plan is null)
            {
                return (null, error);
            }

            decision.Error = error;
            decision.Finish();
            return (decision, null);
        }
        finally
        {
            context.Document?.Dispose();
        }
    }

    /// <summary>A caller that no answer is ever brought to.</summary>
    internal sealed class Nobody : Caller
    {
        public override Task RefuseAsync(RequestContext context, FailedAnswer failure) => Task.CompletedTask;
    }
}
