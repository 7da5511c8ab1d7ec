namespace Signalbox.Resilience;

/// <summary>One request that waits for a place at any of several deployments. Its lists are guarded by <see cref="CapacityQueue"/>.</summary>
internal sealed class CapacityWaiter(long arrival, (DeploymentState State, int Most)[] targets)
{
    private readonly long _arrival = arrival;
    private readonly TaskCompletionSource<CapacityPlace?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LinkedListNode<CapacityWaiter>[] _nodes = new LinkedListNode<CapacityWaiter>[targets.Length];

    public IReadOnlyList<(DeploymentState State, int Most)> Targets => targets;

    /// <summary>The place; null where the time was over first.</summary>
    public Task<CapacityPlace?> Task => _answer.Task;

    /// <summary>Whether it stood in line at all; there may have been too many.</summary>
    public bool HasWaited { get; private set; }

    public bool Grant(CapacityPlace place) => _answer.TrySetResult(place);

    public void GiveUp() => _answer.TrySetResult(null);

    /// <summary>Stands in every line, before those who came later.</summary>
    public void Enqueue()
    {
        HasWaited = true;
        for (var i = 0; i < targets.Length; i++)
        {
            var line = targets[i].State.Waiters;
            var before = line.Last;
            while (before is not null && before.Value._arrival > _arrival)
            {
                before = before.Previous;
            }

            _nodes[i] = before is null ? line.AddFirst(this) : line.AddAfter(before, this);
        }
    }

    public void Dequeue()
    {
        foreach (var node in _nodes)
        {
            node.List?.Remove(node);
        }
    }
}
