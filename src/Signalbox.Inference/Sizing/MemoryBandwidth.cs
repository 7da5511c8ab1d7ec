using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Sizing;

/// <summary>How fast this machine reads memory: the limit of generation, which reads every weight for each token.</summary>
internal static unsafe class MemoryBandwidth
{
    private const long LeastSample = 64L << 20;
    private const long MostSample = 768L << 20;

    private const int Passes = 5;

    private const int Step = 512;

    /// <summary>
    /// How much to read so that the result holds for a model: as much as a token of it reads, for a small model stays in the processor's caches (of
    /// which servers share hundreds of megabytes) and a large one does not; not more than tells the two apart, nor a quarter of what is free.
    /// </summary>
    public static long SampleFor(long readBytes, MachineMemory machine) => Math.Max(Step, Math.Min(Math.Clamp(readBytes, LeastSample, MostSample), machine.AvailableBytes / 4));

    /// <summary>Bytes a second that all threads read together: the best of a few passes, for others only disturb. Takes less than half a second for 768 MiB.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="bytes">How much is read in each pass.</param>
    public static double Measure(WorkerPool pool, long bytes)
    {
        var share = Math.Max(Step, bytes / pool.Threads / Step * Step);
        var work = new Work { Data = (byte*)NativeMemory.AlignedAlloc((nuint)(share * pool.Threads), 4096), Share = share };
        try
        {
            // Every thread touches its own part first, as fresh pages are all the same one.
            pool.Run(&Fill, &work);
            var best = TimeSpan.MaxValue;
            for (var pass = 0; pass < Passes; pass++)
            {
                var watch = Stopwatch.StartNew();
                pool.Run(&Read, &work);
                best = watch.Elapsed < best ? watch.Elapsed : best;
            }

            return share * pool.Threads / Math.Max(best.TotalSeconds, 1e-9);
        }
        finally
        {
            NativeMemory.AlignedFree(work.Data);
        }
    }

    private static void Fill(void* state, int thread, int threads)
    {
        var work = (Work*)state;
        NativeMemory.Fill(work->Data + (thread * work->Share), (nuint)work->Share, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(void* state, int thread, int threads)
    {
        var work = (Work*)state;
        var from = work->Data + (thread * work->Share);
        var (a, b, c, d) = (Vector512<byte>.Zero, Vector512<byte>.Zero, Vector512<byte>.Zero, Vector512<byte>.Zero);
        for (var end = from + work->Share; from < end; from += Step)
        {
            a ^= Vector512.Load(from) ^ Vector512.Load(from + 64);
            b ^= Vector512.Load(from + 128) ^ Vector512.Load(from + 192);
            c ^= Vector512.Load(from + 256) ^ Vector512.Load(from + 320);
            d ^= Vector512.Load(from + 384) ^ Vector512.Load(from + 448);
        }

        // Without a use of the sum nothing would be read.
        if (Vector512.EqualsAll(a ^ b ^ c ^ d, Vector512.Create((byte)0xA5)))
        {
            work->Data[0] = 0;
        }
    }

    private struct Work
    {
        public byte* Data;
        public long Share;
    }
}
