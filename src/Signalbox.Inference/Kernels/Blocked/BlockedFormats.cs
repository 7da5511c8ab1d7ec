using Signalbox.Inference.Kernels.Rows;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>
/// A quantized type as the blocked kernels see it: weight = scale * (value - Zero) - minimum, value an unsigned byte, with a scale (and a
/// minimum) per block of <see cref="BlockValues"/>. All members are constants to the compiler of a kernel.
/// </summary>
internal unsafe interface IBlockedFormat
{
    static abstract TensorType Type { get; }

    /// <summary>Values that share a scale: 32 or 16.</summary>
    static abstract int BlockValues { get; }

    /// <summary>Whether every value is below 16, so that eight products of pairs add up within 16 bits.</summary>
    static abstract bool Nibbles { get; }

    /// <summary>What is taken off each value.</summary>
    static abstract int Zero { get; }

    static abstract bool HasMinima { get; }

    /// <summary>Whether the input is the K8 form, with one scale per 256 values.</summary>
    static abstract bool LargeInputBlocks { get; }

    /// <summary>The sum of the input's values in a block.</summary>
    /// <param name="sums">Those of the form from the first block on: Int32 per 32 values (Q8) or Int16 per 16 (K8).</param>
    /// <param name="block">Counted in blocks of <see cref="BlockValues"/>.</param>
    static abstract int Sum(byte* sums, nint block);

    /// <summary>Unpacks a part of one row.</summary>
    /// <param name="blocks">Its first block in the file.</param>
    /// <param name="columns">Values to unpack, a multiple of the type's block.</param>
    /// <param name="values">Gets a byte per value.</param>
    /// <param name="scales">Gets the scale of block b at [b * PanelRows]; <paramref name="minima"/> likewise.</param>
    /// <param name="minima">Not touched without <see cref="HasMinima"/>.</param>
    static abstract void Unpack(byte* blocks, int columns, byte* values, float* scales, float* minima);
}

internal readonly unsafe struct BlockedQ4_0 : IBlockedFormat
{
    public static TensorType Type => TensorType.Q4_0;

    public static int BlockValues => 32;

    public static bool Nibbles => true;

    public static int Zero => 8;

    public static bool HasMinima => false;

    public static bool LargeInputBlocks => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(byte* sums, nint block) => ((int*)sums)[block];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* blocks, int columns, byte* values, float* scales, float* minima)
    {
        for (int i = 0; i < columns; i += 32, blocks += 18, scales += BlockedProduct.PanelRows)
        {
            *scales = HalfBits.ToSingle(blocks);
            Vector128<byte> packed = Vector128.Load(blocks + 2);
            (packed & Vector128.Create((byte)15)).Store(values + i);
            (packed >> 4).Store(values + i + 16);
        }
    }
}

internal readonly unsafe struct BlockedQ8_0 : IBlockedFormat
{
    public static TensorType Type => TensorType.Q8_0;

    public static int BlockValues => 32;

    public static bool Nibbles => false;

    public static int Zero => 128;

    public static bool HasMinima => false;

    public static bool LargeInputBlocks => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(byte* sums, nint block) => ((int*)sums)[block];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* blocks, int columns, byte* values, float* scales, float* minima)
    {
        for (int i = 0; i < columns; i += 32, blocks += 34, scales += BlockedProduct.PanelRows)
        {
            *scales = HalfBits.ToSingle(blocks);
            (Vector256.Load(blocks + 2) ^ Vector256.Create((byte)0x80)).Store(values + i);
        }
    }
}

