using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Configuration.Routes;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Routing.Decisions;

/// <summary>The words in which decisions are told; docs/decisions.md lists them.</summary>
internal static class DecisionWords
{
    public static string Of(RequestKind kind) => kind switch
    {
        RequestKind.Embedding => "embedding",
        RequestKind.TokenCount => "token_count",
        _ => "chat",
    };

    public static string Of(AttemptKind kind) => kind switch
    {
        AttemptKind.First => "first",
        AttemptKind.Retry => "retry",
        AttemptKind.Fallback => "fallback",
        AttemptKind.Hedge => "hedge",
        AttemptKind.Cascade => "cascade",
        _ => "continuation",
    };

    public static string Of(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Open => "open",
        AttemptOutcome.Served => "served",
        AttemptOutcome.Failed => "failed",
        _ => "wasted",
    };

    public static string Of(SensitivityLabel label) => label switch
    {
        SensitivityLabel.Public => "public",
        SensitivityLabel.Internal => "internal",
        _ => "confidential",
    };

    /// <summary>Null where the constraints left something to begin with.</summary>
    public static string? Of(LastResort resort) => resort switch
    {
        LastResort.None => null,
        LastResort.Resting => "resting",
        LastResort.NarrowContext => "narrow_context",
        LastResort.Emulation => "emulation",
        LastResort.ContextFallbacks => "context_fallbacks",
        _ => "nothing",
    };

    public static string Of(Locality locality) => locality == Locality.Local ? "local" : "cloud";

    /// <summary>What became of the request.</summary>
    public static string StateOf(DecisionRecord decision) => decision switch
    {
        { IsDryRun: true } => "not_sent",
        { IsFinished: false } => "open",
        { IsCancelled: true } => "cancelled",
        { ServedBy: null, Error: null } => "failed",
        { ServedBy: null } => "refused",
        { Error: not null } => "broken",
        _ => "answered",
    };

    public static string ComplexityOf(double difficulty, RulesConfig rules) =>
        difficulty < rules.SimpleBelow ? "simple" : difficulty < rules.ComplexFrom ? "moderate" : "complex";

    /// <summary>The flags of a request's needs, a word each.</summary>
    public static IEnumerable<string> Of(RequestNeeds needs)
    {
        if (needs.HasFlag(RequestNeeds.Tools))
        {
            yield return "tools";
        }

        if (needs.HasFlag(RequestNeeds.ForcedTools))
        {
            yield return "forced_tools";
        }

        if (needs.HasFlag(RequestNeeds.JsonSchema))
        {
            yield return "json_schema";
        }

        if (needs.HasFlag(RequestNeeds.Prefill))
        {
            yield return "prefill";
        }

        if (needs.HasFlag(RequestNeeds.Reasoning))
        {
            yield return "reasoning";
        }
    }

    public static IEnumerable<string> Of(Modalities modalities)
    {
        foreach (var modality in Enum.GetValues<Modalities>())
        {
            if (modality != Modalities.None && modalities.HasFlag(modality))
            {
                yield return modality.ToString().ToLowerInvariant();
            }
        }
    }
}
