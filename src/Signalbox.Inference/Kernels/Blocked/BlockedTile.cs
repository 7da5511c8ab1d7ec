using System.Runtime.CompilerServices;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>What an integer kernel is given: a packed panel and up to <see cref="Most"/> tokens.</summary>
internal unsafe struct BlockedTile
{
    /// <summary>Tokens of a tile.</summary>
    public const int Most = 4;

    /// <summary>Unsigned bytes, [column / 4][32 rows][4 columns].</summary>
    public byte* Values;

    /// <summary>[block][32 rows].</summary>
    public float* Scales;

    /// <summary>[block][32 rows].</summary>
    public float* Minima;

    /// <summary>Blocks of the format.</summary>
    public int Blocks;

    /// <summary>Whether only the first 16 rows count.</summary>
    public bool HalfPanel;

    /// <summary>1 to <see cref="Most"/>; the kernels do the last token again in the place of those that are missing.</summary>
    public int Tokens;

    public sbyte* Input;

    /// <summary>Bytes, like the other strides of the input.</summary>
    public nint InputStride;

    public byte* InputScales;

    public nint InputScalesStride;

    public byte* InputSums;

    public nint InputSumsStride;

    /// <summary>[token][32 rows], added to.</summary>
    public float* Output;

    /// <summary>Elements.</summary>
    public nint Stride;

    /// <summary>The input's scale for a block of the format.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float InputScale<TFormat>(nint token, nint block)
        where TFormat : struct, IBlockedFormat =>
        ((float*)(InputScales + token * InputScalesStride))[TFormat.LargeInputBlocks ? block / (256 / TFormat.BlockValues) : block];

    /// <summary>The sum of the input's values of a block of the format.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int InputSum<TFormat>(nint token, nint block)
        where TFormat : struct, IBlockedFormat => TFormat.Sum(InputSums + token * InputSumsStride, block);
}
