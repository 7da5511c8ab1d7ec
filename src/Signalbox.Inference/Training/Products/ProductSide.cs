namespace Signalbox.Inference.Training.Products;

/// <summary>A matrix as one side of a product: lanes that become rows or columns of the output, and the depth that is summed over.</summary>
/// <param name="matrix">Whose rows are the lanes, or the steps of the depth.</param>
/// <param name="lanesAreRows">Which of the two.</param>
/// <param name="width">Lanes of a panel.</param>
internal readonly unsafe struct ProductSide(FloatMatrix matrix, bool lanesAreRows, int width)
{
    private readonly FloatMatrix _matrix = matrix;

    public readonly bool LanesAreRows = lanesAreRows;

    public readonly int Width = width;

    public int Lanes => LanesAreRows ? _matrix.Rows : _matrix.Columns;

    public int Depth => LanesAreRows ? _matrix.Columns : _matrix.Rows;

    public int Panels => (Lanes + Width - 1) / Width;

    /// <summary>Lanes of a panel that the matrix has.</summary>
    public int LanesOf(int panel) => Math.Min(Width, Lanes - panel * Width);

    /// <summary>Packs <paramref name="depth"/> steps of a panel: [depth][width].</summary>
    public void Pack(int panel, int firstDepth, int depth, float* packed)
    {
        nint lane = (nint)panel * Width;
        if (LanesAreRows)
        {
            PanelPacking.PackRows(_matrix.Data + lane * _matrix.Stride + firstDepth, _matrix.Stride, LanesOf(panel), depth, packed, Width);
        }
        else
        {
            PanelPacking.PackColumns(_matrix.Data + (nint)firstDepth * _matrix.Stride + lane, _matrix.Stride, LanesOf(panel), depth, packed, Width);
        }
    }
}