internal readonly unsafe struct BlockedQ4_K : IBlockedFormat
{
    public static TensorType Type => TensorType.Q4_K;

    public static int BlockValues => 32;

    public static bool Nibbles => true;

    public static int Zero => 0;

    public static bool HasMinima => true;

    public static bool LargeInputBlocks => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(byte* sums, nint block) => ((short*)sums)[2 * block] + ((short*)sums)[2 * block + 1];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* blocks, int columns, byte* values, float* scales, float* minima)
    {
        for (int i = 0; i < columns; i += 256, blocks += 144)
        {
            UnpackScales(blocks, ref scales, ref minima);
            for (int pair = 0; pair < 4; pair++, values += 64)
            {
                Vector256<byte> packed = Vector256.Load(blocks + 16 + 32 * pair);
                (packed & Vector256.Create((byte)15)).Store(values);
                (packed >> 4).Store(values + 32);
            }
        }
    }

    /// <summary>The eight scales and minima at the start of a Q4_K or Q5_K block.</summary>
    public static void UnpackScales(byte* block, ref float* scales, ref float* minima)
    {
        float scale = HalfBits.ToSingle(block);
        float minimum = HalfBits.ToSingle(block + 2);
        for (int s = 0; s < 8; s++, scales += BlockedProduct.PanelRows, minima += BlockedProduct.PanelRows)
        {
            (int factor, int offset) = ScalarKernels.ScaleAndMinimum(block + 4, s);
            *scales = scale * factor;
            *minima = minimum * offset;
        }
    }
}

internal readonly unsafe struct BlockedQ5_K : IBlockedFormat
{
    public static TensorType Type => TensorType.Q5_K;

    public static int BlockValues => 32;

    public static bool Nibbles => false;

    public static int Zero => 0;

    public static bool HasMinima => true;

    public static bool LargeInputBlocks => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(byte* sums, nint block) => ((short*)sums)[2 * block] + ((short*)sums)[2 * block + 1];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* blocks, int columns, byte* values, float* scales, float* minima)
    {
        Vector256<byte> fifth = Vector256.Create((byte)16);
        for (int i = 0; i < columns; i += 256, blocks += 176)
        {
            BlockedQ4_K.UnpackScales(blocks, ref scales, ref minima);
            Vector256<byte> high = Vector256.Load(blocks + 16);
            for (int pair = 0; pair < 4; pair++, values += 64)
            {
                // Bits 2 * pair and 2 * pair + 1 of each high byte belong to the two sub-blocks of the pair.
                Vector256<byte> packed = Vector256.Load(blocks + 48 + 32 * pair);
                ((packed & Vector256.Create((byte)15)) | ((high << 4) & fifth)).Store(values);
                ((packed >> 4) | ((high << 3) & fifth)).Store(values + 32);
                high >>= 2;
            }
        }
    }
}

internal readonly unsafe struct BlockedQ6_K : IBlockedFormat
{
    public static TensorType Type => TensorType.Q6_K;

    public static int BlockValues => 16;

    public static bool Nibbles => false;

    public static int Zero => 32;

    public static bool HasMinima => false;

    public static bool LargeInputBlocks => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(byte* sums, nint block) => ((short*)sums)[block];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* blocks, int columns, byte* values, float* scales, float* minima)
    {
        Vector256<byte> nibble = Vector256.Create((byte)15);
        Vector256<byte> upper = Vector256.Create((byte)0x30);
        for (int i = 0; i < columns; i += 256, blocks += 210)
        {
            float scale = HalfBits.ToSingle(blocks + 208);
            for (int s = 0; s < 16; s++, scales += BlockedProduct.PanelRows)
            {
                *scales = scale * (sbyte)blocks[192 + s];
            }

            for (int half = 0; half < 2; half++, values += 128)
            {
                Vector256<byte> first = Vector256.Load(blocks + 64 * half);
                Vector256<byte> second = Vector256.Load(blocks + 64 * half + 32);
                Vector256<byte> high = Vector256.Load(blocks + 128 + 32 * half);
                ((first & nibble) | ((high << 4) & upper)).Store(values);
                ((second & nibble) | ((high << 2) & upper)).Store(values + 32);
                ((first >> 4) | (high & upper)).Store(values + 64);
                ((second >> 4) | ((high >> 2) & upper)).Store(values + 96);
            }
        }
    }
}
