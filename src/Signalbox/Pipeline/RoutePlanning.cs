using System.Security.Cryptography;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Tokens;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing;
using Signalbox.Routing.Planning;
using Signalbox.Routing.Profiles;

namespace Signalbox.Pipeline;

/// <summary>Step 5: which deployments could serve the request, and in which order they are tried.</summary>
internal sealed class RoutePlanning(ProviderServices services, Planner planner)
{
    private const int BytesPerToken = 5;

    /// <summary>What a chat template may add to a request.</summary>
    private const int TemplateTokens = 512;
    private const string ByKey = "key";
    private const string BySession = "session";
    private const string ByTag = "tag:";

    // Which requests explore, and who is first, is not to be foreseen; a plan that is repeated has the draw in its input.
    private readonly PlanChance _chance = new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
    private readonly ConversationBoard _conversations = new(services.Time);

    /// <summary>Writes the plan into the decision record. Null, or why there is none.</summary>
    public GatewayError? Plan(RequestContext context)
    {
        var decision = context.Decision;
        var route = context.Targets!;
        var served = IsSticky(route) ? _conversations.Find(context.Profile!.ConversationInProcess, route.Settings.Affinity.Ttl) : null;
        var input = Input(context, route, served);
        var candidates = Candidates(route, input, IsCounted(context, route) ? context.Profile : null, context.Request.Stream);
        served?.Mark(candidates);
        decision.Plan = planner.Plan(input, candidates);
        if (context.IsExplained)
        {
            _ = (input.Task, input.Difficulty);
            decision.Language = context.Profile!.Language;
        }

        return PlanRefusal.Of(decision.Plan, context.Inspection);
    }

    /// <summary>Notes who has the conversation in its cache now.</summary>
    public void Remember(RequestContext context, long? tokens)
    {
        if (context is { Profile: { } profile, Targets: { } route, Decision.ServedBy: { } servedBy } && IsSticky(route))
        {
            _conversations.Remember(profile.ConversationInProcess, servedBy, (int)Math.Min(tokens ?? 0, int.MaxValue));
        }
    }

    /// <summary>
    /// Whether anything depends on how many tokens there are exactly. Otherwise the length of the body will do: where the caller named one model and
    /// no limit, and on a route where the request is so short that it fits every window and every rule, however its text is cut into tokens.
    /// </summary>
    private static bool IsCounted(RequestContext context, RouteTargets route)
    {
        var (hints, profile, settings) = (context.Hints, context.Profile!, route.Settings);
        if (context.IsExplained || hints.MaxCostUsd is not null || context.Body.IsEmpty)
        {
            return true;
        }

        if (route.IsModel)
        {
            return false;
        }

        var most = (long)context.Body.Length + (profile.MaxOutputTokens ?? 0) + TemplateTokens;
        return profile.Input != Modalities.Text || settings.MaxCostUsd is not null || most > Math.Min(route.SmallestWindow, settings.Rules.LongContextTokens)
            || (hints.Strategy ?? settings.Strategy) == "cheapest";
    }

    private static bool IsSticky(RouteTargets route) => route.Targets.Count > 1 && route.Settings.Affinity.Enabled;

    private PlanInput Input(RequestContext context, RouteTargets route, ServedConversation? served)
    {
        var (profile, hints, settings) = (context.Profile!, context.Hints, route.Settings);
        var strategy = hints.Strategy ?? settings.Strategy ?? "ordered";
        var (strongNeeded, strongFrom) = strategy == "learned" ? Predict(context) : (double.NaN, 0.5);
        var isCounted = IsCounted(context, route);
        var tokens = isCounted ? profile.InputTokens(TokenizerFamily.O200k) : context.Body.Length / BytesPerToken;
        return new PlanInput
        {
            Route = settings,
            Strategy = strategy,
            Now = services.Time.GetUtcNow(),
            Profile = profile,
            StrongNeeded = strongNeeded,
            StrongFrom = strongFrom,
            InputTokens = tokens,
            InputTokensAtMost = isCounted ? profile.InputTokensAtMost(TokenizerFamily.O200k) : null,
            InputTokensAtLeast = tokens / 2,
            OutputTokens = Math.Min(profile.MaxOutputTokens ?? int.MaxValue, Expectations.UsualOutputTokens),
            MaxOutputTokens = profile.MaxOutputTokens ?? 0,
            IsModelNamed = route.IsModel,
            Input = profile.Input,
            Needs = profile.Needs,
            Sensitivity = context.Sensitivity,
            MaxCostUsd = hints.MaxCostUsd,
            MaxLatency = hints.MaxLatency,
            StickyKey = StickyKey(context, settings.Experiment.By),
            Draw = context.IsDryRun ? _chance.NextDraw() : _chance.Draw(),
            Turn = context.IsDryRun ? _chance.NextTurn(route.Route) : _chance.Turn(route.Route),
            LastServedBy = served?.By,
        };
    }

    private static (double Needed, double From) Predict(RequestContext context)
    {
        var settings = context.Targets!.Settings.Learned;
        var predictor = context.Snapshot.PredictorOf(settings);
        var from = settings.TargetQuality is { } quality ? predictor.ThresholdForQuality(quality) : predictor.ThresholdForShare(settings.StrongShare ?? 0.5);
        return (predictor.Predict(PromptText.Of(context.Request).Question).Score, from);
    }

    private static string? StickyKey(RequestContext context, string by)
    {
        if (by == ByKey)
        {
            return context.KeyId;
        }

        if (by == BySession)
        {
            return context.Profile!.ConversationKey;
        }

        foreach (var (name, value) in context.Hints.Tags)
        {
            if (by.Length == ByTag.Length + name.Length && by.EndsWith(name, StringComparison.Ordinal))
            {
                return value;
            }
        }

        return null;
    }

    private static Candidate[] Candidates(RouteTargets route, PlanInput input, RequestProfile? profile, bool stream)
    {
        var ranks = route.Tasks is { } table ? table.RanksFor(input.Task) : [];
        var candidates = new Candidate[route.Targets.Count];
        for (var i = 0; i < candidates.Length; i++)
        {
            var target = route.Targets[i];
            candidates[i] = new Candidate
            {
                Deployment = target,
                Place = i,
                TaskRank = ranks.IsEmpty ? 0 : ranks[i],
                Quality = target.Quality ?? 0.5,
                InputTokens = profile?.InputTokens(target.Tokenizer) ?? 0,
            };
            DeploymentBoard.Observe(ref candidates[i], stream, input.Now);
        }

        return candidates;
    }
}
