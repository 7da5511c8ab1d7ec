namespace Signalbox.Resilience;

/// <summary>
/// Places at deployments that take a limited number of requests at once, and the requests that wait for one, first come first
/// served. A place that becomes free goes to the one who has waited longest for it; nobody who comes later overtakes.
/// </summary>
internal sealed class CapacityQueue(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _arrivals;
    private int _waiting;

    /// <summary>Requests that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes a place at a deployment; null where it is full.</summary>
    public CapacityPlace? TryEnter(DeploymentState state, int? most)
    {
        if (most is not { } limit)
        {
            state.Enter();
            return new CapacityPlace(this, state, time);
        }

        lock (_lock)
        {
            if (state.Outstanding >= limit || state.Waiters.Count > 0)
            {
                return null;
            }

            state.Enter();
            return new CapacityPlace(this, state, time);
        }
    }

    /// <summary>A number that keeps a request's place in the order, however often it waits.</summary>
    public long Arrive() => Interlocked.Increment(ref _arrivals);

    /// <summary>Waits for a place at any of the deployments, or until the time is over (null). Null at once where too many wait already.</summary>
    public async ValueTask<CapacityPlace?> WaitAsync(CapacityWaiter waiter, TimeSpan most, int mostWaiting, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_waiting >= mostWaiting)
            {
                return null;
            }

            // Seen by whoever leaves before the places are looked at, or both would leave it to the other.
            Interlocked.Increment(ref _waiting);
            waiter.Enqueue();
            TryGrant(waiter);
        }

        using var timer = time.CreateTimer(static state => ((CapacityWaiter)state!).GiveUp(), waiter, most, Timeout.InfiniteTimeSpan);
        using var registration = cancel.UnsafeRegister(static state => ((CapacityWaiter)state!).GiveUp(), waiter);
        var place = await waiter.Task;
        lock (_lock)
        {
            Interlocked.Decrement(ref _waiting);
            waiter.Dequeue();
        }

        if (cancel.IsCancellationRequested)
        {
            place?.Dispose();
            cancel.ThrowIfCancellationRequested();
        }

        return place;
    }

    /// <summary>A place is free again: it goes to the first who waits for it.</summary>
    internal void Leave(DeploymentState state)
    {
        state.Leave();
        if (Volatile.Read(ref _waiting) == 0)
        {
            return;
        }

        lock (_lock)
        {
            while (state.Waiters.First is { Value: var first } && TryGrant(first))
            {
            }
        }
    }

    /// <summary>Gives a place where this waiter is next in line. True also where it has gone meanwhile, so that the next one is looked at.</summary>
    private bool TryGrant(CapacityWaiter waiter)
    {
        foreach (var (state, most) in waiter.Targets)
        {
            if (state.Outstanding < most && state.Waiters.First?.Value == waiter)
            {
                state.Enter();
                if (!waiter.Grant(new CapacityPlace(this, state, time)))
                {
                    state.Leave();
                }

                waiter.Dequeue();
                return true;
            }
        }

        return false;
    }
}

/// <summary>A place at a deployment, held from the first attempt to the end of the answer.</summary>
internal sealed class CapacityPlace(CapacityQueue queue, DeploymentState state, TimeProvider time) : IDisposable
{
    private readonly long _start = time.GetTimestamp();
    private int _isLeft;

    public DeploymentState State => state;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isLeft, 1) == 0)
        {
            state.NoteService(time.GetElapsedTime(_start), time.GetUtcNow());
            queue.Leave(state);
        }
    }
}
