using Signalbox.Experiments;
using Signalbox.Ledger;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline;

/// <summary>Where it is written down what became of requests.</summary>
internal sealed record RequestBooks(UsageJournal Journal, DecisionStore Decisions, ExperimentBoard Experiments)
{
    /// <summary>A request begins.</summary>
    public void Open(RequestContext context)
    {
        Decisions.Add(context.Decision);
        Journal.Begin();
    }

    /// <summary>Nothing more is done for a request, even where writing down what became of it should fail.</summary>
    public void End() => Journal.End();

    /// <summary>A request has ended. What the gateway asks on a request's behalf is not an experiment's.</summary>
    public void Close(RequestContext context, UsageRecord record)
    {
        Journal.Add(record);
        if (context.Origin is null)
        {
            Experiments.Count(context.Decision, record);
        }
    }
}
