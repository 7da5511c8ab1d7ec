using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>
/// Panels: 32-bit units (one F32, or four bytes) of 32 rows side by side, so that a vector holds the same columns of 16 (8, 4) rows.
/// Unit u of row r is at panel[u * 128 + r * 4] bytes.
/// </summary>
internal static unsafe class BlockedPacking
{
    /// <summary>Rows that are transposed at a time; a panel has two such halves.</summary>
    public const int Rows = 16;

    /// <summary>Bytes between two units of a row in a panel.</summary>
    public const int UnitBytes = 4 * BlockedProduct.PanelRows;

    /// <summary>Puts 16 rows of <paramref name="units"/> units each into their half of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(byte* rows, nint rowBytes, int units, byte* panel)
    {
        int unit = 0;
        if (Avx512F.IsSupported)
        {
            for (; unit <= units - 4; unit += 4)
            {
                (Vector512<uint> unit0, Vector512<uint> unit1, Vector512<uint> unit2, Vector512<uint> unit3) = LoadFour(rows + 4 * unit, rowBytes);
                Store(panel + unit * UnitBytes, unit0, unit1, unit2, unit3);
            }
        }

        for (; unit < units; unit++)
        {
            for (int row = 0; row < Rows; row++)
            {
                Unsafe.WriteUnaligned(panel + unit * UnitBytes + 4 * row, Unsafe.ReadUnaligned<uint>(rows + row * rowBytes + 4 * unit));
            }
        }
    }

    /// <summary>Whether rows of this type are packed here without an intermediate copy.</summary>
    public static bool IsDirect(TensorType type) => Avx512F.IsSupported && TensorTypes.BlockValues(type) <= 32;

