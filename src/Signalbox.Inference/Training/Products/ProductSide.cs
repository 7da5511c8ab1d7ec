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

    /// <summary>Packs <paramref name="depth"/> steps of panels that follow each other: [panel][depth][width].</summary>
    public void Pack(int firstPanel, int endPanel, int firstDepth, int depth, float* packed)
    {
        nint lane = (nint)firstPanel * Width;
        if (!LanesAreRows)
        {
            int lanes = Math.Min(endPanel * Width, Lanes) - firstPanel * Width;
            PanelPacking.PackColumns(_matrix.Data + (nint)firstDepth * _matrix.Stride + lane, _matrix.Stride, lanes, depth, packed, Width);
            return;
        }

        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            PanelPacking.PackRows(_matrix.Data + lane * _matrix.Stride + firstDepth, _matrix.Stride, LanesOf(panel), depth, packed, Width);
            lane += Width;
            packed += (nint)depth * Width;
        }
    }
}
