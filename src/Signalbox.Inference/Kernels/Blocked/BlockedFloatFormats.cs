using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>A type of weights that is multiplied as F32.</summary>
internal unsafe interface IBlockedFloatFormat
{
    static abstract TensorType Type { get; }

    /// <summary>Whether the input is rounded to F16.</summary>
    static abstract bool Halves { get; }

    /// <summary>A part of one row (not aligned) as F32.</summary>
    static abstract void Widen(byte* row, int columns, float* values);

    /// <summary>A part of 16 rows, a multiple of 8 columns, straight into their half of a panel; needs 512-bit vectors.</summary>
    static abstract void Pack(byte* rows, nint rowBytes, int columns, float* panel);
}

internal readonly unsafe struct BlockedF32 : IBlockedFloatFormat
{
    public static TensorType Type => TensorType.F32;

    public static bool Halves => false;

    public static void Widen(byte* row, int columns, float* values) => Unsafe.CopyBlockUnaligned(values, row, (uint)columns * sizeof(float));

    public static void Pack(byte* rows, nint rowBytes, int columns, float* panel) => BlockedPacking.Transpose(rows, rowBytes, columns, (byte*)panel);
}

internal readonly unsafe struct BlockedF16 : IBlockedFloatFormat
{
    public static TensorType Type => TensorType.F16;

    public static bool Halves => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* row, int columns, float* values)
    {
        short* source = (short*)row;
        int i = 0;
        for (; i <= columns - 8; i += 8)
        {
            HalfBits.ToSingle(Vector128.Load(source + i)).Store(values + i);
        }

        for (; i < columns; i++)
        {
            values[i] = HalfBits.ToSingle((byte*)(source + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* rows, nint rowBytes, int columns, float* panel)
    {
        for (int column = 0; column < columns; column += 8, rows += 8 * sizeof(short), panel += 8 * BlockedProduct.PanelRows)
        {
            // A unit has two columns, the first in its lower half.
            (Vector512<uint> unit0, Vector512<uint> unit1, Vector512<uint> unit2, Vector512<uint> unit3) = BlockedPacking.LoadFour(rows, rowBytes);
            StoreTwo(panel, unit0.AsInt32());
            StoreTwo(panel + 2 * BlockedProduct.PanelRows, unit1.AsInt32());
            StoreTwo(panel + 4 * BlockedProduct.PanelRows, unit2.AsInt32());
            StoreTwo(panel + 6 * BlockedProduct.PanelRows, unit3.AsInt32());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTwo(float* panel, Vector512<int> halves)
    {
        Vector512<float> rescale = Vector512.Create(HalfBits.Rescale);
        (HalfBits.MovedPair(halves << 16) * rescale).Store(panel);
        (HalfBits.MovedPair(halves) * rescale).Store(panel + BlockedProduct.PanelRows);
    }
}

internal readonly unsafe struct BlockedBF16 : IBlockedFloatFormat
{
    public static TensorType Type => TensorType.BF16;

    public static bool Halves => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(byte* row, int columns, float* values)
    {
        ushort* source = (ushort*)row;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* rows, nint rowBytes, int columns, float* panel)
    {
        for (int column = 0; column < columns; column += 8, rows += 8 * sizeof(ushort), panel += 8 * BlockedProduct.PanelRows)
        {
            (Vector512<uint> unit0, Vector512<uint> unit1, Vector512<uint> unit2, Vector512<uint> unit3) = BlockedPacking.LoadFour(rows, rowBytes);
            StoreTwo(panel, unit0);
            StoreTwo(panel + 2 * BlockedProduct.PanelRows, unit1);
            StoreTwo(panel + 4 * BlockedProduct.PanelRows, unit2);
            StoreTwo(panel + 6 * BlockedProduct.PanelRows, unit3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTwo(float* panel, Vector512<uint> upperHalves)
    {
        (upperHalves << 16).AsSingle().Store(panel);
        (upperHalves & Vector512.Create(0xFFFF0000u)).AsSingle().Store(panel + BlockedProduct.PanelRows);
    }
}
