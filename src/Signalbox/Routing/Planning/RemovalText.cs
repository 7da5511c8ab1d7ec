using System.Globalization;
using System.Text;

namespace Signalbox.Routing.Planning;

/// <summary>Says in words why a candidate is out. Made when somebody reads a decision, not when it is taken.</summary>
internal static class RemovalText
{
    /// <summary>A clause without a full stop, e.g. <c>needs 130,000 tokens, has room for 128,000</c>; empty while it is in.</summary>
    public static string Of(in Candidate candidate) => candidate.Removal switch
    {
        Removal.None => "",
        Removal.Capability => $"it {Lacks((Lack)candidate.RemovalNeeds)}",
        Removal.ContextWindow => $"needs {Count(candidate.RemovalNeeds)} tokens, has room for {Count(candidate.RemovalHas)}",
        Removal.Sensitivity => "the request is confidential and the model is not local",
        Removal.KeyPermission => "the key may not use it",
        Removal.MaxCost => $"costs about {Money(candidate.RemovalNeeds)}, allowed are {Money(candidate.RemovalHas)}",
        Removal.MaxLatency => $"began after {Count(candidate.RemovalNeeds)} ms on average, allowed are {Count(candidate.RemovalHas)} ms",
        Removal.Health => candidate.RemovalNeeds > 0
            ? $"is resting after failures: {Percent(candidate.RemovalNeeds)} of its last calls failed"
            : "is resting after failures",
        Removal.PriceUnknown => candidate.RemovalNeeds > 0
            ? $"its price is not known, and at most {Money(candidate.RemovalNeeds)} may be spent"
            : "its price is not known, and a budget applies",
        Removal.Task => "the route's table does not name it for this task",
        _ => "the strategy has no use for it here",
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
        return text.ToString();

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

    private static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal) switch
    {
        var text => text.Replace("%", " %", StringComparison.Ordinal),
    };
}
