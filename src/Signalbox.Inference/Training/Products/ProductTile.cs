using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Training.Products;

/// <summary>
/// A tile of a product of two packed panels (see <see cref="PanelPacking"/>): [depth][12] times [depth][32]. Every kernel adds the products of an
/// output in the order of the depth, so an output does not depend on where in a tile it is.
/// </summary>
internal static unsafe class ProductTile
{
    /// <summary>Of a left panel: 12 rows of two vectors leave a processor with 32 registers enough for what they are multiplied with.</summary>
    public const int Rows = 12;

    /// <summary>Of a right panel.</summary>
    public const int Columns = 32;

    /// <summary>output[r, c] (+)= sum over d of left[d, r] * right[d, c], for the first <paramref name="rows"/> and <paramref name="columns"/>.</summary>
    /// <param name="left">[depth][12].</param>
    /// <param name="right">[depth][32], aligned to 64 bytes for speed.</param>
    /// <param name="depth">Any number.</param>
    /// <param name="output">[rows], <paramref name="stride"/> elements apart.</param>
    /// <param name="stride">Elements.</param>
    /// <param name="rows">1 to 12.</param>
    /// <param name="columns">1 to 32.</param>
    /// <param name="add">Whether the output is added to, not overwritten.</param>
    [SkipLocalsInit]
    public static void Multiply(float* left, float* right, int depth, float* output, nint stride, int rows, int columns, bool add)
    {
        if (rows == Rows && columns == Columns)
        {
            Whole(left, right, depth, output, stride, add);
            return;
        }

        float* whole = stackalloc float[Rows * Columns];
        if (add)
        {
            new Span<float>(whole, Rows * Columns).Clear();
            Copy(output, stride, whole, Columns, rows, columns);
        }

        Whole(left, right, depth, whole, Columns, add);
        Copy(whole, Columns, output, stride, rows, columns);
    }

