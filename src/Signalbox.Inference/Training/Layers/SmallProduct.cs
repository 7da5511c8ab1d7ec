using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Products of up to four rows by one thread: what attention needs within a sequence, where the pool's products would wait more than work.</summary>
internal static unsafe class SmallProduct
{
    public const int Rows = 4;

    /// <summary>c = a b.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">[depth, columns].</param>
    /// <param name="c">[rows, columns].</param>
    /// <param name="rows">1 to 4.</param>
    /// <param name="depth">Any number.</param>
    /// <param name="columns">Any number.</param>
    public static void Multiply(Strided a, Strided b, Strided c, int rows, int depth, int columns)
    {
        // Rows that are not there are the last one again.
        int second = Math.Min(1, rows - 1), third = Math.Min(2, rows - 1), fourth = rows - 1;
        float* a0 = a.Row(0), a1 = a.Row(second), a2 = a.Row(third), a3 = a.Row(fourth);
        float* c0 = c.Row(0), c1 = c.Row(second), c2 = c.Row(third), c3 = c.Row(fourth);
        var column = 0;
        for (; column + 16 <= columns; column += 16)
        {
            Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
            var from = b.Data + column;
            for (var k = 0; k < depth; k++, from += b.Stride)
            {
                var (low, high) = (Vector256.Load(from), Vector256.Load(from + 8));
                var factor = Vector256.Create(a0[k]);
                s00 = Vector256.FusedMultiplyAdd(factor, low, s00);
                s01 = Vector256.FusedMultiplyAdd(factor, high, s01);
                factor = Vector256.Create(a1[k]);
                s10 = Vector256.FusedMultiplyAdd(factor, low, s10);
                s11 = Vector256.FusedMultiplyAdd(factor, high, s11);
                factor = Vector256.Create(a2[k]);
                s20 = Vector256.FusedMultiplyAdd(factor, low, s20);
                s21 = Vector256.FusedMultiplyAdd(factor, high, s21);
                factor = Vector256.Create(a3[k]);
                s30 = Vector256.FusedMultiplyAdd(factor, low, s30);
                s31 = Vector256.FusedMultiplyAdd(factor, high, s31);
            }

            s00.Store(c0 + column);
            s01.Store(c0 + column + 8);
            s10.Store(c1 + column);
            s11.Store(c1 + column + 8);
            s20.Store(c2 + column);
            s21.Store(c2 + column + 8);
            s30.Store(c3 + column);
            s31.Store(c3 + column + 8);
        }

        for (; column + 8 <= columns; column += 8)
        {
            for (var row = 0; row < rows; row++)
            {
                var sum = Vector256<float>.Zero;
                for (var k = 0; k < depth; k++)
                {
                    sum = Vector256.FusedMultiplyAdd(Vector256.Create(a.Row(row)[k]), Vector256.Load(b.Row(k) + column), sum);
                }

                sum.Store(c.Row(row) + column);
            }
        }

        for (; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                var sum = 0f;
                for (var k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a.Row(row)[k], b.Row(k)[column], sum);
                }

                c.Row(row)[column] = sum;
            }
        }
    }

    /// <summary>c += a^T b.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">[rows, columns].</param>
    /// <param name="c">[depth, columns].</param>
    /// <param name="rows">1 to 4.</param>
    /// <param name="depth">Any number.</param>
    /// <param name="columns">Any number.</param>
    public static void AddTransposed(Strided a, Strided b, Strided c, int rows, int depth, int columns)
    {
        var column = 0;
        for (; column + 16 <= columns && rows == Rows; column += 16)
        {
            var (b00, b01) = (Vector256.Load(b.Row(0) + column), Vector256.Load(b.Row(0) + column + 8));
            var (b10, b11) = (Vector256.Load(b.Row(1) + column), Vector256.Load(b.Row(1) + column + 8));
            var (b20, b21) = (Vector256.Load(b.Row(2) + column), Vector256.Load(b.Row(2) + column + 8));
            var (b30, b31) = (Vector256.Load(b.Row(3) + column), Vector256.Load(b.Row(3) + column + 8));
            var to = c.Data + column;
            for (var k = 0; k < depth; k++, to += c.Stride)
            {
                Vector256<float> f0 = Vector256.Create(a.Row(0)[k]), f1 = Vector256.Create(a.Row(1)[k]), f2 = Vector256.Create(a.Row(2)[k]), f3 = Vector256.Create(a.Row(3)[k]);
                var low = Vector256.FusedMultiplyAdd(f0, b00, Vector256.Load(to));
                var high = Vector256.FusedMultiplyAdd(f0, b01, Vector256.Load(to + 8));
                low = Vector256.FusedMultiplyAdd(f1, b10, low);
                high = Vector256.FusedMultiplyAdd(f1, b11, high);
                low = Vector256.FusedMultiplyAdd(f2, b20, low);
                high = Vector256.FusedMultiplyAdd(f2, b21, high);
                Vector256.FusedMultiplyAdd(f3, b30, low).Store(to);
                Vector256.FusedMultiplyAdd(f3, b31, high).Store(to + 8);
            }
        }

        for (var row = 0; row < rows && column < columns; row++)
        {
            for (var k = 0; k < depth; k++)
            {
                Kernels.Rows.Vectors.AddScaled(b.Row(row) + column, a.Row(row)[k], c.Row(k) + column, columns - column);
            }
        }
    }
}

/// <summary>Where rows are.</summary>
internal readonly unsafe struct Strided(float* data, int stride)
{
    public readonly float* Data = data;
    public readonly int Stride = stride;

    public float* Row(int row) => Data + (long)row * Stride;
}
