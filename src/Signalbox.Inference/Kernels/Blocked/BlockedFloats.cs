using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>Panels of F32, F16 and BF16 weights, as F32.</summary>
internal static unsafe class BlockedFloats
{
    /// <summary>Columns packed at a time: a panel of them takes 32 KiB.</summary>
    private const int Columns = 256;

    private const int PanelRows = BlockedProduct.PanelRows;

    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static void F32(BlockedTask* task) => Run<BlockedF32>(task);

    public static void F16(BlockedTask* task) => Run<BlockedF16>(task);

    public static void BF16(BlockedTask* task) => Run<BlockedBF16>(task);

    [SkipLocalsInit]
    private static void Run<TFormat>(BlockedTask* task)
        where TFormat : struct, IBlockedFloatFormat
    {
        byte* buffer = stackalloc byte[(PanelRows + BlockedPacking.Rows) * Columns * sizeof(float) + 64];
        float* panel = (float*)(((nint)buffer + 63) & ~63);
        float* rows = panel + PanelRows * Columns;
        float* input = TFormat.Halves ? task->Input->Halves : task->Input->Values;
        for (int column = 0; column < task->Columns; column += Columns)
        {
            int columns = Math.Min(Columns, task->Columns - column);
            Pack<TFormat>(task, column, columns, panel, rows);
            BlockedFloatProduct.Multiply(panel, columns, input + column, task->Input->Columns, task->Input->Rows, task->Output, task->Stride, task->Rows, column == 0);
        }
    }

    /// <summary>Rows that the panel has and the matrix does not repeat the last one; their products are dropped.</summary>
    private static void Pack<TFormat>(BlockedTask* task, int column, int columns, float* panel, float* rows)
        where TFormat : struct, IBlockedFloatFormat
    {
        for (int first = 0; first < PanelRows; first += BlockedPacking.Rows)
        {
            int present = Math.Clamp(task->Rows - first, 1, BlockedPacking.Rows);
            byte* half = task->Weights + Math.Min(first, task->Rows - 1) * task->RowBytes + (nint)TensorTypes.RowBytes(TFormat.Type, column);
            BlockedPacking.PrefetchNext(task, TFormat.Type, half, present, column, columns, Columns);
            if (present == BlockedPacking.Rows && columns % 8 == 0 && BlockedPacking.IsDirect(TFormat.Type))
            {
                TFormat.Pack(half, task->RowBytes, columns, panel + first);
                continue;
            }

            for (int row = 0; row < BlockedPacking.Rows; row++)
            {
                TFormat.Widen(half + Math.Min(row, present - 1) * task->RowBytes, columns, rows + row * columns);
            }

            BlockedPacking.Transpose((byte*)rows, columns * sizeof(float), columns, (byte*)(panel + first));
        }
    }
}
