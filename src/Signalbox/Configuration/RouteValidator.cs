using Signalbox.Configuration.Fields;
using Signalbox.Providers.Local;
using Signalbox.Configuration.Routes;
using Signalbox.Routing;
using Signalbox.Routing.Learning;

namespace Signalbox.Configuration;

/// <summary>Checks that every name in a route leads to a model, and that no route leads back to itself.</summary>
internal sealed class RouteValidator(SignalboxConfig config, ConfigReading reading)
{
    /// <summary>The route that exists without being written.</summary>
    public const string Auto = "auto";

    private const string LocalProvider = "local";

    private static readonly ConfigPath Routes = ConfigPath.Root.Field("routes");

    private enum Visit
    {
        Open,
        Done,
    }

    public void Check()
    {
        var canJudgeNames = !reading.HasErrorAt(ConfigPath.Root.Field("providers")) && !reading.HasErrorAt(ConfigPath.Root.Field("models"))
            && !reading.HasErrorAt(Routes);
        foreach (var (id, route) in config.Routes)
        {
            var path = Routes.Field(id);
            if (config.Models.ContainsKey(id))
            {
                reading.Error(path, $"{Words.Quote(id)} is the id of a model too, so a request that names it could mean either; rename one");
            }

            if (canJudgeNames)
            {
                CheckTargets(route.Models, path.Field("models"));
                CheckTargets(route.Fallbacks, path.Field("fallbacks"));
                foreach (var (task, targets) in route.Tasks)
                {
                    CheckTargets(targets, path.Field("tasks").Field(task));
                }

                foreach (var (reason, targets) in route.FallbacksFor)
                {
                    CheckTargets(targets, path.Field("fallbacksFor").Field(reason));
                }

                CheckModels(route, path);
            }

            if (route.Learned.Weights is { } weights && DifficultyWeights.TryLoad(weights, out var problem) is null)
            {
                reading.Error(path.Field("learned").Field("weights"), problem!);
            }

            foreach (var reason in route.FallbacksFor.Keys.Where(static reason => FallbackReasons.Find(reason) is null))
            {
                reading.Error(path.Field("fallbacksFor").Field(reason), $"unknown reason {Words.Quote(reason)}{Words.Suggest(reason, FallbackReasons.Words)}");
            }
        }

        CheckCycles();
        new RouteSettingsCheck(config, reading).Check(canJudgeNames);
    }

    private void CheckTargets(IReadOnlyList<string> targets, ConfigPath path)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            CheckTarget(targets[i], path.Item(i));
        }
    }

    // What a strategy gives a weight or a part to is a model: a route has none of its own, and a name that means nothing would count for nothing.
    private void CheckModels(RouteConfig route, ConfigPath path)
    {
        foreach (var name in route.Weights.Keys)
        {
            CheckModel(name, path.Field("weights").Field(name));
        }

        foreach (var name in route.Experiment.Shares.Keys)
        {
            CheckModel(name, path.Field("experiment").Field("shares").Field(name));
        }

        CheckModel(route.Experiment.Control, path.Field("experiment").Field("control"));
        CheckModel(route.Learned.Weak, path.Field("learned").Field("weak"));
        CheckModel(route.Learned.Strong, path.Field("learned").Field("strong"));
        CheckModel(route.Cascade.Checker, path.Field("cascade").Field("checker"));
    }

    private void CheckModel(string? name, ConfigPath path)
    {
        if (name is not null && !config.Models.ContainsKey(name) && (config.Routes.ContainsKey(name) || name == Auto))
        {
            reading.Error(path, $"{Words.Quote(name)} is a route; name a model");
        }
        else if (name is not null)
        {
            CheckTarget(name, path);
        }
    }

    private IEnumerable<string> LocalModels() => LocalModelFiles.List(config.Local).Select(static model => model.Name);

    private bool IsLocal(string target) => target.StartsWith(LocalProvider + "/", StringComparison.Ordinal) && LocalModels().Contains(target[(LocalProvider.Length + 1)..], StringComparer.Ordinal);

    /// <summary>Reports a name that leads neither to a model nor to a route.</summary>
    public void CheckTarget(string target, ConfigPath path)
    {
        if (config.Models.ContainsKey(target) || config.Routes.ContainsKey(target) || target == Auto)
        {
            return;
        }

        if (IsLocal(target))
        {
            return;
        }

        if (target == BuiltInModels.BankingModel)
        {
            reading.Warn(path, "the model local/banking is not in this build (there is no models/banking.gguf beside the executable); it is passed over");
            return;
        }

        var slash = target.IndexOf('/');
        if (slash < 0)
        {
            reading.Error(path, $"unknown model or route {Words.Quote(target)}{Words.Suggest(target, [.. config.Models.Keys.Concat(config.Routes.Keys).Append(Auto).Distinct(StringComparer.Ordinal)])}");
            return;
        }

        var provider = target[..slash];
        if (provider == LocalProvider)
        {
            string[] known = [.. LocalModels().Select(static name => $"{LocalProvider}/{name}")];
            reading.Error(path, $"unknown model {Words.Quote(target)}{(known.Length == 0 ? "; there is no file in local.folder and none under local.models" : Words.Suggest(target, known))}");
        }
        else if (!config.Providers.ContainsKey(provider))
        {
            reading.Error(path, $"unknown provider {Words.Quote(provider)}{Words.Suggest(provider, [.. config.Providers.Keys])}");
        }
        else if (slash == target.Length - 1)
        {
            reading.Error(path, $"{Words.Quote(target)} names a provider without a model; write {provider}/NAME");
        }
    }

    // Depth first with a stack of its own: a chain of routes is as long as its author likes, the thread's stack is not.
    private void CheckCycles()
    {
        var visits = new Dictionary<string, Visit>(StringComparer.Ordinal);
        var stack = new Stack<(string Id, IEnumerator<(string Target, ConfigPath Path)> Targets)>();
        foreach (var start in config.Routes.Keys)
        {
            if (visits.TryAdd(start, Visit.Open))
            {
                stack.Push((start, RoutesOf(start).GetEnumerator()));
            }

            while (stack.TryPeek(out var top))
            {
                if (!top.Targets.MoveNext())
                {
                    visits[top.Id] = Visit.Done;
                    stack.Pop();
                    continue;
                }

                var (target, path) = top.Targets.Current;
                if (visits.TryAdd(target, Visit.Open))
                {
                    stack.Push((target, RoutesOf(target).GetEnumerator()));
                }
                else if (visits[target] == Visit.Open)
                {
                    reading.Error(path, $"leads back to the route {Words.Quote(target)}, which would never end");
                }
            }
        }
    }

    private IEnumerable<(string Target, ConfigPath Path)> RoutesOf(string id)
    {
        var route = config.Routes[id];
        var path = Routes.Field(id);
        return Of(route.Models, path.Field("models")).Concat(Of(route.Fallbacks, path.Field("fallbacks")))
            .Concat(route.FallbacksFor.SelectMany(list => Of(list.Value, path.Field("fallbacksFor").Field(list.Key))));

        // A name that is a model's too was reported already and is not followed.
        IEnumerable<(string, ConfigPath)> Of(IReadOnlyList<string> targets, ConfigPath list) => targets
            .Select((target, i) => (target, list.Item(i)))
            .Where(t => config.Routes.ContainsKey(t.target) && !config.Models.ContainsKey(t.target));
    }
}
