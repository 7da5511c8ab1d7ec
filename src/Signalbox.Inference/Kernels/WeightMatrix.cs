using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels;

/// <summary>The weights of a linear layer as the file has them: <see cref="Rows"/> outputs of <see cref="Columns"/> inputs each, row by row.</summary>
internal readonly unsafe struct WeightMatrix(TensorType type, byte* data, int rows, int columns)
{
    public readonly TensorType Type = type;
    public readonly byte* Data = data;
    public readonly int Rows = rows;
    public readonly int Columns = columns;

    public long RowBytes => TensorTypes.RowBytes(Type, Columns);

    public static WeightMatrix Of(GgufTensor tensor) => new(tensor.Type, tensor.Data, checked((int)tensor.Rows), checked((int)tensor.Columns));
}
