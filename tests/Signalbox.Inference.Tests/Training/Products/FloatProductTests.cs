using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Tests.Training.Products;

/// <summary>The three products against sums of doubles. Run again with narrower instruction sets by ReducedInstructionSetTests.</summary>
public sealed class FloatProductTests
{
    /// <summary>Half of the distance of 1 to the next float.</summary>
    private const double Rounding = 1.0 / (1 << 24);

    private static readonly int[] Sizes = [1, 7, 12, 31, 33, 100];

    public static TheoryData<string, bool> Forms => new()
    {
        { "a b^T", false }, { "a b^T", true }, { "a b", false }, { "a b", true }, { "a^T b", false }, { "a^T b", true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Products_are_right_within_their_roundings_at_awkward_sizes(string form, bool add)
    {
        using var pool = new WorkerPool(2);
        using var product = new FloatProduct(pool);
        foreach (var m in Sizes)
        {
            foreach (var n in Sizes)
            {
                foreach (var k in new[] { 1, 7, 33, 100 })
                {
                    Compare(product, form, add, m, n, k, gap: (m + n + k) % 4);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Depths_of_several_blocks_and_many_chunks_are_as_right(string form, bool add)
    {
        foreach (var threads in new[] { 1, 2, 3, 4 })
        {
            using var pool = new WorkerPool(threads);
            using var product = new FloatProduct(pool);
            Compare(product, form, add, 5, 3, 4 * ProductWork.MostDepth + 1, gap: 1);
            Compare(product, form, add, 500 + threads, 40, ProductWork.MostDepth, gap: 0);
            Compare(product, form, add, 30, 700 + threads, ProductWork.MostDepth + 1, gap: 2);
            Compare(product, form, add, 96, 96, 2 * ProductWork.MostDepth - 3, gap: 0);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_output_has_the_same_bits_in_every_run_and_with_any_number_of_threads(string form, bool add)
    {
        int[]? expected = null;
        using var a = Left(form, 301, 900);
        using var b = Right(form, 167, 900);
        using var initial = new RandomFloats(301, 167, 3, 9);
        using var c = new RandomFloats(301, 167, 3, 9);
        foreach (var threads in new[] { 1, 2, 2, 3, 4 })
        {
            using var pool = new WorkerPool(threads);
            using var product = new FloatProduct(pool);
            for (var run = 0; run < 3; run++)
            {
                c.CopyFrom(initial);
                Multiply(product, form, a, b, c, add);
                expected ??= c.Bits();
                Assert.Equal(expected, c.Bits());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_row_has_the_same_bits_wherever_it_stands(string form, bool add)
    {
        using var pool = new WorkerPool(2);
        using var product = new FloatProduct(pool);
        using var a = Left(form, 40, 50);
        using var b = Right(form, 70, 50);
        using var whole = new RandomFloats(40, 70, 0, 5);
        using var rows = new RandomFloats(17, 70, 0, 6);
        for (var i = 0; i < 17 * 70; i++)
        {
            rows[i / 70, i % 70] = whole[20 + i / 70, i % 70];
        }

        Multiply(product, form, a, b, whole, add);
        using var part = Left(form, 17, 50);
        for (var i = 0; i < 17 * 50; i++)
        {
            SetLeft(part, form, i / 50, i % 50, At(a, form == "a^T b", 20 + i / 50, i % 50));
        }

        Multiply(product, form, part, b, rows, add);
        for (var i = 0; i < 17 * 70; i++)
        {
            Assert.Equal(whole[20 + i / 70, i % 70], rows[i / 70, i % 70]);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Sides_without_rows_and_sums_without_terms_are_products_too(string form, bool add)
    {
        using var pool = new WorkerPool(2);
        using var product = new FloatProduct(pool);
        Compare(product, form, add, 0, 5, 3, gap: 1);
        Compare(product, form, add, 5, 0, 3, gap: 1);
        Compare(product, form, add, 5, 3, 0, gap: 1);
        Compare(product, form, add, 0, 0, 0, gap: 0);
    }

    [Fact]
    public void Matrices_that_do_not_fit_together_are_refused()
    {
        using var pool = new WorkerPool(1);
        using var product = new FloatProduct(pool);
        using var a = new RandomFloats(4, 5, 0, 1);
        using var b = new RandomFloats(5, 6, 0, 2);
        using var c = new RandomFloats(4, 6, 0, 3);
        product.Multiply(a.Matrix, b.Matrix, c.Matrix, add: false);
        Assert.Throws<ArgumentException>(() => product.MultiplyByTransposed(a.Matrix, b.Matrix, c.Matrix, add: false));
        Assert.Throws<ArgumentException>(() => product.MultiplyTransposed(a.Matrix, b.Matrix, c.Matrix, add: false));
        Assert.Throws<ArgumentException>(() => product.Multiply(a.Matrix, b.Matrix, a.Matrix, add: false));
    }

    [Fact]
    public void After_the_largest_product_nothing_is_allocated()
    {
        using var pool = new WorkerPool(2);
        using var product = new FloatProduct(pool);
        using var a = new RandomFloats(100, 70, 0, 1);
        using var b = new RandomFloats(100, 70, 0, 2);
        using var c = new RandomFloats(100, 100, 0, 3);
        product.MultiplyByTransposed(a.Matrix, b.Matrix, c.Matrix, add: false);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            product.MultiplyByTransposed(a.Matrix, b.Matrix, c.Matrix, add: true);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Compare(FloatProduct product, string form, bool add, int m, int n, int k, int gap)
    {
        using var a = Left(form, m, k, gap);
        using var b = Right(form, n, k, gap);
        using var initial = new RandomFloats(m, n, gap, 7);
        using var c = new RandomFloats(m, n, gap, 7);
        if (!add)
        {
            // What is overwritten must not be read.
            Fill(c, float.NaN);
        }

        Multiply(product, form, a, b, c, add);
        Assert.False(c.HasStrayValues(), $"{form} [{m}, {n}, {k}] wrote between the rows");
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                double sum = add ? initial[i, j] : 0;
                var magnitude = Math.Abs(sum);
                for (var p = 0; p < k; p++)
                {
                    var term = (double)At(a, form == "a^T b", i, p) * At(b, form != "a b^T", j, p);
                    sum += term;
                    magnitude += Math.Abs(term);
                }

                // Each term is rounded at most once itself, and once with every sum that it is in.
                Assert.True(
                    Math.Abs(sum - c[i, j]) <= (k + 1) * Rounding * 1.01 * magnitude,
                    $"{form} [{m}, {n}, {k}]{(add ? " added" : "")} at {i}, {j}: {c[i, j]:R} instead of {sum:R}");
            }
        }
    }

    private static void Multiply(FloatProduct product, string form, RandomFloats a, RandomFloats b, RandomFloats c, bool add)
    {
        switch (form)
        {
            case "a b^T":
                product.MultiplyByTransposed(a.Matrix, b.Matrix, c.Matrix, add);
                break;
            case "a b":
                product.Multiply(a.Matrix, b.Matrix, c.Matrix, add);
                break;
            default:
                product.MultiplyTransposed(a.Matrix, b.Matrix, c.Matrix, add);
                break;
        }
    }

    private static RandomFloats Left(string form, int m, int k, int gap = 2) => form == "a^T b" ? new(k, m, gap, 1) : new(m, k, gap, 1);

    private static RandomFloats Right(string form, int n, int k, int gap = 1) => form == "a b^T" ? new(n, k, gap, 2) : new(k, n, gap, 2);

    private static float At(RandomFloats side, bool transposed, int lane, int depth) => transposed ? side[depth, lane] : side[lane, depth];

    private static void SetLeft(RandomFloats side, string form, int lane, int depth, float value)
    {
        if (form == "a^T b")
        {
            side[depth, lane] = value;
        }
        else
        {
            side[lane, depth] = value;
        }
    }

    private static void Fill(RandomFloats matrix, float value)
    {
        for (var row = 0; row < matrix.Matrix.Rows; row++)
        {
            for (var column = 0; column < matrix.Matrix.Columns; column++)
            {
                matrix[row, column] = value;
            }
        }
    }
}
