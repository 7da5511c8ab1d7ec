namespace Signalbox.Routing.Planning;

/// <summary>A route's tables of tasks, resolved: for each task the rank of each of the route's targets.</summary>
/// <param name="ranks">By task, one rank for each target of the route.</param>
/// <param name="otherwise">Ranks for tasks that no table is about: models that only a table names are not for them.</param>
internal sealed class TaskTable(IReadOnlyDictionary<string, int[]> ranks, int[] otherwise)
{
    /// <summary>The rank of a target that may not serve a task.</summary>
    public const int Unnamed = -1;

    /// <summary>One rank for each target of the route, 0 the best.</summary>
    public ReadOnlySpan<int> RanksFor(string task) => ranks.TryGetValue(task, out var found) ? found : otherwise;
}
