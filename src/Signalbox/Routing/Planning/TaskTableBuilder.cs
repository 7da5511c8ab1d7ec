using System.Collections.Frozen;

namespace Signalbox.Routing.Planning;

/// <summary>
/// Resolves a route's tables of tasks into ranks. A table may name models that the route does not list: they become targets that
/// serve that task only. The route's fallbacks are no table's business.
/// </summary>
internal sealed class TaskTableBuilder(List<Deployment> targets, bool isStrict)
{
    private readonly Dictionary<string, Dictionary<string, int>> _ranks = new(StringComparer.Ordinal);
    private readonly int _own = targets.Count;

    /// <summary>Adds an entry of a table: what a name in it stands for, all of the same rank.</summary>
    public void Add(string task, int rank, IEnumerable<Deployment> named)
    {
        if (!_ranks.TryGetValue(task, out var ranks))
        {
            _ranks.Add(task, ranks = new Dictionary<string, int>(StringComparer.Ordinal));
        }

        foreach (var deployment in named)
        {
            if (deployment.IsFallback || !ranks.TryAdd(deployment.FullName, rank))
            {
                continue;
            }

            if (!targets.Exists(target => !target.IsFallback && target.FullName == deployment.FullName))
            {
                targets.Add(deployment with { Strict = deployment.Strict || isStrict });
            }
        }
    }

    public TaskTable Build() => new(
        _ranks.ToFrozenDictionary(static table => table.Key, table => Ranks(table.Value), StringComparer.Ordinal),
        Ranks(null));

    private int[] Ranks(Dictionary<string, int>? table)
    {
        var ranks = new int[targets.Count];
        for (var i = 0; i < ranks.Length; i++)
        {
            var target = targets[i];
            var isNamed = table is not null && table.ContainsKey(target.FullName);
            if (target.IsFallback)
            {
                // A fallback that a table makes a model for its task would otherwise be tried twice.
                ranks[i] = isNamed && target.FallbackFor is null ? TaskTable.Unnamed : 0;
            }
            else if (table is null)
            {
                ranks[i] = i < _own ? 0 : TaskTable.Unnamed;
            }
            else
            {
                ranks[i] = isNamed ? table[target.FullName] : TaskTable.Unnamed;
            }
        }

        return ranks;
    }
}
