namespace Signalbox.Inference.Sessions;

/// <summary>
/// Where other threads meet the engine's: what was asked for, what was taken back, and the token that ends a pass nobody wants any more.
/// All members are safe for any thread; nothing is held while a pass runs.
/// </summary>
internal sealed class Intake(int maximumQueue) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly RequestQueue _queue = new();
    private CancellationTokenSource _passCancel = new();
    private EngineFault? _stopped;
    private int _running;
    private int _wanted;

    /// <summary>Why nothing is taken any more; null while the engine runs.</summary>
    public EngineFault? Stopped
    {
        get
        {
            lock (_gate)
            {
                return _stopped;
            }
        }
    }

    /// <summary>Jobs in slots, and jobs that wait for one.</summary>
    public (int Running, int Queued) Load
    {
        get
        {
            lock (_gate)
            {
                return (_running, _queue.Count);
            }
        }
    }

    /// <summary>Queues a job; the fault where the queue is full or the engine is closed.</summary>
    public EngineFault? Submit(Job job, int slots)
    {
        lock (_gate)
        {
            if (RefusalLocked(slots) is { } refusal)
            {
                return refusal;
            }

            _queue.Add(job);
        }

        Wake();
        return null;
    }

    /// <summary>The fault that <see cref="Submit"/> would give now, before anything is made for a job; null where it would take one.</summary>
    public EngineFault? Refusal(int slots)
    {
        lock (_gate)
        {
            return RefusalLocked(slots);
        }
    }

    /// <summary>Nobody waits for the job: it leaves the queue at once, or its slot when the running pass ends; a pass that nobody wants ends early.</summary>
    public void Cancel(Job job)
    {
        lock (_gate)
        {
            if (job.Cancelled)
            {
                return;
            }

            job.Cancel();
            if (_queue.Remove(job))
            {
                job.Stage = JobStage.Ended;
            }
            else if (job.InPass && --_wanted == 0)
            {
                _passCancel.Cancel();
            }
        }

        Wake();
    }

    /// <summary>Takes no more jobs and ends the running pass. The first reason stays.</summary>
    public void Stop(EngineFault fault)
    {
        lock (_gate)
        {
            if (_stopped is null)
            {
                _stopped = fault;
                _passCancel.Cancel();
                _wake.Set();
            }
        }
    }

    /// <summary>Lets the engine's thread look again. Once stopped it needs no waking, and may be gone.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_stopped is null)
            {
                _wake.Set();
            }
        }
    }

    /// <summary>Until something was asked for, taken back or stopped.</summary>
    public void Wait() => _wake.WaitOne();

    /// <summary>The job whose turn it is, if fewer than <paramref name="slots"/> run. It runs until <see cref="Release"/>.</summary>
    public Job? Take(int slots)
    {
        lock (_gate)
        {
            if (_running >= slots || _queue.Take() is not { } job)
            {
                return null;
            }

            _running++;
            return job;
        }
    }

    public void Release(Job job)
    {
        lock (_gate)
        {
            _running--;
            _queue.Release(job);
        }
    }

    /// <summary>From here to <see cref="EndPass"/> the token ends the pass when nobody is left who wants it.</summary>
    public CancellationToken BeginPass(List<Job> pass)
    {
        lock (_gate)
        {
            _wanted = 0;
            foreach (var job in pass)
            {
                job.InPass = true;
                _wanted += job.Cancelled ? 0 : 1;
            }

            if (_wanted == 0)
            {
                _passCancel.Cancel();
            }

            return _passCancel.Token;
        }
    }

    public void EndPass(List<Job> pass)
    {
        lock (_gate)
        {
            foreach (var job in pass)
            {
                job.InPass = false;
            }

            if (_passCancel.IsCancellationRequested && _stopped is null)
            {
                _passCancel.Dispose();
                _passCancel = new CancellationTokenSource();
            }
        }
    }

    private EngineFault? RefusalLocked(int slots) =>
        _stopped is not null || _queue.Count < maximumQueue + Math.Max(0, slots - _running)
            ? _stopped
            : new EngineFault(
                EngineFaultKind.Overloaded,
                $"All {slots} slots of the engine are busy and {_queue.Count} requests wait already; try again in a few seconds, or raise the slots or the queue of this model.");

    public void Dispose()
    {
        _wake.Dispose();
        _passCancel.Dispose();
    }
}
