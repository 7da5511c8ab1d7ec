using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Tests.Threading;

public sealed unsafe class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_thread_runs_the_body_once_per_dispatch(int threads)
    {
        using var pool = new WorkerPool(threads);
        var runs = stackalloc int[threads];
        for (var dispatch = 1; dispatch <= 3000; dispatch++)
        {
            pool.Run(&CountOwn, runs);
            for (var thread = 0; thread < threads; thread++)
            {
                Assert.Equal(dispatch, runs[thread]);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Workers_that_have_gone_to_sleep_are_woken(int patienceMilliseconds)
    {
        using var pool = new WorkerPool(3, TimeSpan.FromMilliseconds(patienceMilliseconds));
        var runs = stackalloc int[3];
        for (var dispatch = 1; dispatch <= 50; dispatch++)
        {
            // Far beyond the time that a worker spins.
            SpinWait.SpinUntil(static () => false, 2);
            pool.Run(&CountOwn, runs);
            Assert.Equal(dispatch, runs[2]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_caller_that_is_done_early_sleeps_until_the_last_worker_is(int patienceMilliseconds)
    {
        using var pool = new WorkerPool(2, TimeSpan.FromMilliseconds(patienceMilliseconds));
        var ended = stackalloc int[2];
        for (var dispatch = 1; dispatch <= 20; dispatch++)
        {
            pool.Run(&WorkerIsLate, ended);
            Assert.Equal(dispatch, ended[1]);
        }
    }

    [Fact]
    public void A_dispatch_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        var runs = stackalloc int[2];
        pool.Run(&CountOwn, runs);
        var mine = GC.GetAllocatedBytesForCurrentThread();
        for (var dispatch = 0; dispatch < 1000; dispatch++)
        {
            pool.Run(&CountOwn, runs);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - mine);
    }

    [Fact]
    public void A_disposed_pool_has_ended_its_threads_and_refuses_work()
    {
        var pool = new WorkerPool(4);
        var ids = stackalloc int[4];
        pool.Run(&NoteThread, ids);
        Assert.Equal(4, new HashSet<int> { ids[0], ids[1], ids[2], ids[3] }.Count);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => RunOnce(pool));
    }

    [Fact]
    public void A_second_caller_is_told_that_the_pool_is_taken()
    {
        using var pool = new WorkerPool(2);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var signals = new Signals(entered, leave);
        var handle = System.Runtime.InteropServices.GCHandle.Alloc(signals);
        try
        {
            var first = new Thread(() => pool.Run(&Hold, (void*)System.Runtime.InteropServices.GCHandle.ToIntPtr(handle)));
            first.Start();
            entered.Wait(TestContext.Current.CancellationToken);
            Assert.Throws<InvalidOperationException>(() => RunOnce(pool));
            leave.Set();
            first.Join();
        }
        finally
        {
            handle.Free();
        }
    }

    private sealed record Signals(ManualResetEventSlim Entered, ManualResetEventSlim Leave);

    private static void RunOnce(WorkerPool pool)
    {
        var runs = stackalloc int[8];
        pool.Run(&CountOwn, runs);
    }

    private static void CountOwn(void* state, int thread, int threads) => ((int*)state)[thread]++;

    private static void NoteThread(void* state, int thread, int threads) => ((int*)state)[thread] = Environment.CurrentManagedThreadId;

    private static void WorkerIsLate(void* state, int thread, int threads)
    {
        if (thread == 1)
        {
            SpinWait.SpinUntil(static () => false, 3);
        }

        ((int*)state)[thread]++;
    }

    private static void Hold(void* state, int thread, int threads)
    {
        if (thread == 0)
        {
            var signals = (Signals)System.Runtime.InteropServices.GCHandle.FromIntPtr((nint)state).Target!;
            signals.Entered.Set();
            signals.Leave.Wait();
        }
    }
}
