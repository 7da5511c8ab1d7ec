using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>
/// Products of a packed panel of F32 ([column][32 rows], see <see cref="BlockedPacking"/>) with rows of F32. Nothing in it knows of
/// models: it serves any product of two matrices whose one side was packed.
/// </summary>
internal static unsafe class BlockedFloatProduct
{
    private const int PanelRows = BlockedProduct.PanelRows;

    private const int MostTokens = 8;

    /// <summary>output[t, r] (+)= sum over c of panel[c, r] * input[t, c], for the first <paramref name="rows"/> of the panel's rows.</summary>
    /// <param name="panel">[columns][32], aligned to 64 bytes for speed.</param>
    /// <param name="columns">Any number.</param>
    /// <param name="input">[tokens], <paramref name="inputStride"/> elements apart.</param>
    /// <param name="inputStride">Elements.</param>
    /// <param name="tokens">Any number.</param>
    /// <param name="output">[tokens], <paramref name="stride"/> elements apart.</param>
    /// <param name="stride">Elements.</param>
    /// <param name="rows">1 to 32.</param>
    /// <param name="first">Whether the output is overwritten, not added to.</param>
    [SkipLocalsInit]
    public static void Multiply(
        float* panel, int columns, float* input, nint inputStride, int tokens, float* output, nint stride, int rows, bool first)
    {
        float* whole = stackalloc float[MostTokens * PanelRows];
        for (int token = 0; token < tokens; token += MostTokens)
        {
            int count = Math.Min(MostTokens, tokens - token);
            float* x = input + token * inputStride;
            float* o = output + token * stride;
            if (rows == PanelRows)
            {
                if (first)
                {
                    BlockedOutput.Clear(o, stride, count);
                }

                Tile(panel, columns, x, inputStride, count, o, stride);
            }
            else
            {
                BlockedOutput.Clear(whole, PanelRows, count);
                if (!first)
                {
                    BlockedOutput.Copy(o, stride, whole, PanelRows, count, rows);
                }

                Tile(panel, columns, x, inputStride, count, whole, PanelRows);
                BlockedOutput.Copy(whole, PanelRows, o, stride, count, rows);
            }
        }
    }

    /// <summary>Up to 8 tokens x 32 rows, added to the output. A missing token is the last again, which then stores the same sums to the same place.</summary>
    private static void Tile(float* panel, int columns, float* input, nint inputStride, int tokens, float* output, nint stride)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            if (tokens > 4)
            {
                Eight512(panel, columns, input, inputStride, tokens, output, stride);
            }
            else
            {
                Four512(panel, columns, input, inputStride, tokens, output, stride);
            }

