namespace Signalbox.Inference.Sessions;

/// <summary>
/// Jobs that wait for a slot. The next one is that of the owner with the fewest jobs in slots; among equals, of the owner who was served
/// longest ago. Not thread-safe: the scheduler's lock guards it.
/// </summary>
internal sealed class RequestQueue
{
    private readonly List<Entry> _waiting = [];
    private readonly Dictionary<string, Owner> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<Job, Owner> _running = [];
    private long _turn;

    public int Count => _waiting.Count;

    public void Add(Job job)
    {
        var owner = job.Owner is not { } name ? new Owner(null, _turn) : _owners.TryGetValue(name, out var known) ? known : _owners[name] = new Owner(name, _turn);
        owner.Jobs++;
        _waiting.Add(new Entry(job, owner));
    }

    /// <summary>Takes a waiting job out again.</summary>
    public bool Remove(Job job)
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].Job == job)
            {
                Forget(_waiting[i].Owner);
                _waiting.RemoveAt(i);
                return true;
            }
        }

        return false;
    }

    /// <summary>The job whose turn it is; null when none waits. It counts for its owner until <see cref="Release"/>.</summary>
    public Job? Take()
    {
        if (_waiting.Count == 0)
        {
            return null;
        }

        var next = 0;
        for (var i = 1; i < _waiting.Count; i++)
        {
            var (owner, best) = (_waiting[i].Owner, _waiting[next].Owner);
            if (owner.Running < best.Running || (owner.Running == best.Running && owner.Turn < best.Turn))
            {
                next = i;
            }
        }

        var entry = _waiting[next];
        _waiting.RemoveAt(next);
        entry.Owner.Running++;
        entry.Owner.Turn = ++_turn;
        _running.Add(entry.Job, entry.Owner);
        return entry.Job;
    }

    /// <summary>A job that was taken has ended.</summary>
    public void Release(Job job)
    {
        if (_running.Remove(job, out var owner))
        {
            owner.Running--;
            Forget(owner);
        }
    }

    private void Forget(Owner owner)
    {
        if (--owner.Jobs == 0 && owner.Name is { } name)
        {
            _owners.Remove(name);
        }
    }

    private readonly record struct Entry(Job Job, Owner Owner);

    /// <summary>Starts at the turn of its arrival, so that a newcomer is not served before those who have waited since.</summary>
    private sealed class Owner(string? name, long turn)
    {
        public string? Name => name;

        public long Turn { get; set; } = turn;

        public int Running { get; set; }

        public int Jobs { get; set; }
    }
}
