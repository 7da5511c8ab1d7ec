using Signalbox.Inference.Kernels.Rows;
using System.Runtime.InteropServices;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Kernels;
using Signalbox.Inference.Kernels.Blocked;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Random weights (not aligned), a random input, and an output with room between its rows that nothing may write to.</summary>
internal sealed unsafe class BlockedCase : IDisposable
{
    private const int Gap = 3;
    private const float Untouched = -12345.5f;

    private readonly byte* _weights;
    private readonly float* _output;
    private readonly int _capacity;

    /// <param name="type">Of the weights.</param>
    /// <param name="rows">Of the weights.</param>
    /// <param name="tokens">Rows of the input.</param>
    /// <param name="columns">A multiple of the type's block.</param>
    /// <param name="random">Seeded.</param>
    /// <param name="exact">Small whole numbers times powers of two, so that F32 sums do not round.</param>
    public BlockedCase(TensorType type, int rows, int tokens, int columns, Random random, bool exact)
    {
        Assert.SkipUnless(BlockedProduct.Supports(type, 64), $"no vectors for {type} here");
        _capacity = tokens;
        long bytes = rows * TensorTypes.RowBytes(type, columns);
        _weights = (byte*)NativeMemory.Alloc((nuint)bytes + 1);
        _output = (float*)NativeMemory.Alloc((nuint)(tokens * (rows + Gap)), sizeof(float));
        Matrix = new WeightMatrix(type, _weights + 1, rows, columns);
        Input = new Activations(tokens, columns) { Rows = tokens };
        FillWeights(new Span<byte>(Matrix.Data, (int)bytes), type, random, exact);
        FillInput(random, exact);
        new Span<float>(_output, tokens * (rows + Gap)).Fill(Untouched);
    }

    public WeightMatrix Matrix { get; }

    public Activations Input { get; }

    public Product Product => new(Matrix, _output, Matrix.Rows + Gap);

    public void Run(WorkerPool pool)
    {
        new Span<float>(_output, _capacity * (Matrix.Rows + Gap)).Fill(Untouched);
        BlockedProduct.Run(pool, Input, [Product]);
    }

    /// <summary>[token, row] of the scalar reference.</summary>
    public float[] Expected()
    {
        using var pool = new WorkerPool(1);
        Input.Prepare(pool, Activations.FormFor(Matrix.Type));
        ActivationForms forms = Input.Forms;
        var expected = new float[Input.Rows * Matrix.Rows];
        fixed (float* output = expected)
        {
            var task = new RowTask
            {
                Weights = Matrix.Data,
                RowBytes = Matrix.RowBytes,
                Rows = Matrix.Rows,
                Input = &forms,
                Output = output,
                Stride = Matrix.Rows,
            };
            ScalarKernels.For(Matrix.Type)(&task);
        }

        return expected;
    }

    /// <summary>[token, row] of what the product wrote.</summary>
    public float[] Actual()
    {
        var actual = new float[Input.Rows * Matrix.Rows];
        for (int token = 0; token < Input.Rows; token++)
        {
            var row = new Span<float>(_output + token * (Matrix.Rows + Gap), Matrix.Rows + Gap);
            row[..Matrix.Rows].CopyTo(actual.AsSpan(token * Matrix.Rows));
            Assert.All(row[Matrix.Rows..].ToArray(), value => Assert.Equal(Untouched, value));
        }

        return actual;
    }

    public void Dispose()
    {
        Input.Dispose();
        NativeMemory.Free(_weights);
        NativeMemory.Free(_output);
    }

    private static void FillWeights(Span<byte> weights, TensorType type, Random random, bool exact)
    {
        random.NextBytes(weights);
        int blockBytes = TensorTypes.BlockBytes(type);
        for (int at = 0; at < weights.Length; at += blockBytes)
        {
            Span<byte> block = weights.Slice(at, blockBytes);
            float whole = random.Next(-8, 9);
            float value = exact ? whole : random.NextSingle() - 0.5f;
            float scale = exact ? (random.Next(2) == 0 ? -0.5f : 1f) : (random.NextSingle() - 0.5f) * 0.01f;
            switch (type)
            {
                case TensorType.F32:
                    BitConverter.TryWriteBytes(block, value);
                    break;
                case TensorType.F16:
                    BitConverter.TryWriteBytes(block, (Half)value);
                    break;
                case TensorType.BF16:
                    BitConverter.TryWriteBytes(block, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
                    break;
                case TensorType.Q6_K:
                    BitConverter.TryWriteBytes(block[208..], (Half)scale);
                    SmallScales(block.Slice(192, 16), exact);
                    break;
                case TensorType.Q4_K or TensorType.Q5_K:
                    BitConverter.TryWriteBytes(block, (Half)scale);
                    BitConverter.TryWriteBytes(block[2..], (Half)(exact ? 0.5f : scale / 3));
                    break;
                default:
                    BitConverter.TryWriteBytes(block, (Half)scale);
                    break;
            }
        }
    }

    /// <summary>Of Q6_K: -128 to 127 in the file, -8 to 7 where sums are to stay below 2^24.</summary>
    private static void SmallScales(Span<byte> scales, bool exact)
    {
        for (int i = 0; exact && i < scales.Length; i++)
        {
            scales[i] = (byte)((sbyte)scales[i] >> 4);
        }
    }

    /// <summary>Exact: each 32 values have a 127 (and each 256 one before the others), so that the int8 values are the input divided by a power of two.</summary>
    private void FillInput(Random random, bool exact)
    {
        bool quantized = TensorTypes.BlockValues(Matrix.Type) > 1;
        for (int i = 0; i < Input.Rows * Input.Columns; i++)
        {
            int column = i % Input.Columns;
            int whole = column % 32 == 0 ? 127 : random.Next(-127, 128);
            Input.Values[i] = !exact ? random.NextSingle() - 0.5f : quantized ? whole * 0.25f : whole;
        }

        Input.Changed();
    }
}
