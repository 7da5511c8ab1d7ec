using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Training.Products;

/// <summary>
/// Copies a side of a product into panels: [depth][width], so that a kernel reads both sides in the order in which it needs them. Lanes that a side
/// does not have are zeros.
/// </summary>
internal static unsafe class PanelPacking
{
    /// <summary>Lanes are rows of the matrix, the depth runs along them.</summary>
    /// <param name="source">The first value of the first lane.</param>
    /// <param name="stride">Elements between two lanes.</param>
    /// <param name="lanes">1 to <paramref name="width"/>.</param>
    /// <param name="depth">Any number.</param>
    /// <param name="panel">[depth][width].</param>
    /// <param name="width">A multiple of 4.</param>
    public static void PackRows(float* source, nint stride, int lanes, int depth, float* panel, int width)
    {
        int lane = 0;
        if (Sse.IsSupported)
        {
            for (; lane + 4 <= lanes; lane += 4)
            {
                PackFourRows(source + lane * stride, stride, depth, panel + lane, width);
            }
        }

        for (; lane < lanes; lane++)
        {
            float* row = source + lane * stride;
            for (nint d = 0; d < depth; d++)
            {
                panel[d * width + lane] = row[d];
            }
        }

        ClearLanes(panel, depth, width, lanes);
    }

    /// <summary>Lanes are columns of the matrix, the depth runs down its rows.</summary>
    /// <param name="source">The first value of the first lane.</param>
    /// <param name="stride">Elements between two steps of the depth.</param>
    /// <param name="lanes">1 to <paramref name="width"/>.</param>
    /// <param name="depth">Any number.</param>
    /// <param name="panel">[depth][width].</param>
    /// <param name="width">A multiple of 4.</param>
    public static void PackColumns(float* source, nint stride, int lanes, int depth, float* panel, int width)
    {
        if (lanes == width)
        {
            for (nint d = 0; d < depth; d++)
            {
                float* from = source + d * stride;
                float* to = panel + d * width;
                for (int lane = 0; lane < width; lane += 4)
                {
                    Vector128.Load(from + lane).Store(to + lane);
                }
            }

            return;
        }

        for (nint d = 0; d < depth; d++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                panel[d * width + lane] = source[d * stride + lane];
            }
        }

        ClearLanes(panel, depth, width, lanes);
    }

    /// <summary>Four steps of four lanes at a time, transposed in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackFourRows(float* source, nint stride, nint depth, float* panel, nint width)
    {
        float* s1 = source + stride;
        float* s2 = source + 2 * stride;
        float* s3 = source + 3 * stride;
        nint d = 0;
        for (; d + 4 <= depth; d += 4)
        {
            Vector128<float> r0 = Vector128.Load(source + d);
            Vector128<float> r1 = Vector128.Load(s1 + d);
            Vector128<float> r2 = Vector128.Load(s2 + d);
            Vector128<float> r3 = Vector128.Load(s3 + d);
            Vector128<float> low01 = Sse.UnpackLow(r0, r1);
            Vector128<float> low23 = Sse.UnpackLow(r2, r3);
            Vector128<float> high01 = Sse.UnpackHigh(r0, r1);
            Vector128<float> high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).Store(panel);
            Sse.MoveHighToLow(low23, low01).Store(panel + width);
            Sse.MoveLowToHigh(high01, high23).Store(panel + 2 * width);
            Sse.MoveHighToLow(high23, high01).Store(panel + 3 * width);
            panel += 4 * width;
        }

        for (; d < depth; d++)
        {
            Vector128.Create(source[d], s1[d], s2[d], s3[d]).Store(panel);
            panel += width;
        }
    }

    private static void ClearLanes(float* panel, nint depth, int width, int lanes)
    {
        for (nint d = 0; lanes < width && d < depth; d++)
        {
            new Span<float>(panel + d * width + lanes, width - lanes).Clear();
        }
    }
}
