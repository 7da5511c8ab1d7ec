namespace Signalbox.Ledger;

/// <summary>The latest usage records, in memory. The total count goes on when old records leave.</summary>
internal sealed class UsageJournal(int capacity = UsageJournal.DefaultCapacity)
{
    public const int DefaultCapacity = 10_000;

    private readonly Queue<UsageRecord> _records = new();
    private readonly Lock _lock = new();
    private long _total;

    /// <summary>How many requests have been recorded since the process started.</summary>
    public long Total => Interlocked.Read(ref _total);

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
