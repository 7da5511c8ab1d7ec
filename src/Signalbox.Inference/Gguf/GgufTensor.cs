namespace Signalbox.Inference.Gguf;

/// <summary>A tensor of an open <see cref="GgufFile"/>; its data is valid until the file is disposed.</summary>
internal sealed unsafe class GgufTensor(string name, TensorType type, IReadOnlyList<long> dimensions, byte* data, long byteCount)
{
    /// <summary>Its name in the file, e.g. <c>blk.0.attn_q.weight</c>.</summary>
    public string Name => name;

    /// <summary>How its values are stored.</summary>
    public TensorType Type => type;

    /// <summary>Its sizes as the file has them, fastest-varying first.</summary>
    public IReadOnlyList<long> Dimensions => dimensions;

    /// <summary>Its fastest-varying size (ne[0]): the inputs of a linear layer.</summary>
    public long Columns => dimensions[0];

    /// <summary>The product of its other sizes: the outputs of a linear layer.</summary>
    public long Rows
    {
        get
        {
            var rows = 1L;
            for (var i = 1; i < dimensions.Count; i++)
            {
                rows *= dimensions[i];
            }

            return rows;
        }
    }

    /// <summary>Its first byte in the mapped file, aligned to no more than the file's alignment.</summary>
    public byte* Data => data;

    public long ByteCount => byteCount;
}
