using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Memory for rows of one width, made once for the most rows.</summary>
/// <param name="most">Rows.</param>
/// <param name="columns">Values of a row.</param>
internal sealed unsafe class Rows(int most, int columns) : IDisposable
{
    private readonly NativeBuffer _memory = NativeBuffer.OfFloats(most, columns);

    public long Bytes => _memory.Bytes;

    public float* Data => _memory.Floats;

    public FloatMatrix First(int rows) => new(_memory.Floats, rows, columns);

    public void Dispose() => _memory.Dispose();
}