            return;
        }

        for (int token = 0; token < tokens; token += 4)
        {
            int count = Math.Min(4, tokens - token);
            if (Vector256.IsHardwareAccelerated)
            {
                for (int row = 0; row < PanelRows; row += 16)
                {
                    Four256(panel + row, columns, input + token * inputStride, inputStride, count, output + token * stride + row, stride);
                }
            }
            else
            {
                for (int row = 0; row < PanelRows; row += 8)
                {
                    Four128(panel + row, columns, input + token * inputStride, inputStride, count, output + token * stride + row, stride);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight512(float* panel, nint columns, float* input, nint inputStride, int tokens, float* output, nint stride)
    {
        float* x0 = input;
        float* x1 = input + Math.Min(1, tokens - 1) * inputStride;
        float* x2 = input + Math.Min(2, tokens - 1) * inputStride;
        float* x3 = input + Math.Min(3, tokens - 1) * inputStride;
        float* x4 = input + Math.Min(4, tokens - 1) * inputStride;
        float* x5 = input + Math.Min(5, tokens - 1) * inputStride;
        float* x6 = input + Math.Min(6, tokens - 1) * inputStride;
        float* x7 = input + Math.Min(7, tokens - 1) * inputStride;
        float* o0 = output;
        float* o1 = output + Math.Min(1, tokens - 1) * stride;
        float* o2 = output + Math.Min(2, tokens - 1) * stride;
        float* o3 = output + Math.Min(3, tokens - 1) * stride;
        float* o4 = output + Math.Min(4, tokens - 1) * stride;
        float* o5 = output + Math.Min(5, tokens - 1) * stride;
        float* o6 = output + Math.Min(6, tokens - 1) * stride;
        float* o7 = output + Math.Min(7, tokens - 1) * stride;
        Vector512<float> c00 = Vector512.Load(o0);
        Vector512<float> c01 = Vector512.Load(o0 + 16);
        Vector512<float> c10 = Vector512.Load(o1);
        Vector512<float> c11 = Vector512.Load(o1 + 16);
        Vector512<float> c20 = Vector512.Load(o2);
        Vector512<float> c21 = Vector512.Load(o2 + 16);
        Vector512<float> c30 = Vector512.Load(o3);
        Vector512<float> c31 = Vector512.Load(o3 + 16);
        Vector512<float> c40 = Vector512.Load(o4);
        Vector512<float> c41 = Vector512.Load(o4 + 16);
        Vector512<float> c50 = Vector512.Load(o5);
        Vector512<float> c51 = Vector512.Load(o5 + 16);
        Vector512<float> c60 = Vector512.Load(o6);
        Vector512<float> c61 = Vector512.Load(o6 + 16);
        Vector512<float> c70 = Vector512.Load(o7);
        Vector512<float> c71 = Vector512.Load(o7 + 16);
        for (nint i = 0; i < columns; i++)
        {
            Vector512<float> w0 = Vector512.Load(panel);
            Vector512<float> w1 = Vector512.Load(panel + 16);
            Vector512<float> x = Vector512.Create(x0[i]);
            c00 = Vector512.MultiplyAddEstimate(w0, x, c00);
            c01 = Vector512.MultiplyAddEstimate(w1, x, c01);
            x = Vector512.Create(x1[i]);
            c10 = Vector512.MultiplyAddEstimate(w0, x, c10);
            c11 = Vector512.MultiplyAddEstimate(w1, x, c11);
            x = Vector512.Create(x2[i]);
            c20 = Vector512.MultiplyAddEstimate(w0, x, c20);
            c21 = Vector512.MultiplyAddEstimate(w1, x, c21);
            x = Vector512.Create(x3[i]);
            c30 = Vector512.MultiplyAddEstimate(w0, x, c30);
            c31 = Vector512.MultiplyAddEstimate(w1, x, c31);
            x = Vector512.Create(x4[i]);
            c40 = Vector512.MultiplyAddEstimate(w0, x, c40);
            c41 = Vector512.MultiplyAddEstimate(w1, x, c41);
            x = Vector512.Create(x5[i]);
            c50 = Vector512.MultiplyAddEstimate(w0, x, c50);
            c51 = Vector512.MultiplyAddEstimate(w1, x, c51);
            x = Vector512.Create(x6[i]);
            c60 = Vector512.MultiplyAddEstimate(w0, x, c60);
            c61 = Vector512.MultiplyAddEstimate(w1, x, c61);
            x = Vector512.Create(x7[i]);
            c70 = Vector512.MultiplyAddEstimate(w0, x, c70);
            c71 = Vector512.MultiplyAddEstimate(w1, x, c71);
            panel += BlockedProduct.PanelRows;
        }

        c00.Store(o0);
        c01.Store(o0 + 16);
        c10.Store(o1);
        c11.Store(o1 + 16);
        c20.Store(o2);
        c21.Store(o2 + 16);
        c30.Store(o3);
        c31.Store(o3 + 16);
        c40.Store(o4);
        c41.Store(o4 + 16);
        c50.Store(o5);
        c51.Store(o5 + 16);
        c60.Store(o6);
        c61.Store(o6 + 16);
        c70.Store(o7);
        c71.Store(o7 + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four512(float* panel, nint columns, float* input, nint inputStride, int tokens, float* output, nint stride)
    {
        float* x0 = input;
        float* x1 = input + Math.Min(1, tokens - 1) * inputStride;
        float* x2 = input + Math.Min(2, tokens - 1) * inputStride;
        float* x3 = input + Math.Min(3, tokens - 1) * inputStride;
        float* o0 = output;
        float* o1 = output + Math.Min(1, tokens - 1) * stride;
        float* o2 = output + Math.Min(2, tokens - 1) * stride;
        float* o3 = output + Math.Min(3, tokens - 1) * stride;
        Vector512<float> c00 = Vector512.Load(o0);
        Vector512<float> c01 = Vector512.Load(o0 + 16);
        Vector512<float> c10 = Vector512.Load(o1);
        Vector512<float> c11 = Vector512.Load(o1 + 16);
        Vector512<float> c20 = Vector512.Load(o2);
        Vector512<float> c21 = Vector512.Load(o2 + 16);
        Vector512<float> c30 = Vector512.Load(o3);
        Vector512<float> c31 = Vector512.Load(o3 + 16);
        for (nint i = 0; i < columns; i++)
        {
            Vector512<float> w0 = Vector512.Load(panel);
            Vector512<float> w1 = Vector512.Load(panel + 16);
            Vector512<float> x = Vector512.Create(x0[i]);
            c00 = Vector512.MultiplyAddEstimate(w0, x, c00);
            c01 = Vector512.MultiplyAddEstimate(w1, x, c01);
            x = Vector512.Create(x1[i]);
            c10 = Vector512.MultiplyAddEstimate(w0, x, c10);
            c11 = Vector512.MultiplyAddEstimate(w1, x, c11);
            x = Vector512.Create(x2[i]);
            c20 = Vector512.MultiplyAddEstimate(w0, x, c20);
            c21 = Vector512.MultiplyAddEstimate(w1, x, c21);
            x = Vector512.Create(x3[i]);
            c30 = Vector512.MultiplyAddEstimate(w0, x, c30);
            c31 = Vector512.MultiplyAddEstimate(w1, x, c31);
            panel += BlockedProduct.PanelRows;
        }

        c00.Store(o0);
        c01.Store(o0 + 16);
        c10.Store(o1);
        c11.Store(o1 + 16);
        c20.Store(o2);
        c21.Store(o2 + 16);
        c30.Store(o3);
        c31.Store(o3 + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four256(float* panel, nint columns, float* input, nint inputStride, int tokens, float* output, nint stride)
    {
        float* x0 = input;
        float* x1 = input + Math.Min(1, tokens - 1) * inputStride;
        float* x2 = input + Math.Min(2, tokens - 1) * inputStride;
        float* x3 = input + Math.Min(3, tokens - 1) * inputStride;
        float* o0 = output;
        float* o1 = output + Math.Min(1, tokens - 1) * stride;
        float* o2 = output + Math.Min(2, tokens - 1) * stride;
        float* o3 = output + Math.Min(3, tokens - 1) * stride;
        Vector256<float> c00 = Vector256.Load(o0);
        Vector256<float> c01 = Vector256.Load(o0 + 8);
        Vector256<float> c10 = Vector256.Load(o1);
        Vector256<float> c11 = Vector256.Load(o1 + 8);
        Vector256<float> c20 = Vector256.Load(o2);
        Vector256<float> c21 = Vector256.Load(o2 + 8);
        Vector256<float> c30 = Vector256.Load(o3);
        Vector256<float> c31 = Vector256.Load(o3 + 8);
        for (nint i = 0; i < columns; i++)
        {
            Vector256<float> w0 = Vector256.Load(panel);
            Vector256<float> w1 = Vector256.Load(panel + 8);
            Vector256<float> x = Vector256.Create(x0[i]);
            c00 = Vector256.MultiplyAddEstimate(w0, x, c00);
            c01 = Vector256.MultiplyAddEstimate(w1, x, c01);
            x = Vector256.Create(x1[i]);
            c10 = Vector256.MultiplyAddEstimate(w0, x, c10);
            c11 = Vector256.MultiplyAddEstimate(w1, x, c11);
            x = Vector256.Create(x2[i]);
            c20 = Vector256.MultiplyAddEstimate(w0, x, c20);
            c21 = Vector256.MultiplyAddEstimate(w1, x, c21);
            x = Vector256.Create(x3[i]);
            c30 = Vector256.MultiplyAddEstimate(w0, x, c30);
            c31 = Vector256.MultiplyAddEstimate(w1, x, c31);
            panel += BlockedProduct.PanelRows;
        }

        c00.Store(o0);
        c01.Store(o0 + 8);
        c10.Store(o1);
        c11.Store(o1 + 8);
        c20.Store(o2);
        c21.Store(o2 + 8);
        c30.Store(o3);
        c31.Store(o3 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four128(float* panel, nint columns, float* input, nint inputStride, int tokens, float* output, nint stride)
    {
        float* x0 = input;
        float* x1 = input + Math.Min(1, tokens - 1) * inputStride;
        float* x2 = input + Math.Min(2, tokens - 1) * inputStride;
        float* x3 = input + Math.Min(3, tokens - 1) * inputStride;
        float* o0 = output;
        float* o1 = output + Math.Min(1, tokens - 1) * stride;
        float* o2 = output + Math.Min(2, tokens - 1) * stride;
        float* o3 = output + Math.Min(3, tokens - 1) * stride;
        Vector128<float> c00 = Vector128.Load(o0);
        Vector128<float> c01 = Vector128.Load(o0 + 4);
        Vector128<float> c10 = Vector128.Load(o1);
        Vector128<float> c11 = Vector128.Load(o1 + 4);
        Vector128<float> c20 = Vector128.Load(o2);
        Vector128<float> c21 = Vector128.Load(o2 + 4);
        Vector128<float> c30 = Vector128.Load(o3);
        Vector128<float> c31 = Vector128.Load(o3 + 4);
        for (nint i = 0; i < columns; i++)
        {
            Vector128<float> w0 = Vector128.Load(panel);
            Vector128<float> w1 = Vector128.Load(panel + 4);
            Vector128<float> x = Vector128.Create(x0[i]);
            c00 = Vector128.MultiplyAddEstimate(w0, x, c00);
            c01 = Vector128.MultiplyAddEstimate(w1, x, c01);
            x = Vector128.Create(x1[i]);
            c10 = Vector128.MultiplyAddEstimate(w0, x, c10);
            c11 = Vector128.MultiplyAddEstimate(w1, x, c11);
            x = Vector128.Create(x2[i]);
            c20 = Vector128.MultiplyAddEstimate(w0, x, c20);
            c21 = Vector128.MultiplyAddEstimate(w1, x, c21);
            x = Vector128.Create(x3[i]);
            c30 = Vector128.MultiplyAddEstimate(w0, x, c30);
            c31 = Vector128.MultiplyAddEstimate(w1, x, c31);
            panel += BlockedProduct.PanelRows;
        }

        c00.Store(o0);
        c01.Store(o0 + 4);
        c10.Store(o1);
        c11.Store(o1 + 4);
        c20.Store(o2);
        c21.Store(o2 + 4);
        c30.Store(o3);
        c31.Store(o3 + 4);
    }
}
