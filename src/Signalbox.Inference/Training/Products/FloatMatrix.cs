namespace Signalbox.Inference.Training.Products;

/// <summary>Rows of F32 somewhere in memory that outlives this.</summary>
/// <param name="data">[rows, columns], row by row.</param>
/// <param name="rows">Any number.</param>
/// <param name="columns">Any number.</param>
/// <param name="stride">Values between the starts of two rows.</param>
internal readonly unsafe struct FloatMatrix(float* data, int rows, int columns, int stride)
{
    public readonly float* Data = data;
    public readonly int Rows = rows;
    public readonly int Columns = columns;
    public readonly int Stride = stride;

    /// <summary>Rows that follow each other without a gap.</summary>
    public FloatMatrix(float* data, int rows, int columns)
        : this(data, rows, columns, columns)
    {
    }
}
