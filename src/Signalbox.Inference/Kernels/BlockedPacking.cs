using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels;

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
                TransposeFour(rows + 4 * unit, rowBytes, panel + unit * UnitBytes);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(byte* rows, nint rowBytes, byte* panel)
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
        Avx512F.UnpackLow(low01, low23).AsByte().Store(panel);
        Avx512F.UnpackHigh(low01, low23).AsByte().Store(panel + UnitBytes);
        Avx512F.UnpackLow(high01, high23).AsByte().Store(panel + 2 * UnitBytes);
        Avx512F.UnpackHigh(high01, high23).AsByte().Store(panel + 3 * UnitBytes);
    }

    // Creating a vector of 512 bits from two halves goes through memory here; inserting does not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> LoadLanes(byte* row, nint rowBytes) => Avx512F.InsertVector256(
        LoadTwo(row, 4 * rowBytes).ToVector512Unsafe(), LoadTwo(row + 8 * rowBytes, 4 * rowBytes), 1).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> LoadTwo(byte* row, nint rowBytes) =>
        Avx2.InsertVector128(Vector128.Load(row).ToVector256Unsafe(), Vector128.Load(row + rowBytes), 1);
}
