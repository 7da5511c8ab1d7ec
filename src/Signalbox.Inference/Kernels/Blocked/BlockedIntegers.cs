using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>Panels of quantized weights: unpacked to bytes, multiplied with the input's int8 values, scaled once per block.</summary>
internal static unsafe class BlockedIntegers
{
    /// <summary>Columns packed at a time: 16 KiB of bytes and their scales stay in the first cache. A multiple of 256.</summary>
    private const int Columns = 512;

    private const int PanelRows = BlockedProduct.PanelRows;

    public static bool IsSupported => Avx2.IsSupported;

    [SkipLocalsInit]
    public static void Run<TFormat>(BlockedTask* task)
        where TFormat : struct, IBlockedFormat
    {
        byte* buffer = stackalloc byte[Columns * PanelRows + 2 * Columns / 16 * PanelRows * sizeof(float) + Columns * BlockedPacking.Rows + 64];
        buffer = (byte*)(((nint)buffer + 63) & ~63);
        BlockedTile tile = Input<TFormat>(task->Input);
        tile.Values = buffer;
        tile.Scales = (float*)(tile.Values + Columns * PanelRows);
        tile.Minima = tile.Scales + Columns / 16 * PanelRows;
        tile.HalfPanel = task->Rows <= BlockedPacking.Rows;
        byte* rows = (byte*)(tile.Minima + Columns / 16 * PanelRows);
        for (int column = 0; column < task->Columns; column += Columns)
        {
            int columns = Math.Min(Columns, task->Columns - column);
            Pack<TFormat>(task, column, columns, tile, rows);
            tile.Blocks = columns / TFormat.BlockValues;
            for (int token = 0; token < task->Input->Rows; token += BlockedTile.Most)
            {
                BlockedTile part = tile;
                part.Tokens = Math.Min(BlockedTile.Most, task->Input->Rows - token);
                part.Input += token * tile.InputStride + column;
                part.InputScales += token * tile.InputScalesStride + column / (TFormat.LargeInputBlocks ? 256 : 32) * sizeof(float);
                part.InputSums += token * tile.InputSumsStride + (TFormat.LargeInputBlocks ? column / 16 * sizeof(short) : column / 32 * sizeof(int));
                part.Output = task->Output + token * task->Stride;
                part.Stride = task->Stride;
                Add<TFormat>(&part, task->Rows, column == 0);
            }
        }
    }

    /// <summary>Adds the products of a tile to the output; those of a panel with fewer rows by way of a buffer.</summary>
    [SkipLocalsInit]
    private static void Add<TFormat>(BlockedTile* tile, int rows, bool first)
        where TFormat : struct, IBlockedFormat
    {
        if (rows == PanelRows)
        {
            if (first)
            {
                BlockedOutput.Clear(tile->Output, tile->Stride, tile->Tokens);
            }

            Multiply<TFormat>(tile);
            return;
        }

        float* whole = stackalloc float[BlockedTile.Most * PanelRows];
        float* output = tile->Output;
        nint stride = tile->Stride;
        if (first)
        {
            BlockedOutput.Clear(whole, PanelRows, tile->Tokens);
        }
        else
        {
            BlockedOutput.Copy(output, stride, whole, PanelRows, tile->Tokens, rows);
        }

        tile->Output = whole;
        tile->Stride = PanelRows;
        Multiply<TFormat>(tile);
        BlockedOutput.Copy(whole, PanelRows, output, stride, tile->Tokens, rows);
    }

    private static void Multiply<TFormat>(BlockedTile* tile)
        where TFormat : struct, IBlockedFormat
    {
        if (TFormat.Nibbles && Avx512BW.IsSupported)
        {
            BlockedNibbles.Multiply<TFormat>(tile);
        }
        else
        {
            BlockedBytes.Multiply<TFormat>(tile);
        }
    }

    private static BlockedTile Input<TFormat>(ActivationForms* forms)
        where TFormat : struct, IBlockedFormat => TFormat.LargeInputBlocks
        ? new BlockedTile
        {
            Input = forms->K8Values,
            InputStride = forms->ByteStride,
            InputScales = (byte*)forms->K8Scales,
            InputScalesStride = forms->BlockStride * sizeof(float),
            InputSums = (byte*)forms->K8Sums,
            InputSumsStride = 2 * forms->BlockStride * sizeof(short),
        }
        : new BlockedTile
        {
            Input = forms->Q8Values,
            InputStride = forms->ByteStride,
            InputScales = (byte*)forms->Q8Scales,
            InputScalesStride = forms->BlockStride * sizeof(float),
            InputSums = (byte*)forms->Q8Sums,
            InputSumsStride = forms->BlockStride * sizeof(int),
        };

    /// <summary>Rows that the panel has and the matrix does not repeat the last one; their products are dropped.</summary>
    private static void Pack<TFormat>(BlockedTask* task, int column, int columns, in BlockedTile tile, byte* rows)
        where TFormat : struct, IBlockedFormat
    {
        byte* source = task->Weights + (nint)TensorTypes.RowBytes(TFormat.Type, column);
        for (int first = 0; first < (tile.HalfPanel ? BlockedPacking.Rows : PanelRows); first += BlockedPacking.Rows)
        {
            byte* half = source + first * task->RowBytes;
            int present = Math.Min(BlockedPacking.Rows, task->Rows - first);
            BlockedPacking.PrefetchNext(task, TFormat.Type, half, present, column, columns, Columns);
            if (present == BlockedPacking.Rows && BlockedPacking.IsDirect(TFormat.Type))
            {
                BlockedPacking.Direct(TFormat.Type, half, task->RowBytes, columns, tile.Values + 4 * first, tile.Scales + first);
                continue;
            }

            for (int row = 0; row < BlockedPacking.Rows; row++)
            {
                byte* blocks = half + Math.Min(row, present - 1) * task->RowBytes;
                TFormat.Unpack(blocks, columns, rows + row * columns, tile.Scales + first + row, tile.Minima + first + row);
            }

            BlockedPacking.Transpose(rows, columns, columns / 4, tile.Values + 4 * first);
        }
    }
}
