using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Attention;

/// <summary>The two products of attention, for a group of 8, 4 or 1 query rows and a block of positions, all in F32.</summary>
internal static unsafe class AttentionProducts
{
    /// <summary>Rows that are computed together: as many as registers hold.</summary>
    public const int MostRows = 8;

    private const int Positions = CacheFormat.BlockPositions;

    /// <summary>The next group of rows: 8, 4 or 1.</summary>
    public static int GroupOf(int rowsLeft) => rowsLeft >= 8 ? 8 : rowsLeft >= 4 ? 4 : 1;

    /// <summary>scores[r, p] = sum over d of queries[d, r] * keys[d, p] for 16 positions.</summary>
    /// <param name="queries">[length, rows].</param>
    /// <param name="rows">8, 4 or 1.</param>
    /// <param name="keys">[length, 16].</param>
    /// <param name="length">Values of a head.</param>
    /// <param name="scores">The first row's 16 scores.</param>
    /// <param name="stride">Values between the scores of two rows.</param>
    public static void Scores(float* queries, int rows, float* keys, int length, float* scores, long stride)
    {
        if (Avx512F.IsSupported)
        {
            if (rows == 8)
            {
                Scores8(queries, keys, length, scores, stride);
            }
            else if (rows == 4)
            {
                Scores4(queries, keys, length, scores, stride);
            }
            else
            {
                Scores1(queries, keys, length, scores);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            if (rows == 1)
            {
                ScoresNarrow1(queries, keys, length, scores);
                return;
            }

            for (int row = 0; row < rows; row += 4)
            {
                ScoresNarrow4(queries + row, rows, keys, length, scores + (row * stride), stride);
            }
        }
        else
        {
            ScoresScalar(queries, rows, keys, length, scores, stride);
        }
    }

    /// <summary>mixes[r, d] += sum over p of weights[r, p] * values[p, d].</summary>
    /// <param name="weights">The first row's weights.</param>
    /// <param name="weightStride">Values between the weights of two rows.</param>
    /// <param name="rows">8, 4 or 1.</param>
    /// <param name="values">[count, length].</param>
    /// <param name="count">Positions.</param>
    /// <param name="length">Values of a head; a multiple of 16.</param>
    /// <param name="mixes">[rows, length].</param>
    public static void Mix(float* weights, long weightStride, int rows, float* values, int count, int length, float* mixes)
    {
        if (Avx512F.IsSupported)
        {
            for (int first = 0; first < length; first += 16)
            {
                if (rows == 8)
                {
                    Mix8(weights, weightStride, values + first, count, length, mixes + first);
                }
                else if (rows == 4)
                {
                    Mix4(weights, weightStride, values + first, count, length, mixes + first);
                }
                else
                {
                    Mix1(weights, values + first, count, length, mixes + first);
                }
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (int first = 0; first < length; first += 16)
            {
                if (rows == 1)
                {
                    MixNarrow1(weights, values + first, count, length, mixes + first);
                    continue;
                }

                for (int row = 0; row < rows; row += 4)
                {
                    MixNarrow4(weights + (row * weightStride), weightStride, values + first, count, length, mixes + (row * length) + first);
                }
            }
        }
        else
        {
            MixScalar(weights, weightStride, rows, values, count, length, mixes);
        }
    }

    public static void ScoresScalar(float* queries, int rows, float* keys, int length, float* scores, long stride)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int position = 0; position < Positions; position++)
            {
                float sum = 0;
                for (int d = 0; d < length; d++)
                {
                    sum = MathF.FusedMultiplyAdd(queries[(d * rows) + row], keys[(d * Positions) + position], sum);
                }

                scores[(row * stride) + position] = sum;
            }
        }
    }

    public static void MixScalar(float* weights, long weightStride, int rows, float* values, int count, int length, float* mixes)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int position = 0; position < count; position++)
            {
                float weight = weights[(row * weightStride) + position];
                for (int d = 0; d < length; d++)
                {
                    mixes[(row * length) + d] = MathF.FusedMultiplyAdd(weight, values[(position * length) + d], mixes[(row * length) + d]);
                }
            }
        }
    }

    private static void Scores8(float* queries, float* keys, int length, float* scores, long stride)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int d = 0; d < length; d++, queries += 8, keys += Positions)
        {
            Vector512<float> key = Vector512.Load(keys);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[0]), key, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[1]), key, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[2]), key, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[3]), key, s3);
            s4 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[4]), key, s4);
            s5 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[5]), key, s5);
            s6 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[6]), key, s6);
            s7 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[7]), key, s7);
        }

        s0.Store(scores);
        s1.Store(scores + stride);
        s2.Store(scores + (2 * stride));
        s3.Store(scores + (3 * stride));
        s4.Store(scores + (4 * stride));
        s5.Store(scores + (5 * stride));
        s6.Store(scores + (6 * stride));
        s7.Store(scores + (7 * stride));
    }

    private static void Scores4(float* queries, float* keys, int length, float* scores, long stride)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (int d = 0; d < length; d++, queries += 4, keys += Positions)
        {
            Vector512<float> key = Vector512.Load(keys);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[0]), key, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[1]), key, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[2]), key, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[3]), key, s3);
        }

        s0.Store(scores);
        s1.Store(scores + stride);
        s2.Store(scores + (2 * stride));
        s3.Store(scores + (3 * stride));
    }

    private static void Scores1(float* queries, float* keys, int length, float* scores)
    {
        // Four sums, because one would wait for itself.
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        int d = 0;
        for (; d + 4 <= length; d += 4, keys += 4 * Positions)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[d]), Vector512.Load(keys), s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[d + 1]), Vector512.Load(keys + Positions), s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[d + 2]), Vector512.Load(keys + (2 * Positions)), s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[d + 3]), Vector512.Load(keys + (3 * Positions)), s3);
        }

        for (; d < length; d++, keys += Positions)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(queries[d]), Vector512.Load(keys), s0);
        }

        (s0 + s1 + (s2 + s3)).Store(scores);
    }

    private static void ScoresNarrow4(float* queries, int queryStride, float* keys, int length, float* scores, long stride)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
        for (int d = 0; d < length; d++, queries += queryStride, keys += Positions)
        {
            Vector256<float> lower = Vector256.Load(keys);
            Vector256<float> upper = Vector256.Load(keys + 8);
            Vector256<float> query = Vector256.Create(queries[0]);
            s0 = Vector256.FusedMultiplyAdd(query, lower, s0);
            t0 = Vector256.FusedMultiplyAdd(query, upper, t0);
            query = Vector256.Create(queries[1]);
            s1 = Vector256.FusedMultiplyAdd(query, lower, s1);
            t1 = Vector256.FusedMultiplyAdd(query, upper, t1);
            query = Vector256.Create(queries[2]);
            s2 = Vector256.FusedMultiplyAdd(query, lower, s2);
            t2 = Vector256.FusedMultiplyAdd(query, upper, t2);
            query = Vector256.Create(queries[3]);
            s3 = Vector256.FusedMultiplyAdd(query, lower, s3);
            t3 = Vector256.FusedMultiplyAdd(query, upper, t3);
        }

        s0.Store(scores);
        t0.Store(scores + 8);
        s1.Store(scores + stride);
        t1.Store(scores + stride + 8);
        s2.Store(scores + (2 * stride));
        t2.Store(scores + (2 * stride) + 8);
        s3.Store(scores + (3 * stride));
        t3.Store(scores + (3 * stride) + 8);
    }

    private static void ScoresNarrow1(float* queries, float* keys, int length, float* scores)
    {
        Vector256<float> s0 = default, s1 = default, t0 = default, t1 = default;
        int d = 0;
        for (; d + 2 <= length; d += 2, keys += 2 * Positions)
        {
            s0 = Vector256.FusedMultiplyAdd(Vector256.Create(queries[d]), Vector256.Load(keys), s0);
            t0 = Vector256.FusedMultiplyAdd(Vector256.Create(queries[d]), Vector256.Load(keys + 8), t0);
            s1 = Vector256.FusedMultiplyAdd(Vector256.Create(queries[d + 1]), Vector256.Load(keys + Positions), s1);
            t1 = Vector256.FusedMultiplyAdd(Vector256.Create(queries[d + 1]), Vector256.Load(keys + Positions + 8), t1);
        }

        for (; d < length; d++, keys += Positions)
        {
            s0 = Vector256.FusedMultiplyAdd(Vector256.Create(queries[d]), Vector256.Load(keys), s0);
            t0 = Vector256.FusedMultiplyAdd(Vector256.Create(queries[d]), Vector256.Load(keys + 8), t0);
        }

        (s0 + s1).Store(scores);
        (t0 + t1).Store(scores + 8);
    }

    private static void Mix8(float* weights, long weightStride, float* values, int count, int length, float* mixes)
    {
        float* w4 = weights + (4 * weightStride);
        Vector512<float> m0 = Vector512.Load(mixes);
        Vector512<float> m1 = Vector512.Load(mixes + length);
        Vector512<float> m2 = Vector512.Load(mixes + (2 * length));
        Vector512<float> m3 = Vector512.Load(mixes + (3 * length));
        Vector512<float> m4 = Vector512.Load(mixes + (4 * length));
        Vector512<float> m5 = Vector512.Load(mixes + (5 * length));
        Vector512<float> m6 = Vector512.Load(mixes + (6 * length));
        Vector512<float> m7 = Vector512.Load(mixes + (7 * length));
        for (int position = 0; position < count; position++, values += length, weights++, w4++)
        {
            Vector512<float> value = Vector512.Load(values);
            m0 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[0]), value, m0);
            m1 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[weightStride]), value, m1);
            m2 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[2 * weightStride]), value, m2);
            m3 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[3 * weightStride]), value, m3);
            m4 = Vector512.FusedMultiplyAdd(Vector512.Create(w4[0]), value, m4);
            m5 = Vector512.FusedMultiplyAdd(Vector512.Create(w4[weightStride]), value, m5);
            m6 = Vector512.FusedMultiplyAdd(Vector512.Create(w4[2 * weightStride]), value, m6);
            m7 = Vector512.FusedMultiplyAdd(Vector512.Create(w4[3 * weightStride]), value, m7);
        }

        m0.Store(mixes);
        m1.Store(mixes + length);
        m2.Store(mixes + (2 * length));
        m3.Store(mixes + (3 * length));
        m4.Store(mixes + (4 * length));
        m5.Store(mixes + (5 * length));
        m6.Store(mixes + (6 * length));
        m7.Store(mixes + (7 * length));
    }

    private static void Mix4(float* weights, long weightStride, float* values, int count, int length, float* mixes)
    {
        Vector512<float> m0 = Vector512.Load(mixes);
        Vector512<float> m1 = Vector512.Load(mixes + length);
        Vector512<float> m2 = Vector512.Load(mixes + (2 * length));
        Vector512<float> m3 = Vector512.Load(mixes + (3 * length));
        for (int position = 0; position < count; position++, values += length, weights++)
        {
            Vector512<float> value = Vector512.Load(values);
            m0 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[0]), value, m0);
            m1 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[weightStride]), value, m1);
            m2 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[2 * weightStride]), value, m2);
            m3 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[3 * weightStride]), value, m3);
        }

        m0.Store(mixes);
        m1.Store(mixes + length);
        m2.Store(mixes + (2 * length));
        m3.Store(mixes + (3 * length));
    }

    private static void Mix1(float* weights, float* values, int count, int length, float* mixes)
    {
        Vector512<float> m0 = Vector512.Load(mixes);
        Vector512<float> m1 = default, m2 = default, m3 = default;
        int position = 0;
        for (; position + 4 <= count; position += 4, values += 4 * length)
        {
            m0 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[position]), Vector512.Load(values), m0);
            m1 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[position + 1]), Vector512.Load(values + length), m1);
            m2 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[position + 2]), Vector512.Load(values + (2 * length)), m2);
            m3 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[position + 3]), Vector512.Load(values + (3 * length)), m3);
        }

        for (; position < count; position++, values += length)
        {
            m0 = Vector512.FusedMultiplyAdd(Vector512.Create(weights[position]), Vector512.Load(values), m0);
        }

        (m0 + m1 + (m2 + m3)).Store(mixes);
    }

    private static void MixNarrow4(float* weights, long weightStride, float* values, int count, int length, float* mixes)
    {
        Vector256<float> m0 = Vector256.Load(mixes), n0 = Vector256.Load(mixes + 8);
        Vector256<float> m1 = Vector256.Load(mixes + length), n1 = Vector256.Load(mixes + length + 8);
        Vector256<float> m2 = Vector256.Load(mixes + (2 * length)), n2 = Vector256.Load(mixes + (2 * length) + 8);
        Vector256<float> m3 = Vector256.Load(mixes + (3 * length)), n3 = Vector256.Load(mixes + (3 * length) + 8);
        for (int position = 0; position < count; position++, values += length, weights++)
        {
            Vector256<float> lower = Vector256.Load(values);
            Vector256<float> upper = Vector256.Load(values + 8);
            Vector256<float> weight = Vector256.Create(weights[0]);
            m0 = Vector256.FusedMultiplyAdd(weight, lower, m0);
            n0 = Vector256.FusedMultiplyAdd(weight, upper, n0);
            weight = Vector256.Create(weights[weightStride]);
            m1 = Vector256.FusedMultiplyAdd(weight, lower, m1);
            n1 = Vector256.FusedMultiplyAdd(weight, upper, n1);
            weight = Vector256.Create(weights[2 * weightStride]);
            m2 = Vector256.FusedMultiplyAdd(weight, lower, m2);
            n2 = Vector256.FusedMultiplyAdd(weight, upper, n2);
            weight = Vector256.Create(weights[3 * weightStride]);
            m3 = Vector256.FusedMultiplyAdd(weight, lower, m3);
            n3 = Vector256.FusedMultiplyAdd(weight, upper, n3);
        }

        m0.Store(mixes);
        n0.Store(mixes + 8);
        m1.Store(mixes + length);
        n1.Store(mixes + length + 8);
        m2.Store(mixes + (2 * length));
        n2.Store(mixes + (2 * length) + 8);
        m3.Store(mixes + (3 * length));
        n3.Store(mixes + (3 * length) + 8);
    }

    private static void MixNarrow1(float* weights, float* values, int count, int length, float* mixes)
    {
        Vector256<float> m0 = Vector256.Load(mixes), n0 = Vector256.Load(mixes + 8);
        Vector256<float> m1 = default, n1 = default;
        int position = 0;
        for (; position + 2 <= count; position += 2, values += 2 * length)
        {
            m0 = Vector256.FusedMultiplyAdd(Vector256.Create(weights[position]), Vector256.Load(values), m0);
            n0 = Vector256.FusedMultiplyAdd(Vector256.Create(weights[position]), Vector256.Load(values + 8), n0);
            m1 = Vector256.FusedMultiplyAdd(Vector256.Create(weights[position + 1]), Vector256.Load(values + length), m1);
            n1 = Vector256.FusedMultiplyAdd(Vector256.Create(weights[position + 1]), Vector256.Load(values + length + 8), n1);
        }

        for (; position < count; position++, values += length)
        {
            m0 = Vector256.FusedMultiplyAdd(Vector256.Create(weights[position]), Vector256.Load(values), m0);
            n0 = Vector256.FusedMultiplyAdd(Vector256.Create(weights[position]), Vector256.Load(values + 8), n0);
        }

        (m0 + m1).Store(mixes);
        (n0 + n1).Store(mixes + 8);
    }
}
