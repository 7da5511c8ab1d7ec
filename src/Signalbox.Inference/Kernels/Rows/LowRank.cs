using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Adds a product of low rank to the outputs of a linear layer: y += factor * B (A x) (LoRA, arXiv:2106.09685).</summary>
internal unsafe struct LowRank
{
    private const int OutputsPerPiece = 512;

    /// <summary>[Rows, InputStride] of which the first <see cref="Inputs"/> count.</summary>
    public float* Input;
    public int InputStride;
    public int Inputs;

    /// <summary>[Rank, Inputs].</summary>
    public float* A;

    /// <summary>[Rank, BStride]: B turned, from the first output that is wanted on.</summary>
    public float* B;
    public int BStride;
    public int Rank;

    public float Factor;

    /// <summary>[Rows, OutputStride] of which <see cref="Outputs"/> are added to.</summary>
    public float* Output;
    public int OutputStride;
    public int Outputs;

    /// <summary>[Rows, Rank]: A x.</summary>
    public float* Between;

    public int Rows;

    public static void Run(WorkerPool pool, LowRank* work)
    {
        pool.Run(&Down, work);
        pool.Run(&Up, work);
    }

    private static void Down(void* state, int thread, int threads)
    {
        LowRank* work = (LowRank*)state;
        long pieces = (long)work->Rows * work->Rank;
        for (long piece = thread; piece < pieces; piece += threads)
        {
            long row = piece / work->Rank;
            long rank = piece % work->Rank;
            work->Between[piece] = Vectors.Dot(work->Input + (row * work->InputStride), work->A + (rank * work->Inputs), work->Inputs);
        }
    }

    private static void Up(void* state, int thread, int threads)
    {
        LowRank* work = (LowRank*)state;
        long perRow = (work->Outputs + OutputsPerPiece - 1) / OutputsPerPiece;
        for (long piece = thread; piece < work->Rows * perRow; piece += threads)
        {
            long row = piece / perRow;
            long first = piece % perRow * OutputsPerPiece;
            long count = Math.Min(OutputsPerPiece, work->Outputs - first);
            for (int rank = 0; rank < work->Rank; rank++)
            {
                float factor = work->Factor * work->Between[(row * work->Rank) + rank];
                Vectors.AddScaled(work->B + ((long)rank * work->BStride) + first, factor, work->Output + (row * work->OutputStride) + first, count);
            }
        }
    }
}
