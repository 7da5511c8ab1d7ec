using Signalbox.Inference.Kernels.Rows;
using System.Runtime.InteropServices;
using Signalbox.Inference.Kernels.Blocked;
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
    private const int ChunkBytes = 32 * 1024;

    /// <summary>Does all products over one input in one go of the pool (q, k and v together; gate and up together). Allocates nothing.</summary>
    public static void Run(WorkerPool pool, Activations input, ReadOnlySpan<Product> products)
    {
        ActivationForm forms = ActivationForm.None;
        bool blocked = true;
        foreach (ref readonly Product product in products)
        {
            if (product.Weights.Columns != input.Columns)
            {
                throw new ArgumentException($"weights of {product.Weights.Columns} columns do not fit an input of {input.Columns}", nameof(products));
            }

            forms |= Kernel.FormFor(product.Weights.Type);
            blocked &= BlockedProduct.Supports(product.Weights.Type, input.Rows) && !Kernel.IsBestFor(product.Weights.Type, input.Rows);
        }

        if (blocked)
        {
            BlockedProduct.Run(pool, input, products);
            return;
        }

        input.Prepare(pool, forms);
        ActivationForms prepared = input.Forms;
        ThreadShare* shares = stackalloc ThreadShare[pool.Threads];
        fixed (Product* first = products)
        {
            var work = new Work { Products = first, Input = &prepared, Shares = shares };
            int chunks = 0;
            for (int i = 0; i < products.Length; i++)
            {
                chunks += Chunks(first[i].Weights);
            }

            for (int thread = 0; thread < pool.Threads; thread++)
            {
                shares[thread].Next = (int)((long)chunks * thread / pool.Threads);
                shares[thread].End = (int)((long)chunks * (thread + 1) / pool.Threads);
            }

            pool.Run(&Share, &work);
        }
    }

    private static int ChunkRows(in WeightMatrix weights) => (int)Math.Clamp(ChunkBytes / weights.RowBytes, 1, weights.Rows);

    private static int Chunks(in WeightMatrix weights) => (weights.Rows + ChunkRows(weights) - 1) / ChunkRows(weights);

    /// <summary>
    /// A thread works through its own share from the front, which makes one linear stream of weights for the prefetchers, and then helps
    /// with what is left of the others', because a thread may have to share its core with a request.
    /// </summary>
    private static void Share(void* state, int thread, int threads)
    {
        var work = (Work*)state;
        for (int i = 0; i < threads; i++)
        {
            ThreadShare* share = work->Shares + (thread + i) % threads;
            while (Volatile.Read(ref share->Next) < share->End)
            {
                int chunk = Interlocked.Increment(ref share->Next) - 1;
                if (chunk < share->End)
                {
                    RunChunk(work, chunk);
                }
            }
        }
    }

    /// <summary>Chunks are counted through all products.</summary>
    private static void RunChunk(Work* work, int chunk)
    {
        Product* product = work->Products;
        for (; chunk >= Chunks(product->Weights); product++)
        {
            chunk -= Chunks(product->Weights);
        }

        int rows = ChunkRows(product->Weights);
        int row = chunk * rows;
        var task = new RowTask
        {
            Weights = product->Weights.Data + row * product->Weights.RowBytes,
            RowBytes = product->Weights.RowBytes,
            Rows = Math.Min(rows, product->Weights.Rows - row),
            Input = work->Input,
            Output = product->Output + row,
            Stride = product->Stride,
        };
        Kernel.For(product->Weights.Type)(&task);
    }

    private struct Work
    {
        public Product* Products;
        public ActivationForms* Input;
        public ThreadShare* Shares;
    }

    /// <summary>Chunks of one thread; alone on its cache lines, as its owner writes it all the time.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct ThreadShare
    {
        [FieldOffset(0)]
        public int Next;

        [FieldOffset(4)]
        public int End;
    }
}
