using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Work that falls into parts which do not depend on each other: rows of tokens, blocks of columns, pieces of memory.</summary>
internal interface IRowWork
{
    void Take(int row);
}

/// <summary>Spreads such work over the pool's threads. What a part computes must not depend on which thread takes it.</summary>
internal static unsafe class RowLoop
{
    public static void Run<T>(WorkerPool pool, int rows, in T work)
        where T : unmanaged, IRowWork
    {
        var job = new Job<T> { Rows = rows, Work = work };
        pool.Run(&Take<T>, &job);
    }

    private static void Take<T>(void* state, int thread, int threads)
        where T : unmanaged, IRowWork
    {
        var job = (Job<T>*)state;
        for (var row = thread; row < job->Rows; row += threads)
        {
            job->Work.Take(row);
        }
    }

    private struct Job<T>
    {
        public int Rows;
        public T Work;
    }
}
