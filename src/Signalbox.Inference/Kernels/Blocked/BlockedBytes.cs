using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>Tiles of 4 tokens x 16 rows of unsigned bytes, with 256-bit vectors; twice for a panel.</summary>
internal static unsafe class BlockedBytes
{
    public static void Multiply<TFormat>(BlockedTile* tile)
        where TFormat : struct, IBlockedFormat
    {
        MultiplyHalf<TFormat>(tile, 0);
        if (!tile->HalfPanel)
        {
            MultiplyHalf<TFormat>(tile, BlockedPacking.Rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyHalf<TFormat>(BlockedTile* tile, int row)
        where TFormat : struct, IBlockedFormat
    {
        // 1. The tokens that are there; a missing one is the last again, which then stores the same sums to the same place.
        nint t1 = Math.Min(1, tile->Tokens - 1);
        nint t2 = Math.Min(2, tile->Tokens - 1);
        nint t3 = Math.Min(3, tile->Tokens - 1);
        sbyte* x0 = tile->Input;
        sbyte* x1 = x0 + t1 * tile->InputStride;
        sbyte* x2 = x0 + t2 * tile->InputStride;
        sbyte* x3 = x0 + t3 * tile->InputStride;
        byte* w = tile->Values + 4 * row;
        float* scales = tile->Scales + row;
        float* minima = tile->Minima + row;

        // 2. Sums of token t and rows 8 * r to 8 * r + 7 in f<t><r>.
        float* o0 = tile->Output + row;
        float* o1 = o0 + t1 * tile->Stride;
        float* o2 = o0 + t2 * tile->Stride;
        float* o3 = o0 + t3 * tile->Stride;
        Vector256<float> f00 = Vector256.Load(o0);
        Vector256<float> f01 = Vector256.Load(o0 + 8);
        Vector256<float> f10 = Vector256.Load(o1);
        Vector256<float> f11 = Vector256.Load(o1 + 8);
        Vector256<float> f20 = Vector256.Load(o2);
        Vector256<float> f21 = Vector256.Load(o2 + 8);
        Vector256<float> f30 = Vector256.Load(o3);
        Vector256<float> f31 = Vector256.Load(o3 + 8);
        for (nint block = 0; block < tile->Blocks; block++)
        {
            // 3. The block's columns, 4 at a time: bytes of 8 rows times the same 4 values of a token.
            Vector256<int> c00 = Start<TFormat>(tile, 0, block);
            Vector256<int> c01 = c00;
            Vector256<int> c10 = Start<TFormat>(tile, t1, block);
            Vector256<int> c11 = c10;
            Vector256<int> c20 = Start<TFormat>(tile, t2, block);
            Vector256<int> c21 = c20;
            Vector256<int> c30 = Start<TFormat>(tile, t3, block);
            Vector256<int> c31 = c30;
            for (nint i = 0; i < TFormat.BlockValues; i += 4)
            {
                Vector256<byte> w0 = Vector256.Load(w + 32 * i);
                Vector256<byte> w1 = Vector256.Load(w + 32 * i + 32);
                Vector256<sbyte> x = Four(x0 + i);
                c00 = Add<TFormat>(c00, w0, x);
                c01 = Add<TFormat>(c01, w1, x);
                x = Four(x1 + i);
                c10 = Add<TFormat>(c10, w0, x);
                c11 = Add<TFormat>(c11, w1, x);
                x = Four(x2 + i);
                c20 = Add<TFormat>(c20, w0, x);
                c21 = Add<TFormat>(c21, w1, x);
                x = Four(x3 + i);
                c30 = Add<TFormat>(c30, w0, x);
                c31 = Add<TFormat>(c31, w1, x);
            }

            // 4. The whole block is scaled once.
            Vector256<float> s0 = Vector256.Load(scales);
            Vector256<float> s1 = Vector256.Load(scales + 8);
            float scale = tile->InputScale<TFormat>(0, block);
            int sum = tile->InputSum<TFormat>(0, block);
            f00 = Scale<TFormat>(c00, s0, minima, scale, sum, f00);
            f01 = Scale<TFormat>(c01, s1, minima + 8, scale, sum, f01);
            scale = tile->InputScale<TFormat>(t1, block);
            sum = tile->InputSum<TFormat>(t1, block);
            f10 = Scale<TFormat>(c10, s0, minima, scale, sum, f10);
            f11 = Scale<TFormat>(c11, s1, minima + 8, scale, sum, f11);
            scale = tile->InputScale<TFormat>(t2, block);
            sum = tile->InputSum<TFormat>(t2, block);
            f20 = Scale<TFormat>(c20, s0, minima, scale, sum, f20);
            f21 = Scale<TFormat>(c21, s1, minima + 8, scale, sum, f21);
            scale = tile->InputScale<TFormat>(t3, block);
            sum = tile->InputSum<TFormat>(t3, block);
            f30 = Scale<TFormat>(c30, s0, minima, scale, sum, f30);
            f31 = Scale<TFormat>(c31, s1, minima + 8, scale, sum, f31);
            x0 += TFormat.BlockValues;
            x1 += TFormat.BlockValues;
            x2 += TFormat.BlockValues;
            x3 += TFormat.BlockValues;
            w += TFormat.BlockValues * BlockedProduct.PanelRows;
            scales += BlockedProduct.PanelRows;
            minima += BlockedProduct.PanelRows;
        }

        f00.Store(o0);
        f01.Store(o0 + 8);
        f10.Store(o1);
        f11.Store(o1 + 8);
        f20.Store(o2);
        f21.Store(o2 + 8);
        f30.Store(o3);
        f31.Store(o3 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Four(sbyte* values) => Vector256.Create(*(int*)values).AsSByte();

    /// <summary>What <see cref="IBlockedFormat.Zero"/> takes off the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Start<TFormat>(BlockedTile* tile, nint token, nint block)
        where TFormat : struct, IBlockedFormat => TFormat.Zero == 0
        ? Vector256<int>.Zero
        : Vector256.Create(-TFormat.Zero * tile->InputSum<TFormat>(token, block));

    /// <summary>Adds the four products of each 32-bit unit to it, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Add<TFormat>(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> input)
        where TFormat : struct, IBlockedFormat
    {
        if (AvxVnni.IsSupported)
        {
            return AvxVnni.MultiplyWideningAndAdd(sums, weights, input);
        }

        if (TFormat.Zero < 128)
        {
            // A pair of values below 64 is at most 2 * 63 * 128.
            return sums + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(weights, input), Vector256.Create((short)1));
        }

        // Pairs of whole bytes do not fit 16 bits: even and odd columns apart, as 16-bit values.
        Vector256<int> even = Avx2.MultiplyAddAdjacent((weights.AsUInt16() & Vector256.Create((ushort)255)).AsInt16(), input.AsInt16() << 8 >> 8);
        return sums + even + Avx2.MultiplyAddAdjacent((weights.AsUInt16() >> 8).AsInt16(), input.AsInt16() >> 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scale<TFormat>(
        Vector256<int> whole, Vector256<float> weightScales, float* minima, float inputScale, int inputSum, Vector256<float> sums)
        where TFormat : struct, IBlockedFormat
    {
        if (TFormat.HasMinima)
        {
            sums = Vector256.MultiplyAddEstimate(Vector256.Create(-inputScale * inputSum), Vector256.Load(minima), sums);
        }

        return Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(whole), weightScales * Vector256.Create(inputScale), sums);
    }
}
