namespace Signalbox.Pipeline;

/// <summary>
/// One attempt's cancellation: the caller hung up, or nothing came for too long. Bounds idle time, never the whole answer;
/// <see cref="Expect"/> starts the clock anew with each wait.
/// </summary>
internal sealed class AttemptDeadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private CancellationTokenSource _source;
    private volatile bool _abandoned;
    private bool _disposed;

    public AttemptDeadline(TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _timer = time.CreateTimer(static state => ((AttemptDeadline)state!).RunOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether it was the clock, not the caller, that ended the attempt.</summary>
    public bool TimedOut => _source.IsCancellationRequested && !_caller.IsCancellationRequested && !_abandoned;

    /// <summary>The next thing must happen within <paramref name="limit"/>.</summary>
    public void Expect(TimeSpan limit) => _timer.Change(limit, Timeout.InfiniteTimeSpan);

    /// <summary>Nothing is being waited for now.</summary>
    public void Rest() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>The attempt's answer is not wanted any more.</summary>
    public void Abandon()
    {
        _abandoned = true;
        RunOut();
    }

    /// <summary>The next attempt starts with a clock of its own, after this one may have run out.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            Rest();
            _source.Cancel();
            _source.Dispose();
            _source = CancellationTokenSource.CreateLinkedTokenSource(_caller);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
            _source.Cancel();
            _source.Dispose();
        }
    }

    /// <summary>A timer may fire while the attempt is being put away.</summary>
    private void RunOut()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _source.Cancel();
            }
        }
    }
}
