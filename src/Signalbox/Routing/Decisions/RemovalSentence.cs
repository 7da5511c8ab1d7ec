using System.Globalization;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Decisions;

/// <summary>Why a candidate is out, as a word and as a sentence. Written only when somebody reads a decision.</summary>
internal static class RemovalSentence
{
    public static string? Word(Removal removal) => removal switch
    {
        Removal.None => null,
        Removal.Capability => "capability",
        Removal.ContextWindow => "context_window",
        Removal.Sensitivity => "sensitivity",
        Removal.KeyPermission => "key_permission",
        Removal.MaxCost => "max_cost",
        Removal.MaxLatency => "max_latency",
        Removal.Health => "health",
        Removal.PriceUnknown => "price_unknown",
        Removal.Task => "task",
        _ => "strategy",
    };

    public static string? Of(in Candidate candidate, PlanInput input)
    {
        var (needs, has) = (candidate.RemovalNeeds, candidate.RemovalHas);
        return candidate.Removal switch
        {
            Removal.None => null,
            Removal.Capability => "it lacks something that the request needs",
            Removal.ContextWindow => needs > 0
                ? Text($"the request needs {needs:N0} tokens and its context window has {has:N0}")
                : "prompt and answer do not fit its context window",
            Removal.Sensitivity => "the request is confidential and it is not local",
            Removal.KeyPermission => "the caller's key may not use it",
            Removal.MaxCost => needs > 0 ? Text($"it would cost ${needs:0.######}, more than the limit of ${has:0.######}") : "it costs more than is allowed",
            Removal.MaxLatency => needs > 0 ? Text($"it took {needs:N0} ms to begin lately, more than the limit of {has:N0} ms") : "it was slower than is allowed",
            Removal.Health => "it rests after failures",
            Removal.PriceUnknown => "its price is not known, and a limit on costs applies",
            Removal.Task => $"the route does not name it for the task {input.Task}",
            _ => $"the strategy {input.Strategy} has no use for it here",
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
