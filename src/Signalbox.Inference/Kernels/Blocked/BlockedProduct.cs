using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>
/// Products of weights with many tokens. The weights stay as the file has them; each thread repacks a panel of 32 rows at a time into a
/// buffer of its own that fits the first cache, and multiplies it with all tokens before it takes the next.
/// </summary>
internal static unsafe class BlockedProduct
{
    /// <summary>Rows of weights in a panel.</summary>
    public const int PanelRows = 32;

    /// <summary>Rows that a thread takes at a time: a few panels, so that the next one can be fetched ahead.</summary>
    private const int ChunkRows = 2 * PanelRows;

    /// <summary>Whether <see cref="Run"/> takes weights of this type, and is worth it for so many rows (tokens) of the input.</summary>
    public static bool Supports(TensorType type, int rows) => rows >= FewestTokens(type) && PanelKernel(type) != null;

    /// <summary>Does all products over one input in one go of the pool. Allocates nothing.</summary>
    /// <param name="pool">Its threads share the panels of all products.</param>
    /// <param name="input">The forms that are missing are made.</param>
    /// <param name="products">Of types that <see cref="Supports"/> takes, with the columns of the input.</param>
    public static void Run(WorkerPool pool, Activations input, ReadOnlySpan<Product> products)
    {
        ActivationForm wanted = ActivationForm.None;
        foreach (ref readonly Product product in products)
        {
            wanted |= Activations.FormFor(product.Weights.Type);
        }

        input.Prepare(pool, wanted);
        ActivationForms forms = input.Forms;
        fixed (Product* first = products)
        {
            var work = new Work { Products = first, Count = products.Length, Input = &forms };
            pool.Run(&TakeChunks, &work);
        }
    }

    /// <summary>Fewer tokens do not pay for the repacking; measured against the matrix-vector kernels.</summary>
    private static int FewestTokens(TensorType type) => type switch
    {
        TensorType.Q4_0 or TensorType.Q8_0 => 6,
        TensorType.F32 or TensorType.F16 or TensorType.BF16 => 7,
        _ => 4,
    };

    /// <summary>What multiplies one panel, or null where this processor has no vectors for it.</summary>
    private static delegate*<BlockedTask*, void> PanelKernel(TensorType type) => type switch
    {
        TensorType.F32 when BlockedFloats.IsSupported => &BlockedFloats.F32,
        TensorType.F16 when BlockedFloats.IsSupported => &BlockedFloats.F16,
        TensorType.BF16 when BlockedFloats.IsSupported => &BlockedFloats.BF16,
        TensorType.Q8_0 when BlockedIntegers.IsSupported => &BlockedIntegers.Run<BlockedQ8_0>,
        TensorType.Q4_0 when BlockedIntegers.IsSupported => &BlockedIntegers.Run<BlockedQ4_0>,
        TensorType.Q4_K when BlockedIntegers.IsSupported => &BlockedIntegers.Run<BlockedQ4_K>,
        TensorType.Q5_K when BlockedIntegers.IsSupported => &BlockedIntegers.Run<BlockedQ5_K>,
        TensorType.Q6_K when BlockedIntegers.IsSupported => &BlockedIntegers.Run<BlockedQ6_K>,
        _ => null,
    };

    /// <summary>Takes the next rows until none are left; their chunks are counted through all products.</summary>
    private static void TakeChunks(void* state, int thread, int threads)
    {
        var work = (Work*)state;
        int product = 0;
        int firstChunk = 0;
        int chunk = Interlocked.Increment(ref work->Taken) - 1;
        while (product < work->Count)
        {
            ref readonly Product current = ref work->Products[product];
            int first = (chunk - firstChunk) * ChunkRows;
            if (first >= current.Weights.Rows)
            {
                firstChunk += (current.Weights.Rows + ChunkRows - 1) / ChunkRows;
                product++;
                continue;
            }

            int end = Math.Min(first + ChunkRows, current.Weights.Rows);
            for (int row = first; row < end; row += PanelRows)
            {
                Multiply(current, row, end, work->Input);
            }

            chunk = Interlocked.Increment(ref work->Taken) - 1;
        }
    }

    private static void Multiply(in Product product, int row, int end, ActivationForms* input)
    {
        long rowBytes = product.Weights.RowBytes;
        var task = new BlockedTask
        {
            Weights = product.Weights.Data + row * rowBytes,
            RowBytes = (nint)rowBytes,
            Rows = Math.Min(PanelRows, end - row),
            Columns = product.Weights.Columns,
            HasNext = row + 2 * PanelRows <= end,
            Input = input,
            Output = product.Output + row,
            Stride = product.Stride,
        };
        PanelKernel(product.Weights.Type)(&task);
    }

    private struct Work
    {
        public Product* Products;
        public int Count;
        public int Taken;
        public ActivationForms* Input;
    }
}
