using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Routing.Strategies;

/// <summary>
/// The decision table, first row that fits: simple takes the cheapest that is good enough, a long prompt the most room, complex
/// the best, anything else a balance. Confidential requests have lost every model that is not local before any row is read.
/// </summary>
internal sealed class RulesStrategy : IRoutingStrategy
{
    /// <summary>What a model that reasons gains on one that does not, for complex requests.</summary>
    public const double ReasoningBonus = 0.05;

    public string Name => "rules";

    public bool FollowsTaskOrder => true;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        var rules = input.Route.Rules;
        var isConfidential = input.Sensitivity >= SensitivityLabel.Confidential;
        if (input.Difficulty < rules.SimpleBelow)
        {
            ScoreSimple(rules.SimpleQuality, candidates);
            return isConfidential ? "confidential: local models only; simple: the cheapest that is good enough first" : "simple: the cheapest that is good enough first";
        }

        if (input.InputTokens > rules.LongContextTokens)
        {
            ScoreRoom(candidates);
            return isConfidential ? "confidential: local models only; a long prompt: the most room first" : "a long prompt: the most room first";
        }

        if (input.Difficulty >= rules.ComplexFrom)
        {
            ScoreBest(input, candidates);
            return isConfidential ? "confidential: local models only; complex: the best first" : "complex: the best first";
        }

        BalancedStrategy.ScoreAll(input, candidates);
        return isConfidential ? "confidential: local models only; otherwise balanced" : "neither simple, long nor complex: balanced";
    }

    private static void ScoreSimple(double leastQuality, Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            CheapestStrategy.ScoreCost(ref candidate);
            if (Measure.Quality(in candidate) < leastQuality)
            {
                candidate.Band += 2;
            }
        }
    }

    private static void ScoreRoom(Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            // Less than one token in favour of quality, so that it decides between equal windows only.
            candidate.Score = (candidate.Deployment.Model.ContextWindow ?? 0) + (Measure.Quality(in candidate) / 4);
        }
    }

    private static void ScoreBest(PlanInput input, Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            var reasons = candidate.Deployment.Model.Capabilities.Reasoning != Catalog.ReasoningKind.None;
            candidate.Score = Measure.Quality(in candidate) + (reasons ? ReasoningBonus : 0)
                + (Measure.CacheBonus * Measure.CachedShare(input, in candidate));
        }
    }
}
