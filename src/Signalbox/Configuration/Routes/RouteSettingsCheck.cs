using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Routes;

/// <summary>Finds settings of a route that contradict each other, or that would have no effect.</summary>
internal sealed class RouteSettingsCheck(SignalboxConfig config, ConfigReading reading)
{
    private const string Cascade = "cascade";

    /// <summary>Checks every route. Where a name may be wrong only because its section could not be read, <paramref name="canJudgeNames"/> is false.</summary>
    public void Check(bool canJudgeNames)
    {
        foreach (var (id, route) in config.Routes)
        {
            var path = ConfigPath.Root.Field("routes").Field(id);
            CheckThresholds(route.Rules, path.Field("rules"));
            CheckLearned(route.Learned, path.Field("learned"));
            CheckSums(route, path);
            CheckSections(route, path);
            if (canJudgeNames)
            {
                CheckMembers(route, path);
                CheckCount(route, path);
            }
        }
    }

    private void CheckThresholds(RulesConfig rules, ConfigPath path)
    {
        if (rules.SimpleBelow > rules.ComplexFrom && !reading.HasErrorAt(path.Field("simpleBelow")) && !reading.HasErrorAt(path.Field("complexFrom")))
        {
            reading.Error(path.Field("simpleBelow"), FormattableString.Invariant(
                $"is {rules.SimpleBelow} and more than complexFrom, {rules.ComplexFrom}; a request cannot be simple and complex at once"));
        }
    }

    private void CheckLearned(LearnedConfig learned, ConfigPath path)
    {
        if (learned is { Weak: { } weak, Strong: { } strong } && RouteMembers.FullName(weak, config) == RouteMembers.FullName(strong, config))
        {
            reading.Error(path.Field("strong"), $"{Words.Quote(strong)} is the weak model too; name two models to choose between");
        }

        if (learned is { StrongShare: not null, TargetQuality: not null })
        {
            reading.Error(path.Field("targetQuality"), "is given beside strongShare, and only one of them can decide; keep one");
        }
    }

    private void CheckSums(RouteConfig route, ConfigPath path)
    {
        CheckSum(route.Weights, path.Field("weights"));
        CheckSum(route.Experiment.Shares, path.Field("experiment").Field("shares"));
        if (route.Balance is { Cost: 0, Quality: 0, Latency: 0 })
        {
            reading.Error(path.Field("balance"), "cost, quality and latency are all 0, so nothing would count; give one of them more");
        }
    }

    private void CheckSum(IReadOnlyDictionary<string, double> weights, ConfigPath path)
    {
        // An entry that could not be read is missing here and may have been the one above 0.
        if (weights.Count > 0 && weights.Values.All(static weight => weight == 0) && !weights.Keys.Any(name => reading.HasErrorAt(path.Field(name))))
        {
            reading.Error(path, "are all 0, so nothing would be chosen; give one more, or leave them out to treat all alike");
        }
    }

    private void CheckSections(RouteConfig route, ConfigPath path)
    {
        CheckSection(Cascade, Cascade, IsChanged(route.Cascade));
        CheckSection("learned", "learned", route.Learned != new LearnedConfig());
        CheckSection("weights", "weighted", route.Weights.Count > 0);
        CheckSection("experiment", "ab", IsChanged(route.Experiment));

        void CheckSection(string section, string strategy, bool isChanged)
        {
            if (isChanged && route.Strategy is { } own && own != strategy)
            {
                reading.Warn(path.Field(section), $"is for the strategy {strategy}, and the route's is {own}; it counts only for requests that ask for {strategy}");
            }
        }
    }

    // Collections in records are compared by reference. Comparing what they print instead would build tables that most files do not need.
    private static bool IsChanged(CascadeConfig cascade)
    {
        var usual = new CascadeConfig();
        return cascade with { Checks = usual.Checks } != usual || !cascade.Checks.SequenceEqual(usual.Checks);
    }

    private static bool IsChanged(ExperimentConfig experiment)
    {
        var usual = new ExperimentConfig();
        return experiment with { Shares = usual.Shares } != usual || experiment.Shares.Count > 0;
    }

    // A name that means nothing was reported already; this is about names that mean a model elsewhere.
    private void CheckMembers(RouteConfig route, ConfigPath path)
    {
        var named = Named(route, path).Where(entry => entry.Name is not null && !reading.HasErrorAt(entry.Path)).ToList();
        if (named.Count == 0 || RouteMembers.Of(RouteMembers.All(route), config) is not { } members)
        {
            return;
        }

        foreach (var (name, place) in named.Where(entry => !members.Contains(RouteMembers.FullName(entry.Name!, config))))
        {
            reading.Warn(place, $"{Words.Quote(name!)} is not a model of this route, so this has no effect; add it to models, or leave this out");
        }
    }

    // A checker is not among them: it judges answers, and need not give any.
    private static IEnumerable<(string? Name, ConfigPath Path)> Named(RouteConfig route, ConfigPath path)
    {
        foreach (var name in route.Weights.Keys)
        {
            yield return (name, path.Field("weights").Field(name));
        }

        foreach (var name in route.Experiment.Shares.Keys)
        {
            yield return (name, path.Field("experiment").Field("shares").Field(name));
        }

        yield return (route.Experiment.Control, path.Field("experiment").Field("control"));
        yield return (route.Learned.Weak, path.Field("learned").Field("weak"));
        yield return (route.Learned.Strong, path.Field("learned").Field("strong"));
    }

    private void CheckCount(RouteConfig route, ConfigPath path)
    {
        if (route.Strategy == Cascade && IsOne(route.Models.Concat(route.Tasks.Values.SelectMany(static names => names))))
        {
            reading.Warn(path.Field("strategy"), "the route has one model, and a cascade needs a second to ask; add a better one to models");
        }

        if (route.Hedge.Enabled && IsOne(RouteMembers.All(route)))
        {
            reading.Warn(path.Field("hedge"), "the route has one model, and the second request goes to another; add one to models or fallbacks");
        }
    }

    private bool IsOne(IEnumerable<string> names) => RouteMembers.Of(names, config) is { Count: 1 };
}
