using System.Globalization;
using System.Text;

namespace Signalbox.Routing.Planning;

/// <summary>Why a candidate is out, as a word and as a clause. Made when somebody reads a decision, not when it is taken.</summary>
internal static class RemovalText
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

    /// <summary>A clause without a full stop, e.g. <c>needs 130,000 tokens, has room for 128,000</c>; null while it is in.</summary>
    public static string? Of(in Candidate candidate, PlanInput input) => candidate.Removal switch
    {
        Removal.None => null,
        Removal.Capability => Lacks((Lack)candidate.RemovalNeeds),
        Removal.ContextWindow => $"needs {Count(candidate.RemovalNeeds)} tokens, has room for {Count(candidate.RemovalHas)}",
        Removal.Sensitivity => "is not local, and the request is confidential",
        Removal.KeyPermission => "may not be used by the caller's key",
        Removal.MaxCost => $"costs about {Money(candidate.RemovalNeeds)}, allowed are {Money(candidate.RemovalHas)}",
        Removal.MaxLatency => $"began after {Count(candidate.RemovalNeeds)} ms on average, allowed are {Count(candidate.RemovalHas)} ms",
        Removal.Health => candidate.RemovalNeeds > 0
            ? $"is resting after failures: {Percent(candidate.RemovalNeeds)} of its last calls failed"
            : "is resting after failures",
        Removal.PriceUnknown => candidate.RemovalNeeds > 0
            ? $"has no known price, and at most {Money(candidate.RemovalNeeds)} may be spent"
            : "has no known price, and a budget applies",
        Removal.Task => $"is not named by the route for the task {input.Task}",
        _ => $"is of no use to the strategy {input.Strategy} here",
    };

    private static string Lacks(Lack lack)
    {
        var text = new StringBuilder();
        Add(Lack.Chat, "does not answer messages");
        Add(Lack.Image, "does not read images");
        Add(Lack.Audio, "does not read sound");
        Add(Lack.File, "does not read files");
        Add(Lack.Video, "does not read video");
        Add(Lack.Tools, "does not call tools");
        Add(Lack.ForcedTools, "cannot be made to call a tool");
        Add(Lack.JsonSchema, "does not hold its answer to a JSON schema");
        Add(Lack.Prefill, "does not go on with an answer that has begun");
        return text.Length > 0 ? text.ToString() : "lacks something that the request needs";

        void Add(Lack one, string words)
        {
            if ((lack & one) != 0)
            {
                text.Append(text.Length > 0 ? " and " : "").Append(words);
            }
        }
    }

    private static string Count(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Money(double number) => string.Create(CultureInfo.InvariantCulture, $"${number:0.######}");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
