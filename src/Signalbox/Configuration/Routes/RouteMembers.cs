namespace Signalbox.Configuration.Routes;

/// <summary>Which models names in a route come to, as provider/upstream-name, so that two names of one model are the same.</summary>
internal static class RouteMembers
{
    /// <summary>The models behind the names; null where the catalog has a say in them, because the config alone does not tell.</summary>
    public static HashSet<string>? Of(IEnumerable<string> names, SignalboxConfig config)
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(names);
        while (open.TryPop(out var name))
        {
            if (!seen.Add(name))
            {
                continue;
            }

            if (config.Routes.TryGetValue(name, out var route))
            {
                Push(All(route), open);
            }
            else if (name == RouteValidator.Auto && config.Models.Count == 0)
            {
                return null;
            }
            else if (name == RouteValidator.Auto)
            {
                Push(config.Models.Keys, open);
            }
            else
            {
                members.Add(FullName(name, config));
            }
        }

        return members;
    }

    /// <summary>Every name that may serve a request of the route.</summary>
    public static IEnumerable<string> All(RouteConfig route) =>
        route.Models.Concat(route.Fallbacks).Concat(route.FallbacksFor.Values.SelectMany(static names => names)).Concat(route.Tasks.Values.SelectMany(static names => names));

    public static string FullName(string name, SignalboxConfig config) =>
        config.Models.TryGetValue(name, out var model) ? $"{model.Provider}/{model.Upstream}" : name;

    private static void Push(IEnumerable<string> names, Stack<string> open)
    {
        foreach (var name in names)
        {
            open.Push(name);
        }
    }
}
