using System.Threading.Tasks.Sources;

namespace Signalbox.Inference.Sessions;

/// <summary>One step of an answer before it has a text.</summary>
internal struct TokenStep
{
    /// <summary>-1 where the step only carries the end.</summary>
    public int Token;

    /// <summary>NaN where it was not asked for.</summary>
    public float LogProbability;

    public IReadOnlyList<(int Token, float LogProbability)>? Alternatives;

    /// <summary>Set on the last step.</summary>
    public EndReason? End;

    public EngineFault? Fault;
}

/// <summary>
/// Steps of one answer on their way from the engine's thread to one reader. The writer never waits: a reader who is slow costs at most the
/// memory of one answer's steps. Allocates only when the reader falls behind further than ever before.
/// </summary>
internal sealed class TokenStream : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _signal;
    private TokenStep[] _ring = new TokenStep[16];
    private int _head;
    private int _count;
    private bool _ended;
    private bool _waiting;
    private bool _woken;

    /// <summary>Whether the last step was written. Anything written later is dropped.</summary>
    public bool Ended
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    public void Write(in TokenStep step)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            if (_count == _ring.Length)
            {
                Grow();
            }

            _ring[(_head + _count++) & (_ring.Length - 1)] = step;
            _ended = step.End is not null;
        }

        Resume(look: false);
    }

    /// <summary>Takes the next step without waiting.</summary>
    public bool TryRead(out TokenStep step)
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                step = default;
                return false;
            }

            step = _ring[_head];
            _ring[_head] = default;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
            return true;
        }
    }

    /// <summary>Completes when a step may be there, or after <see cref="Wake"/>. One reader, one wait at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_count > 0 || _ended || _woken)
            {
                _woken = false;
                return ValueTask.CompletedTask;
            }

            _signal.Reset();
            _waiting = true;
            return new ValueTask(this, _signal.Version);
        }
    }

    /// <summary>Lets the reader look again, now or, where it is not waiting yet, when it would.</summary>
    public void Wake() => Resume(look: true);

    /// <param name="look">Whether a reader who does not wait must not wait next time: no step tells it why it was woken.</param>
    private void Resume(bool look)
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _woken |= look;
                return;
            }

            _waiting = false;
        }

        // The reader goes on in the thread pool: the engine's thread has no time for it. This object is the work item, so nothing is allocated.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _signal.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    private void Grow()
    {
        var ring = new TokenStep[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            ring[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        (_ring, _head) = (ring, 0);
    }
}
