using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Kernels;

/// <summary>One product of a group that shares its input: Output[t, r] = sum over c of Weights[r, c] * input[t, c].</summary>
/// <param name="weights">[rows, columns].</param>
/// <param name="output">F32, one row of outputs per token.</param>
/// <param name="stride">Values between the output rows of two tokens.</param>
internal readonly unsafe struct Product(WeightMatrix weights, float* output, int stride)
{
    public readonly WeightMatrix Weights = weights;
    public readonly float* Output = output;
    public readonly int Stride = stride;
}

/// <summary>Products of weights with activations: matrix-vector for one token, blocked matrix-matrix for many.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>Bytes of weights that a thread takes at a time.</summary>
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Does all products over one input in one go of the pool (q, k and v together; gate and up together). Allocates nothing.</summary>
    public static void Run(WorkerPool pool, Activations input, ReadOnlySpan<Product> products)
    {
        ActivationForm forms = ActivationForm.None;
        bool isBlocked = true;
        foreach (ref readonly Product product in products)
        {
            if (product.Weights.Columns != input.Columns)
            {
                throw new ArgumentException($"weights of {product.Weights.Columns} columns do not fit an input of {input.Columns}", nameof(products));
            }

            forms |= Kernel.FormFor(product.Weights.Type);
            isBlocked &= BlockedProduct.Supports(product.Weights.Type, input.Rows);
        }

        if (isBlocked)
        {
            BlockedProduct.Run(pool, input, products);
            return;
        }

        input.Prepare(pool, forms);
        ActivationForms prepared = input.Forms;
        fixed (Product* first = products)
        {
            var work = new Work { Products = first, Count = products.Length, Input = &prepared };
            pool.Run(&TakeChunks, &work);
        }
    }

    /// <summary>Takes the next chunk of rows until none is left; chunks are counted through all products.</summary>
    private static void TakeChunks(void* state, int thread, int threads)
    {
        var work = (Work*)state;
        int product = 0;
        int firstChunk = 0;
        int chunk = Interlocked.Increment(ref work->Taken) - 1;
        while (product < work->Count)
        {
            ref readonly Product current = ref work->Products[product];
            long rowBytes = current.Weights.RowBytes;
            int chunkRows = (int)Math.Max(1, ChunkBytes / rowBytes);
            int row = (chunk - firstChunk) * chunkRows;
            if (row >= current.Weights.Rows)
            {
                firstChunk += (current.Weights.Rows + chunkRows - 1) / chunkRows;
                product++;
                continue;
            }

            var task = new RowTask
            {
                Weights = current.Weights.Data + row * rowBytes,
                RowBytes = rowBytes,
                Rows = Math.Min(chunkRows, current.Weights.Rows - row),
                Input = work->Input,
                Output = current.Output + row,
                Stride = current.Stride,
            };
            Kernel.For(current.Weights.Type)(&task);
            chunk = Interlocked.Increment(ref work->Taken) - 1;
        }
    }

    private struct Work
    {
        public Product* Products;
        public int Count;
        public int Taken;
        public ActivationForms* Input;
    }
}
