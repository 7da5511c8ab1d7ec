namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Some rows of one matrix times all rows of the input: what a kernel is given.</summary>
internal unsafe struct RowTask
{
    /// <summary>The first of the rows; blocks are not aligned.</summary>
    public byte* Weights;

    public long RowBytes;

    public int Rows;

    /// <summary>The input; its columns are those of the weights.</summary>
    public ActivationForms* Input;

    /// <summary>Output[token * Stride + row], row counted from the first of this task.</summary>
    public float* Output;

    public int Stride;
}
