using System.Runtime.CompilerServices;

namespace Signalbox.Inference.Gguf;

/// <summary>Reads forward through the bytes of a file and refuses to leave them. The machine is little endian, as the format is.</summary>
internal unsafe struct GgufCursor(byte* start, long length)
{
    public long Position { get; private set; }

    public readonly long Remaining => length - Position;

    public bool TryRead<T>(out T value)
        where T : unmanaged
    {
        if (Remaining < sizeof(T))
        {
            value = default;
            return false;
        }

        value = Unsafe.ReadUnaligned<T>(start + Position);
        Position += sizeof(T);
        return true;
    }

    /// <summary>A length and as many bytes.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> bytes)
    {
        if (!TryRead(out ulong count) || count > int.MaxValue || (long)count > Remaining)
        {
            bytes = default;
            return false;
        }

        bytes = new ReadOnlySpan<byte>(start + Position, (int)count);
        Position += (long)count;
        return true;
    }

    public bool TrySkip(ulong bytes)
    {
        if (bytes > (ulong)Remaining)
        {
            return false;
        }

        Position += (long)bytes;
        return true;
    }
}
