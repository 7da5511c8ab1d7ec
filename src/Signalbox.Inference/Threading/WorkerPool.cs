using System.Diagnostics;

namespace Signalbox.Inference.Threading;

/// <summary>
/// Threads of the engine's own, so that long products do not starve the thread pool that serves requests. One caller at a time: the
/// thread that calls <see cref="Run"/> works too. Workers spin briefly for the next piece of work, then sleep.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>How long a thread spins before it sleeps: longer than the gap between two products of a pass, too short to be seen as load.</summary>
    private static readonly long SpinTicks = Stopwatch.Frequency / 1_000_000 * 50;

    private readonly object _gate = new();
    private readonly long _yieldTicks;
    private readonly Thread[] _workers;
    private delegate*<void*, int, int, void> _body;
    private void* _state;
    private int _generation;
    private int _pending;
    private int _sleepers;
    private int _running;
    private bool _callerSleeps;
    private bool _stopping;

    /// <param name="threads">The caller included; 1 starts no thread.</param>
    /// <param name="patience">
    /// How much longer threads look for work before they sleep, offering their core to others meanwhile; not at all by default. For long work with short
    /// gaps: a virtual machine's scheduler may wake a thread on the core that its waker goes on to use, although another is idle.
    /// </param>
    public WorkerPool(int threads, TimeSpan patience = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        _yieldTicks = (long)(patience.TotalSeconds * Stopwatch.Frequency);
        _workers = new Thread[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            var worker = new Thread(Work, 256 * 1024) { IsBackground = true, Name = $"signalbox-engine-{i + 1}" };
            try
            {
                worker.Start(i + 1);
            }
            catch
            {
                // The system has no thread left: those that run already must not outlive this.
                _workers = _workers[..i];
                Dispose();
                throw;
            }

            _workers[i] = worker;
        }
    }

    /// <summary>The caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/> once on every thread and returns when all have ended. Allocates nothing.</summary>
    /// <param name="body">Gets the state, its own number from 0, and the number of threads. Must not throw, nor call this.</param>
    /// <param name="state">Anything that lives until this returns.</param>
    public void Run(delegate*<void*, int, int, void> body, void* state)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException("The pool already runs something: give each caller a pool of its own, or let one wait for the other.");
        }

        if (_workers.Length == 0)
        {
            body(state, 0, 1);
        }
        else
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _body = body;
            _state = state;
            _pending = _workers.Length;
            WakeWorkers();
            body(state, 0, Threads);
            AwaitWorkers();
        }

        Volatile.Write(ref _running, 0);
    }

    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        WakeWorkers();
        foreach (var worker in _workers)
        {
            worker.Join();
        }
    }

    /// <summary>
    /// The increment is a full fence, and so is a sleeper's count of itself: either it is seen here, or the sleeper sees the new generation.
    /// </summary>
    private void WakeWorkers()
    {
        Interlocked.Increment(ref _generation);
        if (Volatile.Read(ref _sleepers) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void AwaitWorkers()
    {
        var start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _pending) > 0)
        {
            if (KeepsLooking(start))
            {
                continue;
            }

            // A worker that takes this long may have lost its core: sleeping offers it this one.
            lock (_gate)
            {
                Volatile.Write(ref _callerSleeps, true);
                Interlocked.MemoryBarrier();
                while (Volatile.Read(ref _pending) > 0)
                {
                    Monitor.Wait(_gate);
                }

                _callerSleeps = false;
            }
        }
    }

    /// <summary>Passes a moment, unless it is time to sleep.</summary>
    private bool KeepsLooking(long start)
    {
        var waited = Stopwatch.GetTimestamp() - start;
        if (waited < SpinTicks)
        {
            Thread.SpinWait(4);
            return true;
        }

        if (waited < SpinTicks + _yieldTicks)
        {
            Thread.Yield();
            return true;
        }

        return false;
    }

    private void Work(object? number)
    {
        var thread = (int)number!;
        for (var seen = 1; ; seen++)
        {
            AwaitGeneration(seen);
            if (_stopping)
            {
                return;
            }

            _body(_state, thread, Threads);
            if (Interlocked.Decrement(ref _pending) == 0 && Volatile.Read(ref _callerSleeps))
            {
                lock (_gate)
                {
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    /// <summary>Generations cannot be missed: the caller waits for every worker before it begins the next.</summary>
    private void AwaitGeneration(int wanted)
    {
        var start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _generation) != wanted)
        {
            if (KeepsLooking(start))
            {
                continue;
            }

            lock (_gate)
            {
                Interlocked.Increment(ref _sleepers);
                while (Volatile.Read(ref _generation) != wanted)
                {
                    Monitor.Wait(_gate);
                }

                Interlocked.Decrement(ref _sleepers);
            }
        }
    }
}
