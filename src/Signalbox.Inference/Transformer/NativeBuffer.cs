using System.Runtime.InteropServices;

namespace Signalbox.Inference.Transformer;

/// <summary>Memory outside of the garbage collector's, aligned to 64 bytes. Pages of a large one cost nothing until they are written.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private void* _memory;

    public NativeBuffer(long bytes)
    {
        Bytes = bytes;
        _memory = NativeMemory.AlignedAlloc(checked((nuint)Math.Max(64, bytes)), 64);
    }

    ~NativeBuffer() => Free();

    public long Bytes { get; private set; }

    public byte* Data => (byte*)_memory;

    public float* Floats => (float*)_memory;

    public static NativeBuffer OfFloats(long rows, long columns) => new(checked(rows * columns * sizeof(float)));

    /// <summary>Makes it at least this large; what it held is lost when it grows.</summary>
    public void Ensure(long bytes)
    {
        if (bytes <= Bytes)
        {
            return;
        }

        Free();
        Bytes = 0;
        // In steps of two, so that a growing context does not make it grow with every token.
        var grown = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes);
        _memory = NativeMemory.AlignedAlloc((nuint)grown, 64);
        Bytes = grown;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
