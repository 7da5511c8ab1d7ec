using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>
/// Tiles of 4 tokens x 32 rows of values below 16, with 512-bit vectors. A pair of products is at most 2 * 15 * 128, so eight of them
/// (a block of 32 columns, 4 at a time) add up in 16 bits before they are widened.
/// </summary>
internal static unsafe class BlockedNibbles
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TFormat>(BlockedTile* tile)
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
        byte* w = tile->Values;
        float* scales = tile->Scales;
        float* minima = tile->Minima;

        // 2. Sums of token t and rows 16 * r to 16 * r + 15 in f<t><r>.
        float* o0 = tile->Output;
        float* o1 = o0 + t1 * tile->Stride;
        float* o2 = o0 + t2 * tile->Stride;
        float* o3 = o0 + t3 * tile->Stride;
        Vector512<float> f00 = Vector512.Load(o0);
        Vector512<float> f01 = Vector512.Load(o0 + 16);
        Vector512<float> f10 = Vector512.Load(o1);
        Vector512<float> f11 = Vector512.Load(o1 + 16);
        Vector512<float> f20 = Vector512.Load(o2);
        Vector512<float> f21 = Vector512.Load(o2 + 16);
        Vector512<float> f30 = Vector512.Load(o3);
        Vector512<float> f31 = Vector512.Load(o3 + 16);
        for (nint block = 0; block < tile->Blocks; block++)
        {
            // 3. 32 columns, 4 at a time: bytes of 16 rows times the same 4 values of a token.
            Vector512<byte> w0 = Vector512.Load(w);
            Vector512<byte> w1 = Vector512.Load(w + 64);
            Vector512<sbyte> x = Four(x0);
            Vector512<short> c00 = Avx512BW.MultiplyAddAdjacent(w0, x);
            Vector512<short> c01 = Avx512BW.MultiplyAddAdjacent(w1, x);
            x = Four(x1);
            Vector512<short> c10 = Avx512BW.MultiplyAddAdjacent(w0, x);
            Vector512<short> c11 = Avx512BW.MultiplyAddAdjacent(w1, x);
            x = Four(x2);
            Vector512<short> c20 = Avx512BW.MultiplyAddAdjacent(w0, x);
            Vector512<short> c21 = Avx512BW.MultiplyAddAdjacent(w1, x);
            x = Four(x3);
            Vector512<short> c30 = Avx512BW.MultiplyAddAdjacent(w0, x);
            Vector512<short> c31 = Avx512BW.MultiplyAddAdjacent(w1, x);
            for (nint i = 4; i < 32; i += 4)
            {
                w0 = Vector512.Load(w + 32 * i);
                w1 = Vector512.Load(w + 32 * i + 64);
                x = Four(x0 + i);
                c00 += Avx512BW.MultiplyAddAdjacent(w0, x);
                c01 += Avx512BW.MultiplyAddAdjacent(w1, x);
                x = Four(x1 + i);
                c10 += Avx512BW.MultiplyAddAdjacent(w0, x);
                c11 += Avx512BW.MultiplyAddAdjacent(w1, x);
                x = Four(x2 + i);
                c20 += Avx512BW.MultiplyAddAdjacent(w0, x);
                c21 += Avx512BW.MultiplyAddAdjacent(w1, x);
                x = Four(x3 + i);
                c30 += Avx512BW.MultiplyAddAdjacent(w0, x);
                c31 += Avx512BW.MultiplyAddAdjacent(w1, x);
            }

            // 4. The whole block is scaled once.
            Vector512<float> s0 = Vector512.Load(scales);
            Vector512<float> s1 = Vector512.Load(scales + 16);
            float scale = tile->InputScale<TFormat>(0, block);
            int sum = tile->InputSum<TFormat>(0, block);
            f00 = Scale<TFormat>(c00, s0, minima, scale, sum, f00);
            f01 = Scale<TFormat>(c01, s1, minima + 16, scale, sum, f01);
            scale = tile->InputScale<TFormat>(t1, block);
            sum = tile->InputSum<TFormat>(t1, block);
            f10 = Scale<TFormat>(c10, s0, minima, scale, sum, f10);
            f11 = Scale<TFormat>(c11, s1, minima + 16, scale, sum, f11);
            scale = tile->InputScale<TFormat>(t2, block);
            sum = tile->InputSum<TFormat>(t2, block);
            f20 = Scale<TFormat>(c20, s0, minima, scale, sum, f20);
            f21 = Scale<TFormat>(c21, s1, minima + 16, scale, sum, f21);
            scale = tile->InputScale<TFormat>(t3, block);
            sum = tile->InputSum<TFormat>(t3, block);
            f30 = Scale<TFormat>(c30, s0, minima, scale, sum, f30);
            f31 = Scale<TFormat>(c31, s1, minima + 16, scale, sum, f31);
            x0 += 32;
            x1 += 32;
            x2 += 32;
            x3 += 32;
            w += 32 * BlockedProduct.PanelRows;
            scales += BlockedProduct.PanelRows;
            minima += BlockedProduct.PanelRows;
        }

        f00.Store(o0);
        f01.Store(o0 + 16);
        f10.Store(o1);
        f11.Store(o1 + 16);
        f20.Store(o2);
        f21.Store(o2 + 16);
        f30.Store(o3);
        f31.Store(o3 + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<sbyte> Four(sbyte* values) => Vector512.Create(*(int*)values).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale<TFormat>(
        Vector512<short> pairs, Vector512<float> weightScales, float* minima, float inputScale, int inputSum, Vector512<float> sums)
        where TFormat : struct, IBlockedFormat
    {
        Vector512<int> whole = Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create((short)1));
        if (TFormat.Zero != 0)
        {
            whole -= Vector512.Create(TFormat.Zero * inputSum);
        }

        if (TFormat.HasMinima)
        {
            sums = Avx512F.FusedMultiplyAddNegated(Vector512.Create(inputScale * inputSum), Vector512.Load(minima), sums);
        }

        return Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(whole), weightScales * Vector512.Create(inputScale), sums);
    }
}
