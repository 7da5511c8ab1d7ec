using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Kernels;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Tests.Kernels;

public sealed unsafe class MatrixProductTests
{
    public static TheoryData<string> Types => [.. Enum.GetNames<TensorType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Products_of_whole_numbers_are_exact_at_awkward_sizes(string type)
    {
        using var pool = new WorkerPool(2);
        var seed = 1;
        foreach (var columns in Columns(type))
        {
            foreach (var (rows, tokens) in new[] { (1, 1), (2, 2), (3, 3), (5, 1), (7, 4), (17, 5), (33, 8), (64, 1), (67, 17) })
            {
                Compare(pool, type, rows, columns, tokens, seed++, exact: true);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Products_of_any_numbers_are_those_of_the_rounded_input(string type)
    {
        using var pool = new WorkerPool(2);
        var seed = 1000;
        foreach (var columns in Columns(type))
        {
            foreach (var (rows, tokens) in new[] { (1, 1), (6, 2), (31, 1), (9, 7), (40, 16) })
            {
                Compare(pool, type, rows, columns, tokens, seed++, exact: false);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Rows_of_the_widest_layers_are_as_exact(string type)
    {
        using var pool = new WorkerPool(3);
        Compare(pool, type, 130, type.EndsWith('K') ? 2816 : 5632, 3, 77, exact: true);
        Compare(pool, type, 515, 2048, 1, 78, exact: true);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_scalar_reference_follows_the_description_of_the_formats(string type)
    {
        foreach (var columns in Columns(type))
        {
            using var pool = new WorkerPool(1);
            using var weights = new RandomMatrix(Enum.Parse<TensorType>(type), 5, columns, columns, unitScales: true, offset: 3);
            using var input = WholeNumbers(2, columns, columns);
            input.Prepare(pool, Activations.FormFor(weights.Matrix.Type));
            var forms = input.Forms;
            var outputs = new float[10];
            fixed (float* first = outputs)
            {
                var task = new RowTask { Weights = weights.Matrix.Data, RowBytes = weights.Matrix.RowBytes, Rows = 5, Input = &forms, Output = first, Stride = 5 };
                ScalarKernels.For(weights.Matrix.Type)(&task);
            }

            AssertEqual(weights, input, 0, outputs.AsSpan(0, 5), exact: true);
            AssertEqual(weights, input, 1, outputs.AsSpan(5), exact: true);
        }
    }

    [Fact]
    public void Rounding_to_blocks_is_that_of_the_formats()
    {
        using var pool = new WorkerPool(1);
        using var input = AnyNumbers(3, 512, 5);
        input.Prepare(pool, ActivationForm.Q8 | ActivationForm.K8 | ActivationForm.Halves);
        var forms = input.Forms;
        for (var i = 0; i < 3 * 512; i++)
        {
            var eight = new ReadOnlySpan<float>(input.Values + i / 32 * 32, 32).ToArray();
            var most = eight.Max(MathF.Abs);
            Assert.Equal((float)(Half)(most / 127f), forms.Q8Scales[i / 512 * forms.BlockStride + i % 512 / 32]);
            Assert.Equal((sbyte)MathF.Round(input.Values[i] * (127f / most)), forms.Q8Values[i / 512 * forms.ByteStride + i % 512]);
            var block = new ReadOnlySpan<float>(input.Values + i / 256 * 256, 256).ToArray();
            var inverse = -127f / block.MaxBy(MathF.Abs);
            Assert.Equal(1f / inverse, forms.K8Scales[i / 512 * forms.BlockStride + i % 512 / 256]);
            Assert.Equal((sbyte)Math.Min(127, MathF.Round(input.Values[i] * inverse)), forms.K8Values[i / 512 * forms.ByteStride + i % 512]);
            Assert.Equal((float)(Half)input.Values[i], forms.Halves[i]);
        }

        for (var group = 0; group < 512 / 16; group++)
        {
            Assert.Equal(new ReadOnlySpan<sbyte>(forms.K8Values + 16 * group, 16).ToArray().Sum(static q => q), forms.K8Sums[group]);
        }
    }

    [Fact]
    public void A_group_of_products_of_several_types_shares_one_input()
    {
        using var pool = new WorkerPool(2);
        using var a = new RandomMatrix(TensorType.Q4_0, 300, 256, 1, unitScales: true);
        using var b = new RandomMatrix(TensorType.Q6_K, 70, 256, 2, unitScales: true);
        using var c = new RandomMatrix(TensorType.F16, 1, 256, 3, unitScales: true);
        using var input = WholeNumbers(2, 256, 4);
        var outputs = new float[2 * 400];
        fixed (float* first = outputs)
        {
            MatrixProduct.Run(pool, input, [new(a.Matrix, first, 400), new(b.Matrix, first + 300, 400), new(c.Matrix, first + 370, 400)]);
            for (var token = 0; token < 2; token++)
            {
                AssertEqual(a, input, token, outputs.AsSpan(400 * token, 300), exact: true);
                AssertEqual(b, input, token, outputs.AsSpan(400 * token + 300, 70), exact: true);
                AssertEqual(c, input, token, outputs.AsSpan(400 * token + 370, 1), exact: true);
                Assert.Equal(0, outputs[400 * token + 371]);
            }
        }
    }

    [Fact]
    public void Changed_values_are_rounded_anew()
    {
        using var pool = new WorkerPool(1);
        using var weights = new RandomMatrix(TensorType.Q8_0, 3, 64, 1, unitScales: true);
        using var input = WholeNumbers(1, 64, 2);
        var outputs = new float[3];
        fixed (float* first = outputs)
        {
            MatrixProduct.Run(pool, input, [new(weights.Matrix, first, 3)]);
            new Span<float>(input.Values, 64).Fill(127);
            input.Changed();
            MatrixProduct.Run(pool, input, [new(weights.Matrix, first, 3)]);
            AssertEqual(weights, input, 0, outputs, exact: true);
        }
    }

    [Fact]
    public void Weights_of_another_width_are_refused()
    {
        using var pool = new WorkerPool(1);
        using var weights = new RandomMatrix(TensorType.F32, 2, 32, 1);
        using var input = WholeNumbers(1, 64, 2);
        var output = stackalloc float[2];
        Assert.Throws<ArgumentException>(() => MatrixProduct.Run(pool, input, [new(weights.Matrix, null, 2)]));
    }

    [Fact]
    public void A_product_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        using var weights = new RandomMatrix(TensorType.Q4_0, 300, 256, 1);
        using var input = WholeNumbers(3, 256, 2);
        var outputs = new float[900];
        fixed (float* first = outputs)
        {
            Product product = new(weights.Matrix, first, 300);
            MatrixProduct.Run(pool, input, [product]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                input.Changed();
                MatrixProduct.Run(pool, input, new ReadOnlySpan<Product>(in product));
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static int[] Columns(string type) => TensorTypes.BlockValues(Enum.Parse<TensorType>(type)) switch
    {
        1 => [1, 3, 8, 15, 16, 17, 32, 33, 63, 64, 65, 96, 257, 288],
        32 => [32, 64, 96, 128, 160, 256, 288, 320, 512],
        _ => [256, 512, 768, 1280],
    };

    private static void Compare(WorkerPool pool, string name, int rows, int columns, int tokens, int seed, bool exact)
    {
        var type = Enum.Parse<TensorType>(name);
        using var weights = new RandomMatrix(type, rows, columns, seed, exact, offset: seed % 64);
        using var input = exact ? WholeNumbers(tokens, columns, seed) : AnyNumbers(tokens, columns, seed);
        var stride = rows + 3;
        var outputs = new float[tokens * stride];
        outputs.AsSpan().Fill(float.NaN);
        fixed (float* first = outputs)
        {
            MatrixProduct.Run(pool, input, [new(weights.Matrix, first, stride)]);
        }

        for (var token = 0; token < tokens; token++)
        {
            AssertEqual(weights, input, token, outputs.AsSpan(token * stride, rows), exact);
            Assert.True(float.IsNaN(outputs[token * stride + rows]), "a value beyond the row was written");
        }
    }

    private static void AssertEqual(RandomMatrix weights, Activations input, int token, ReadOnlySpan<float> actual, bool exact)
    {
        var form = Activations.FormFor(weights.Matrix.Type);
        for (var row = 0; row < weights.Matrix.Rows; row++)
        {
            double sum = 0;
            double magnitude = 0;
            for (var i = 0; i < input.Columns; i++)
            {
                var product = weights.Values[row * input.Columns + i] * Rounded(input.Forms, form, token, i);
                sum += product;
                magnitude += Math.Abs(product);
            }

            // Scales and minima are products of a few floats; what is summed has at most so many roundings of its magnitude.
            Assert.True(
                exact ? sum == actual[row] : Math.Abs(sum - actual[row]) <= 4e-6 * magnitude + 1e-30,
                $"{weights.Matrix.Type} [{weights.Matrix.Rows}, {input.Columns}] token {token} row {row}: {actual[row]:R} instead of {sum:R}");
        }
    }

    private static double Rounded(in ActivationForms forms, ActivationForm form, int token, int i) => form switch
    {
        ActivationForm.Q8 => forms.Q8Values[token * forms.ByteStride + i] * (double)forms.Q8Scales[token * forms.BlockStride + i / 32],
        ActivationForm.K8 => forms.K8Values[token * forms.ByteStride + i] * (double)forms.K8Scales[token * forms.BlockStride + i / 256],
        ActivationForm.Halves => forms.Halves[token * forms.Columns + i],
        _ => forms.Values[token * forms.Columns + i],
    };

    /// <summary>Whole numbers whose extreme in every 32 values is -127, so that every form has the scale 1.</summary>
    private static Activations WholeNumbers(int tokens, int columns, int seed)
    {
        var random = new Random(seed);
        var input = new Activations(tokens, columns) { Rows = tokens };
        for (var i = 0; i < tokens * columns; i++)
        {
            input.Values[i] = i % columns % 32 == 0 ? -127 : random.Next(-126, 127);
        }

        input.Changed();
        return input;
    }

    private static Activations AnyNumbers(int tokens, int columns, int seed)
    {
        var random = new Random(seed);
        var input = new Activations(tokens, columns) { Rows = tokens };
        for (var i = 0; i < tokens * columns; i++)
        {
            input.Values[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 3)));
        }

        input.Changed();
        return input;
    }
}