    private static void Copy(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            new ReadOnlySpan<float>(from + row * fromStride, columns).CopyTo(new Span<float>(to + row * toStride, columns));
        }
    }

    private static void Whole(float* left, float* right, nint depth, float* output, nint stride, bool add)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Twelve512(left, right, depth, output, stride, add);
            return;
        }

        int rows = Vector256.IsHardwareAccelerated ? 6 : 4;
        int columns = Vector256.IsHardwareAccelerated ? 16 : 8;
        for (int column = 0; column < Columns; column += columns)
        {
            for (int row = 0; row < Rows; row += rows)
            {
                float* part = output + row * stride + column;
                if (Vector256.IsHardwareAccelerated)
                {
                    Six256(left + row, right + column, depth, part, stride, add);
                }
                else
                {
                    Four128(left + row, right + column, depth, part, stride, add);
                }
            }
        }
    }

    /// <summary>12 x 32: 24 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Twelve512(float* left, float* right, nint depth, float* output, nint stride, bool add)
    {
        float* o1 = output + stride;
        float* o2 = output + 2 * stride;
        float* o3 = output + 3 * stride;
        float* o4 = output + 4 * stride;
        float* o5 = output + 5 * stride;
        float* o6 = output + 6 * stride;
        float* o7 = output + 7 * stride;
        float* o8 = output + 8 * stride;
        float* o9 = output + 9 * stride;
        float* o10 = output + 10 * stride;
        float* o11 = output + 11 * stride;
        Vector512<float> c0a = Vector512<float>.Zero;
        Vector512<float> c0b = Vector512<float>.Zero;
        Vector512<float> c1a = Vector512<float>.Zero;
        Vector512<float> c1b = Vector512<float>.Zero;
        Vector512<float> c2a = Vector512<float>.Zero;
        Vector512<float> c2b = Vector512<float>.Zero;
        Vector512<float> c3a = Vector512<float>.Zero;
        Vector512<float> c3b = Vector512<float>.Zero;
        Vector512<float> c4a = Vector512<float>.Zero;
        Vector512<float> c4b = Vector512<float>.Zero;
        Vector512<float> c5a = Vector512<float>.Zero;
        Vector512<float> c5b = Vector512<float>.Zero;
        Vector512<float> c6a = Vector512<float>.Zero;
        Vector512<float> c6b = Vector512<float>.Zero;
        Vector512<float> c7a = Vector512<float>.Zero;
        Vector512<float> c7b = Vector512<float>.Zero;
        Vector512<float> c8a = Vector512<float>.Zero;
        Vector512<float> c8b = Vector512<float>.Zero;
        Vector512<float> c9a = Vector512<float>.Zero;
        Vector512<float> c9b = Vector512<float>.Zero;
        Vector512<float> c10a = Vector512<float>.Zero;
        Vector512<float> c10b = Vector512<float>.Zero;
        Vector512<float> c11a = Vector512<float>.Zero;
        Vector512<float> c11b = Vector512<float>.Zero;
        if (add)
        {
            c0a = Vector512.Load(output);
            c0b = Vector512.Load(output + 16);
            c1a = Vector512.Load(o1);
            c1b = Vector512.Load(o1 + 16);
            c2a = Vector512.Load(o2);
            c2b = Vector512.Load(o2 + 16);
            c3a = Vector512.Load(o3);
            c3b = Vector512.Load(o3 + 16);
            c4a = Vector512.Load(o4);
            c4b = Vector512.Load(o4 + 16);
            c5a = Vector512.Load(o5);
            c5b = Vector512.Load(o5 + 16);
            c6a = Vector512.Load(o6);
            c6b = Vector512.Load(o6 + 16);
            c7a = Vector512.Load(o7);
            c7b = Vector512.Load(o7 + 16);
            c8a = Vector512.Load(o8);
            c8b = Vector512.Load(o8 + 16);
            c9a = Vector512.Load(o9);
            c9b = Vector512.Load(o9 + 16);
            c10a = Vector512.Load(o10);
            c10b = Vector512.Load(o10 + 16);
            c11a = Vector512.Load(o11);
            c11b = Vector512.Load(o11 + 16);
        }

        for (; depth > 0; depth--)
        {
            Vector512<float> wa = Vector512.Load(right);
            Vector512<float> wb = Vector512.Load(right + 16);
            Vector512<float> x = Vector512.Create(left[0]);
            c0a = Vector512.MultiplyAddEstimate(wa, x, c0a);
            c0b = Vector512.MultiplyAddEstimate(wb, x, c0b);
            x = Vector512.Create(left[1]);
            c1a = Vector512.MultiplyAddEstimate(wa, x, c1a);
            c1b = Vector512.MultiplyAddEstimate(wb, x, c1b);
            x = Vector512.Create(left[2]);
            c2a = Vector512.MultiplyAddEstimate(wa, x, c2a);
            c2b = Vector512.MultiplyAddEstimate(wb, x, c2b);
            x = Vector512.Create(left[3]);
            c3a = Vector512.MultiplyAddEstimate(wa, x, c3a);
            c3b = Vector512.MultiplyAddEstimate(wb, x, c3b);
            x = Vector512.Create(left[4]);
            c4a = Vector512.MultiplyAddEstimate(wa, x, c4a);
            c4b = Vector512.MultiplyAddEstimate(wb, x, c4b);
            x = Vector512.Create(left[5]);
            c5a = Vector512.MultiplyAddEstimate(wa, x, c5a);
            c5b = Vector512.MultiplyAddEstimate(wb, x, c5b);
            x = Vector512.Create(left[6]);
            c6a = Vector512.MultiplyAddEstimate(wa, x, c6a);
            c6b = Vector512.MultiplyAddEstimate(wb, x, c6b);
            x = Vector512.Create(left[7]);
            c7a = Vector512.MultiplyAddEstimate(wa, x, c7a);
            c7b = Vector512.MultiplyAddEstimate(wb, x, c7b);
            x = Vector512.Create(left[8]);
            c8a = Vector512.MultiplyAddEstimate(wa, x, c8a);
            c8b = Vector512.MultiplyAddEstimate(wb, x, c8b);
            x = Vector512.Create(left[9]);
            c9a = Vector512.MultiplyAddEstimate(wa, x, c9a);
            c9b = Vector512.MultiplyAddEstimate(wb, x, c9b);
            x = Vector512.Create(left[10]);
            c10a = Vector512.MultiplyAddEstimate(wa, x, c10a);
            c10b = Vector512.MultiplyAddEstimate(wb, x, c10b);
            x = Vector512.Create(left[11]);
            c11a = Vector512.MultiplyAddEstimate(wa, x, c11a);
            c11b = Vector512.MultiplyAddEstimate(wb, x, c11b);
            left += Rows;
            right += Columns;
        }

        c0a.Store(output);
        c0b.Store(output + 16);
        c1a.Store(o1);
        c1b.Store(o1 + 16);
        c2a.Store(o2);
        c2b.Store(o2 + 16);
        c3a.Store(o3);
        c3b.Store(o3 + 16);
        c4a.Store(o4);
        c4b.Store(o4 + 16);
        c5a.Store(o5);
        c5b.Store(o5 + 16);
        c6a.Store(o6);
        c6b.Store(o6 + 16);
        c7a.Store(o7);
        c7b.Store(o7 + 16);
        c8a.Store(o8);
        c8b.Store(o8 + 16);
        c9a.Store(o9);
        c9b.Store(o9 + 16);
        c10a.Store(o10);
        c10b.Store(o10 + 16);
        c11a.Store(o11);
        c11b.Store(o11 + 16);
    }

    /// <summary>6 x 16 of it: 12 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six256(float* left, float* right, nint depth, float* output, nint stride, bool add)
    {
        float* o1 = output + stride;
        float* o2 = output + 2 * stride;
        float* o3 = output + 3 * stride;
        float* o4 = output + 4 * stride;
        float* o5 = output + 5 * stride;
        Vector256<float> c0a = Vector256<float>.Zero;
        Vector256<float> c0b = Vector256<float>.Zero;
        Vector256<float> c1a = Vector256<float>.Zero;
        Vector256<float> c1b = Vector256<float>.Zero;
        Vector256<float> c2a = Vector256<float>.Zero;
        Vector256<float> c2b = Vector256<float>.Zero;
        Vector256<float> c3a = Vector256<float>.Zero;
        Vector256<float> c3b = Vector256<float>.Zero;
        Vector256<float> c4a = Vector256<float>.Zero;
        Vector256<float> c4b = Vector256<float>.Zero;
        Vector256<float> c5a = Vector256<float>.Zero;
        Vector256<float> c5b = Vector256<float>.Zero;
        if (add)
        {
            c0a = Vector256.Load(output);
            c0b = Vector256.Load(output + 8);
            c1a = Vector256.Load(o1);
            c1b = Vector256.Load(o1 + 8);
            c2a = Vector256.Load(o2);
            c2b = Vector256.Load(o2 + 8);
            c3a = Vector256.Load(o3);
            c3b = Vector256.Load(o3 + 8);
            c4a = Vector256.Load(o4);
            c4b = Vector256.Load(o4 + 8);
            c5a = Vector256.Load(o5);
            c5b = Vector256.Load(o5 + 8);
        }

        for (; depth > 0; depth--)
        {
            Vector256<float> wa = Vector256.Load(right);
            Vector256<float> wb = Vector256.Load(right + 8);
            Vector256<float> x = Vector256.Create(left[0]);
            c0a = Vector256.MultiplyAddEstimate(wa, x, c0a);
            c0b = Vector256.MultiplyAddEstimate(wb, x, c0b);
            x = Vector256.Create(left[1]);
            c1a = Vector256.MultiplyAddEstimate(wa, x, c1a);
            c1b = Vector256.MultiplyAddEstimate(wb, x, c1b);
            x = Vector256.Create(left[2]);
            c2a = Vector256.MultiplyAddEstimate(wa, x, c2a);
            c2b = Vector256.MultiplyAddEstimate(wb, x, c2b);
            x = Vector256.Create(left[3]);
            c3a = Vector256.MultiplyAddEstimate(wa, x, c3a);
            c3b = Vector256.MultiplyAddEstimate(wb, x, c3b);
            x = Vector256.Create(left[4]);
            c4a = Vector256.MultiplyAddEstimate(wa, x, c4a);
            c4b = Vector256.MultiplyAddEstimate(wb, x, c4b);
            x = Vector256.Create(left[5]);
            c5a = Vector256.MultiplyAddEstimate(wa, x, c5a);
            c5b = Vector256.MultiplyAddEstimate(wb, x, c5b);
            left += Rows;
            right += Columns;
        }

        c0a.Store(output);
        c0b.Store(output + 8);
        c1a.Store(o1);
        c1b.Store(o1 + 8);
        c2a.Store(o2);
        c2b.Store(o2 + 8);
        c3a.Store(o3);
        c3b.Store(o3 + 8);
        c4a.Store(o4);
        c4b.Store(o4 + 8);
        c5a.Store(o5);
        c5b.Store(o5 + 8);
    }

    /// <summary>4 x 8 of it: 8 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four128(float* left, float* right, nint depth, float* output, nint stride, bool add)
    {
        float* o1 = output + stride;
        float* o2 = output + 2 * stride;
        float* o3 = output + 3 * stride;
        Vector128<float> c0a = Vector128<float>.Zero;
        Vector128<float> c0b = Vector128<float>.Zero;
        Vector128<float> c1a = Vector128<float>.Zero;
        Vector128<float> c1b = Vector128<float>.Zero;
        Vector128<float> c2a = Vector128<float>.Zero;
        Vector128<float> c2b = Vector128<float>.Zero;
        Vector128<float> c3a = Vector128<float>.Zero;
        Vector128<float> c3b = Vector128<float>.Zero;
        if (add)
        {
            c0a = Vector128.Load(output);
            c0b = Vector128.Load(output + 4);
            c1a = Vector128.Load(o1);
            c1b = Vector128.Load(o1 + 4);
            c2a = Vector128.Load(o2);
            c2b = Vector128.Load(o2 + 4);
            c3a = Vector128.Load(o3);
            c3b = Vector128.Load(o3 + 4);
        }

        for (; depth > 0; depth--)
        {
            Vector128<float> wa = Vector128.Load(right);
            Vector128<float> wb = Vector128.Load(right + 4);
            Vector128<float> x = Vector128.Create(left[0]);
            c0a = Vector128.MultiplyAddEstimate(wa, x, c0a);
            c0b = Vector128.MultiplyAddEstimate(wb, x, c0b);
            x = Vector128.Create(left[1]);
            c1a = Vector128.MultiplyAddEstimate(wa, x, c1a);
            c1b = Vector128.MultiplyAddEstimate(wb, x, c1b);
            x = Vector128.Create(left[2]);
            c2a = Vector128.MultiplyAddEstimate(wa, x, c2a);
            c2b = Vector128.MultiplyAddEstimate(wb, x, c2b);
            x = Vector128.Create(left[3]);
            c3a = Vector128.MultiplyAddEstimate(wa, x, c3a);
            c3b = Vector128.MultiplyAddEstimate(wb, x, c3b);
            left += Rows;
            right += Columns;
        }

        c0a.Store(output);
        c0b.Store(output + 4);
        c1a.Store(o1);
        c1b.Store(o1 + 4);
        c2a.Store(o2);
        c2b.Store(o2 + 4);
        c3a.Store(o3);
        c3b.Store(o3 + 4);
    }
}
