namespace Signalbox.Inference.Sessions;

/// <summary>
/// The slots of an engine: at least a minimum, more while jobs wait for one, up to a maximum. For the engine's thread only.
/// </summary>
internal sealed class SlotPool : IDisposable
{
    private readonly List<Slot> _slots = [];
    private readonly ModelRunner _runner;
    private readonly int _capacity;
    private readonly int _minimum;
    private int _maximum;

    /// <param name="runner">Makes the caches.</param>
    /// <param name="capacity">Positions of a slot.</param>
    /// <param name="minimum">Slots that are made now and always kept.</param>
    /// <param name="maximum">The most slots, as memory allows.</param>
    public SlotPool(ModelRunner runner, int capacity, int minimum, int maximum)
    {
        (_runner, _capacity, _minimum, _maximum) = (runner, capacity, minimum, maximum);
        try
        {
            for (var i = 0; i < minimum; i++)
            {
                _slots.Add(new Slot(runner.CreateCache(), capacity));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Count => _slots.Count;

    /// <summary>Falls when the system has no memory for another slot.</summary>
    public int Maximum => Volatile.Read(ref _maximum);

    public long CapacityPositions => (long)_slots.Count * _capacity;

    public long ComputedPositions
    {
        get
        {
            var sum = 0L;
            foreach (var slot in _slots)
            {
                sum += slot.Computed;
            }

            return sum;
        }
    }

    /// <summary>Whether slots beyond the minimum are there that may go one day.</summary>
    public bool CanShrink => _slots.Count > _minimum;

    /// <summary>Moves a job into an idle or a new slot; false when there is neither.</summary>
    public bool TryOccupy(Job job)
    {
        var mayReuse = _runner.IsCausal && !job.WantsStates;
        var slot = ChooseIdle(job, mayReuse) ?? Grow();
        slot?.Occupy(job, mayReuse);
        return slot is not null;
    }

    /// <summary>
    /// The longest beginning of the job's prompt that is computed in any slot, and the longest that some other job is computing now.
    /// </summary>
    public (Slot? Source, int Computed, int Coming) FindPrefix(Job job)
    {
        var (source, computed, coming) = ((Slot?)null, 0, 0);
        foreach (var slot in _slots)
        {
            var common = slot == job.Slot ? slot.Computed : slot.Common(job);
            var usable = Math.Min(common, slot.Computed);
            if (usable > computed || (usable == computed && slot == job.Slot))
            {
                (source, computed) = (slot, usable);
            }

            if (slot.Job is { Stage: JobStage.Prompt, Cancelled: false })
            {
                coming = Math.Max(coming, common);
            }
        }

        return (source, computed, coming);
    }

    /// <param name="job">In a slot.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="trusted">Whether what the slot holds may serve others.</param>
    public void Release(Job job, long now, bool trusted) => job.Slot!.Release(now, keep: trusted && _runner.IsCausal);

    /// <summary>Gives back the memory of slots that were idle since <paramref name="before"/>, the longest idle first.</summary>
    public void Shrink(long before)
    {
        while (_slots.Count > _minimum && LongestIdle() is { } slot && slot.IdleSince <= before)
        {
            _slots.Remove(slot);
            slot.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        _slots.Clear();
    }

    /// <summary>
    /// The idle slot that goes on with what it holds, where that is most of what it holds; else the one whose memory nobody wanted for the
    /// longest time, so that other conversations keep theirs.
    /// </summary>
    private Slot? ChooseIdle(Job job, bool mayReuse)
    {
        Slot? best = null;
        var longest = 0;
        foreach (var slot in _slots)
        {
            var usable = slot.Job is null && mayReuse ? slot.Usable(job) : 0;
            if (usable > longest && usable * 2 >= slot.Computed)
            {
                (best, longest) = (slot, usable);
            }
        }

        return best ?? LongestIdle();
    }

    private Slot? LongestIdle()
    {
        Slot? found = null;
        foreach (var slot in _slots)
        {
            if (slot.Job is null && (found is null || slot.IdleSince < found.IdleSince))
            {
                found = slot;
            }
        }

        return found;
    }

    private Slot? Grow()
    {
        if (_slots.Count >= _maximum)
        {
            return null;
        }

        try
        {
            var slot = new Slot(_runner.CreateCache(), _capacity);
            _slots.Add(slot);
            return slot;
        }
        catch (OutOfMemoryException)
        {
            // The system has less than the limit promised: go on with the slots that are there.
            Volatile.Write(ref _maximum, _slots.Count);
            return null;
        }
    }
}