    /// <summary>16 rows of Q4_0 or Q8_0 straight into their half of a panel, and their scales.</summary>
    /// <param name="type">Needs 512-bit vectors.</param>
    /// <param name="blocks">The first block of the first row; <paramref name="rowBytes"/> from there to the next row's.</param>
    /// <param name="rowBytes">Of the whole rows.</param>
    /// <param name="columns">A multiple of the block.</param>
    /// <param name="panel">[unit][32 rows].</param>
    /// <param name="scales">[block][32 rows].</param>
    public static void Direct(TensorType type, byte* blocks, nint rowBytes, int columns, byte* panel, float* scales)
    {
        if (type == TensorType.Q4_0)
        {
            PackQ4_0(blocks, rowBytes, columns, panel, scales);
        }
        else
        {
            PackQ8_0(blocks, rowBytes, columns, panel, scales);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackQ4_0(byte* blocks, nint rowBytes, int columns, byte* panel, float* scales)
    {
        Vector512<uint> low = Vector512.Create(0x0F0F0F0Fu);
        for (int column = 0; column < columns; column += 32, blocks += 18, panel += 8 * UnitBytes, scales += BlockedProduct.PanelRows)
        {
            Scales(blocks, rowBytes, scales);
            (Vector512<uint> unit0, Vector512<uint> unit1, Vector512<uint> unit2, Vector512<uint> unit3) = LoadFour(blocks + 2, rowBytes);
            Store(panel, unit0 & low, unit1 & low, unit2 & low, unit3 & low);
            Store(panel + 4 * UnitBytes, (unit0 >>> 4) & low, (unit1 >>> 4) & low, (unit2 >>> 4) & low, (unit3 >>> 4) & low);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackQ8_0(byte* blocks, nint rowBytes, int columns, byte* panel, float* scales)
    {
        Vector512<uint> sign = Vector512.Create(0x80808080u);
        for (int column = 0; column < columns; column += 32, blocks += 34, panel += 8 * UnitBytes, scales += BlockedProduct.PanelRows)
        {
            Scales(blocks, rowBytes, scales);
            (Vector512<uint> unit0, Vector512<uint> unit1, Vector512<uint> unit2, Vector512<uint> unit3) = LoadFour(blocks + 2, rowBytes);
            Store(panel, unit0 ^ sign, unit1 ^ sign, unit2 ^ sign, unit3 ^ sign);
            (unit0, unit1, unit2, unit3) = LoadFour(blocks + 18, rowBytes);
            Store(panel + 4 * UnitBytes, unit0 ^ sign, unit1 ^ sign, unit2 ^ sign, unit3 ^ sign);
        }
    }

    /// <summary>The halves at the start of 16 blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scales(byte* blocks, nint rowBytes, float* scales)
    {
        for (int row = 0; row < Rows; row += 4, blocks += 4 * rowBytes)
        {
            scales[row] = HalfBits.ToSingle(blocks);
            scales[row + 1] = HalfBits.ToSingle(blocks + rowBytes);
            scales[row + 2] = HalfBits.ToSingle(blocks + 2 * rowBytes);
            scales[row + 3] = HalfBits.ToSingle(blocks + 3 * rowBytes);
        }
    }

    /// <summary>Four units of 16 rows; unit u of all rows in result u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<uint> Unit0, Vector512<uint> Unit1, Vector512<uint> Unit2, Vector512<uint> Unit3) LoadFour(byte* rows, nint rowBytes)
    {
        // Lane l (128 bits) of vector i has the four units of row 4 * l + i; within each lane this is a transposition of 4 x 4.
        Vector512<uint> rows0 = LoadLanes(rows, rowBytes);
        Vector512<uint> rows1 = LoadLanes(rows + rowBytes, rowBytes);
        Vector512<uint> rows2 = LoadLanes(rows + 2 * rowBytes, rowBytes);
        Vector512<uint> rows3 = LoadLanes(rows + 3 * rowBytes, rowBytes);
        Vector512<ulong> low01 = Avx512F.UnpackLow(rows0, rows1).AsUInt64();
        Vector512<ulong> high01 = Avx512F.UnpackHigh(rows0, rows1).AsUInt64();
        Vector512<ulong> low23 = Avx512F.UnpackLow(rows2, rows3).AsUInt64();
        Vector512<ulong> high23 = Avx512F.UnpackHigh(rows2, rows3).AsUInt64();
        return (
            Avx512F.UnpackLow(low01, low23).AsUInt32(),
            Avx512F.UnpackHigh(low01, low23).AsUInt32(),
            Avx512F.UnpackLow(high01, high23).AsUInt32(),
            Avx512F.UnpackHigh(high01, high23).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* panel, Vector512<uint> unit0, Vector512<uint> unit1, Vector512<uint> unit2, Vector512<uint> unit3)
    {
        unit0.Store((uint*)panel);
        unit1.Store((uint*)(panel + UnitBytes));
        unit2.Store((uint*)(panel + 2 * UnitBytes));
        unit3.Store((uint*)(panel + 3 * UnitBytes));
    }

    // Creating a vector of 512 bits from two halves goes through memory here; inserting does not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> LoadLanes(byte* row, nint rowBytes) => Avx512F.InsertVector256(
        LoadTwo(row, 4 * rowBytes).ToVector512Unsafe(), LoadTwo(row + 8 * rowBytes, 4 * rowBytes), 1).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> LoadTwo(byte* row, nint rowBytes) =>
        Avx2.InsertVector128(Vector128.Load(row).ToVector256Unsafe(), Vector128.Load(row + rowBytes), 1);

    /// <summary>Begins to load what is packed next from these rows, or after their last columns from those of the next panel.</summary>
    public static void PrefetchNext(BlockedTask* task, TensorType type, byte* rows, int count, int column, int columns, int mostColumns)
    {
        int left = task->Columns - column - columns;
        if (!Sse.IsSupported || (left == 0 && !task->HasNext))
        {
            return;
        }

        byte* next = left > 0
            ? rows + TensorTypes.RowBytes(type, columns)
            : rows - TensorTypes.RowBytes(type, column) + BlockedProduct.PanelRows * task->RowBytes;
        int bytes = (int)TensorTypes.RowBytes(type, Math.Min(mostColumns, left > 0 ? left : task->Columns));
        for (int row = 0; row < count; row++, next += task->RowBytes)
        {
            for (int i = 0; i < bytes; i += 64)
            {
                Sse.Prefetch0(next + i);
            }
        }
    }
}
