using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>The functions between the two halves of a feed-forward block, and soft caps.</summary>
internal static unsafe class Gating
{
    /// <summary>up = gate / (1 + e^-gate) * up.</summary>
    public static void Silu(float* gate, float* up, long count)
    {
        long i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Vector512<float> value = Vector512.Load(gate + i);
                Vector512<float> silu = value / (Vector512<float>.One + Exponential.Of(-value));
                (silu * Vector512.Load(up + i)).Store(up + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> value = Vector256.Load(gate + i);
                Vector256<float> silu = value / (Vector256<float>.One + Exponential.Of(-value));
                (silu * Vector256.Load(up + i)).Store(up + i);
            }
        }

        for (; i < count; i++)
        {
            up[i] = gate[i] / (1f + Exponential.Of(-gate[i])) * up[i];
        }
    }

    /// <summary>up = gelu(gate) * up, by the table of <see cref="GeluTable"/>.</summary>
    public static void Gelu(float* table, float* gate, float* up, long count)
    {
        for (long i = 0; i < count; i++)
        {
            up[i] = Gelu(table, gate[i]) * up[i];
        }
    }

    /// <summary>up = gelu(up), by the table of <see cref="GeluTable"/>.</summary>
    public static void GeluWithoutGate(float* table, float* up, long count)
    {
        for (long i = 0; i < count; i++)
        {
            up[i] = Gelu(table, up[i]);
        }
    }

    /// <summary>
    /// gelu of every half-precision number, rounded to half precision: [65536]. The models' answers are compared with an engine that looks gelu up
    /// like this, and a more exact one would differ from it in the fourth digit.
    /// </summary>
    public static void GeluTable(float* table)
    {
        for (int i = 0; i <= ushort.MaxValue; i++)
        {
            float x = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            float inner = 0.79788456080286535587989211986876f * x * (1f + 0.044715f * x * x);
            table[i] = (float)(Half)(0.5f * x * (1f + MathF.Tanh(inner)));
        }
    }

    /// <summary>x = cap * tanh(x / cap).</summary>
    public static void SoftCap(float* x, long count, float cap)
    {
        float inverse = 1f / cap;
        long i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Vector512<float> power = Exponential.Of(Vector512.Load(x + i) * Vector512.Create(2 * inverse));
                Vector512<float> tanh = Vector512<float>.One - Vector512.Create(2f) / (power + Vector512<float>.One);
                (tanh * Vector512.Create(cap)).Store(x + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> power = Exponential.Of(Vector256.Load(x + i) * Vector256.Create(2 * inverse));
                Vector256<float> tanh = Vector256<float>.One - Vector256.Create(2f) / (power + Vector256<float>.One);
                (tanh * Vector256.Create(cap)).Store(x + i);
            }
        }

        for (; i < count; i++)
        {
            x[i] = (1f - 2f / (Exponential.Of(x[i] * (2 * inverse)) + 1f)) * cap;
        }
    }

    private static float Gelu(float* table, float x) =>
        x <= -10f ? 0 : x >= 10f ? x : table[BitConverter.HalfToUInt16Bits((Half)x)];
}
