namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>Up to <see cref="BlockedProduct.PanelRows"/> rows of one matrix times all rows of the input.</summary>
internal unsafe struct BlockedTask
{
    /// <summary>The first of the rows; blocks are not aligned.</summary>
    public byte* Weights;

    /// <summary>Bytes between two rows of weights.</summary>
    public nint RowBytes;

    /// <summary>1 to <see cref="BlockedProduct.PanelRows"/>.</summary>
    public int Rows;

    public int Columns;

    /// <summary>Whether this thread does the rows after these next.</summary>
    public bool HasNext;

    public ActivationForms* Input;

    /// <summary>Output[token * Stride + row], row counted from the first of this task.</summary>
    public float* Output;

    public nint Stride;
}
