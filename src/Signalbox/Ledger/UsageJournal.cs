namespace Signalbox.Ledger;

/// <summary>The latest usage records, in memory. The total count goes on when old records leave.</summary>
internal sealed class UsageJournal(int capacity = UsageJournal.DefaultCapacity)
{
    public const int DefaultCapacity = 10_000;

    private readonly Queue<UsageRecord> _records = new();
    private readonly Lock _lock = new();
    private long _total;
    private int _open;

    /// <summary>How many chat requests are on their way now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>How many requests have been recorded since the process started.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>A chat request begins; <see cref="End"/> belongs to it.</summary>
    public void Begin() => Interlocked.Increment(ref _open);

    public void End() => Interlocked.Decrement(ref _open);

    public void Add(UsageRecord record)
    {
        lock (_lock)
        {
            _total++;
            _records.Enqueue(record);
            if (_records.Count > capacity)
            {
                _records.Dequeue();
            }
        }
    }

    /// <summary>The records that are kept, oldest first.</summary>
    public IReadOnlyList<UsageRecord> ToList()
    {
        lock (_lock)
        {
            return [.. _records];
        }
    }
}
