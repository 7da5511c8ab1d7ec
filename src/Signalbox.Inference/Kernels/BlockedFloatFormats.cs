using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels;

/// <summary>A type of weights that is multiplied as F32.</summary>
internal unsafe interface IBlockedFloatFormat
{
    /// <summary>Whether the input is rounded to F16.</summary>
    static abstract bool Halves { get; }

    /// <summary>Values of <paramref name="row"/> (its start in the file, not aligned) from <paramref name="column"/> on.</summary>
    static abstract void Widen(byte* row, int column, int columns, float* values);
}

internal readonly unsafe struct BlockedF32 : IBlockedFloatFormat
{
    public static bool Halves => false;

    public static void Widen(byte* row, int column, int columns, float* values) =>
        Unsafe.CopyBlockUnaligned(values, row + (long)column * sizeof(float), (uint)columns * sizeof(float));
}

internal readonly unsafe struct BlockedF16 : IBlockedFloatFormat
{
    public static bool Halves => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* row, int column, int columns, float* values)
    {
        ushort* source = (ushort*)row + column;
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i <= columns - 16; i += 16)
            {
                HalfBits.ToSingle(Vector256.Load((short*)source + i)).Store(values + i);
            }
        }

        for (; i <= columns - 8; i += 8)
        {
            HalfBits.ToSingle(Vector128.Load((short*)source + i)).Store(values + i);
        }

        for (; i < columns; i++)
        {
            values[i] = HalfBits.ToSingle((byte*)(source + i));
        }
    }
}

internal readonly unsafe struct BlockedBF16 : IBlockedFloatFormat
{
    public static bool Halves => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* row, int column, int columns, float* values)
    {
        ushort* source = (ushort*)row + column;
        int i = 0;
        for (; i <= columns - 16; i += 16)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Load(source + i));
            (lower << 16).AsSingle().Store(values + i);
            (upper << 16).AsSingle().Store(values + i + 8);
        }

        for (; i < columns; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source + i) << 16);
        }
    }
}
