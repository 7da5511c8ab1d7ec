using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>Scratch that all frozen and adapted layers share, as they run one after the other.</summary>
/// <param name="compute">The products.</param>
/// <param name="widest">The most columns of a frozen matrix.</param>
/// <param name="tokens">The most rows of a pass.</param>
/// <param name="rank">Of the adapters.</param>
internal sealed class AdapterScratch(Compute compute, int widest, int tokens, int rank) : IDisposable
{
    /// <summary>A mebibyte: stays in the cache while it is multiplied, and is large enough for products to be fast.</summary>
    private const int PanelValues = 1 << 18;

    public Compute Compute => compute;

    /// <summary>Rows of a frozen matrix as F32.</summary>
    public NativeBuffer Panel { get; } = NativeBuffer.OfFloats(Math.Max(PanelValues, widest), 1);

    /// <summary>scale * A x.</summary>
    public Rows Middle { get; } = new(tokens, rank);

    public Rows MiddleGradient { get; } = new(tokens, rank);

    public long Bytes => Panel.Bytes + Middle.Bytes + MiddleGradient.Bytes;

    public static int PanelRows(int columns) => Math.Max(1, PanelValues / columns);

    public void Dispose()
    {
        Panel.Dispose();
        Middle.Dispose();
        MiddleGradient.Dispose();
    }
}

/// <summary>A linear layer of which nothing learns. Its weights become F32 a panel of rows at a time, never all together.</summary>
internal sealed unsafe class FrozenLinear(FrozenWeights weights, AdapterScratch scratch) : LinearLayer
{
    private readonly int _panel = AdapterScratch.PanelRows(weights.Columns);

    public override int Inputs => weights.Columns;

    public override int Outputs => weights.Rows;

    public override void Forward(FloatMatrix x, FloatMatrix y)
    {
        for (var first = 0; first < Outputs; first += _panel)
        {
            var panel = Panel(first);
            scratch.Compute.MultiplyByTransposed(x, panel, Part(y, first, panel.Rows), add: false);
        }
    }

    public override void Backward(FloatMatrix dy, FloatMatrix x, FloatMatrix dx, bool add)
    {
        for (var first = 0; first < Outputs; first += _panel)
        {
            var panel = Panel(first);
            scratch.Compute.Multiply(Part(dy, first, panel.Rows), panel, dx, add || first > 0);
        }
    }

    private static FloatMatrix Part(FloatMatrix matrix, int first, int columns) => new(matrix.Data + first, matrix.Rows, columns, matrix.Stride);

    private FloatMatrix Panel(int first)
    {
        var rows = Math.Min(_panel, Outputs - first);
        weights.Dequantize(first, rows, scratch.Panel.Floats, scratch.Compute.Pool);
        return new FloatMatrix(scratch.Panel.Floats, rows, Inputs);
    }
}

/// <summary>y = W x + scale * B (A x) with W frozen (Hu et al. 2021, arXiv:2106.09685): only A and B learn.</summary>
/// <param name="weights">W.</param>
/// <param name="a">[rank, Inputs].</param>
/// <param name="b">[Outputs, rank].</param>
/// <param name="scale">alpha / rank.</param>
/// <param name="scratch">Shared.</param>
internal sealed unsafe class AdaptedLinear(FrozenWeights weights, Parameter a, Parameter b, float scale, AdapterScratch scratch) : LinearLayer
{
    private readonly FrozenLinear _frozen = new(weights, scratch);

    public override int Inputs => _frozen.Inputs;

    public override int Outputs => _frozen.Outputs;

    public override void Forward(FloatMatrix x, FloatMatrix y)
    {
        _frozen.Forward(x, y);
        scratch.Compute.MultiplyByTransposed(Middle(x), b.Values, y, add: true);
    }

    public override void Backward(FloatMatrix dy, FloatMatrix x, FloatMatrix dx, bool add)
    {
        // Made again rather than kept: it is small work, and one matrix for all layers.
        scratch.Compute.MultiplyTransposed(dy, Middle(x), b.Gradients, add: true);
        var dMiddle = scratch.MiddleGradient.First(dy.Rows);
        scratch.Compute.Multiply(dy, b.Values, dMiddle, add: false);
        Scale(dMiddle);
        scratch.Compute.MultiplyTransposed(dMiddle, x, a.Gradients, add: true);
        _frozen.Backward(dy, x, dx, add);
        scratch.Compute.Multiply(dMiddle, a.Values, dx, add: true);
    }

    private FloatMatrix Middle(FloatMatrix x)
    {
        var middle = scratch.Middle.First(x.Rows);
        scratch.Compute.MultiplyByTransposed(x, a.Values, middle, add: false);
        Scale(middle);
        return middle;
    }

    private void Scale(FloatMatrix x)
    {
        foreach (ref var value in new Span<float>(x.Data, checked(x.Rows * x.Columns)))
        {
            value *= scale;
        }
    }
}

/// <summary>An embedding that does not learn.</summary>
internal sealed unsafe class FrozenEmbedding(FrozenWeights table) : EmbeddingLayer
{
    public override void Forward(int* tokens, FloatMatrix x)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            table.DequantizeRow(tokens[row], x.Data + (long)row * x.Stride);
        }
    }

    public override void Backward(int* tokens, FloatMatrix dx)
    {
    }
}
