namespace Signalbox.Routing.Decisions;

/// <summary>
/// The latest decisions, in memory, by request id. A request's decision is here from its beginning, so an open stream can be asked
/// about. Threads meet only in an atomic counter; who asks for one decision, which is rare, looks through all.
/// </summary>
internal sealed class DecisionStore(int capacity = DecisionStore.DefaultCapacity)
{
    public const int DefaultCapacity = 10_000;

    private readonly DecisionRecord?[] _ring = new DecisionRecord?[capacity];
    private long _next;

    /// <summary>How many decisions are kept at most.</summary>
    public int Capacity => capacity;

    /// <summary>How many have been added since the process started.</summary>
    public long Total => Interlocked.Read(ref _next);

    /// <summary>Keeps a decision in place of the oldest one. A decision is added once.</summary>
    public void Add(DecisionRecord decision)
    {
        decision.Sequence = Interlocked.Increment(ref _next) - 1;
        ref var place = ref _ring[decision.Sequence % capacity];
        var displaced = Interlocked.Exchange(ref place, decision);
        while (displaced?.Sequence > decision.Sequence)
        {
            // The others have gone round the ring since this thread took its number: the newer one goes back.
            decision = displaced;
            displaced = Interlocked.Exchange(ref place, decision);
        }
    }

    /// <summary>The decision about this request; null where none is kept.</summary>
    public DecisionRecord? Find(string requestId)
    {
        DecisionRecord? found = null;
        foreach (ref var place in _ring.AsSpan())
        {
            if (Volatile.Read(ref place) is { } decision && decision.RequestId == requestId && !(found?.Sequence > decision.Sequence))
            {
                found = decision;
            }
        }

        return found;
    }

    /// <summary>The latest decisions, newest first.</summary>
    public List<DecisionRecord> Latest(int limit)
    {
        var next = Total;
        var least = Math.Max(0, next - Math.Min(limit, capacity));
        var latest = new List<DecisionRecord>((int)(next - least));
        for (var sequence = next - 1; sequence >= least; sequence--)
        {
            // A place that was counted and is not written yet, or that is already written over, is left out.
            if (Volatile.Read(ref _ring[sequence % capacity]) is { } decision && decision.Sequence == sequence)
            {
                latest.Add(decision);
            }
        }

        return latest;
    }
}
