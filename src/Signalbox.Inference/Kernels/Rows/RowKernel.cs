namespace Signalbox.Inference.Kernels.Rows;

/// <summary>One row of weights times one row of the input.</summary>
internal unsafe interface IRowDot
{
    static abstract float Of(byte* weights, ActivationForms* input, int token);
}

/// <summary>The kernel that a dot of rows makes: a row stays in the first cache while it meets all tokens.</summary>
internal static unsafe class RowKernel<TDot>
    where TDot : struct, IRowDot
{
    public static void Run(RowTask* task)
    {
        for (int row = 0; row < task->Rows; row++)
        {
            byte* weights = task->Weights + row * task->RowBytes;
            for (int token = 0; token < task->Input->Rows; token++)
            {
                task->Output[(long)token * task->Stride + row] = TDot.Of(weights, task->Input, token);
            }
        }
    }
}
