using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>Gives values of a matrix, row after row, from any place on.</summary>
/// <param name="first">A multiple of <see cref="FrozenWeights.Piece"/>.</param>
/// <param name="values">Overwritten; at most <see cref="FrozenWeights.Piece"/>.</param>
internal delegate void ValueSource(long first, Span<float> values);

/// <summary>A matrix that does not learn, in few bits; a part of its rows at a time becomes F32.</summary>
internal abstract unsafe class FrozenWeights : IDisposable
{
    /// <summary>Values that are read at once; whole blocks of every type.</summary>
    public const int Piece = 1 << 16;

    /// <summary>The outputs of a linear layer.</summary>
    public abstract int Rows { get; }

    /// <summary>Its inputs.</summary>
    public abstract int Columns { get; }

    /// <summary>Of memory.</summary>
    public abstract long Bytes { get; }

    /// <summary>Rows as F32.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="target">[count, Columns].</param>
    /// <param name="pool">The threads.</param>
    public abstract void Dequantize(int first, int count, float* target, WorkerPool pool);

    /// <summary>A single row as F32.</summary>
    public abstract void DequantizeRow(int row, float* target);

    public abstract void Dispose();

    /// <summary>The values of a tensor, without keeping the pages of its file in this process.</summary>
    public static ValueSource Of(GgufFile file, GgufTensor tensor)
    {
        var bytes = new byte[TensorTypes.RowBytes(tensor.Type, Piece)];
        return (first, values) =>
        {
            var blocks = bytes.AsSpan(0, checked((int)TensorTypes.RowBytes(tensor.Type, values.Length)));
            file.Read(tensor.Data + TensorTypes.RowBytes(tensor.Type, first), blocks);
            Quantizer.Dequantize(tensor.Type, blocks, values);
        };
    }
}

/// <summary>A matrix in a type of GGUF, byte for byte as a file has it or would have it.</summary>
internal sealed unsafe class BlockWeights : FrozenWeights
{
    private readonly NativeBuffer _blocks;
    private readonly long _rowBytes;

    private BlockWeights(TensorType type, int rows, int columns)
    {
        (Type, Rows, Columns, _rowBytes) = (type, rows, columns, TensorTypes.RowBytes(type, columns));
        _blocks = new NativeBuffer(rows * _rowBytes);
    }

    public TensorType Type { get; }

    public override int Rows { get; }

    public override int Columns { get; }

    public override long Bytes => _blocks.Bytes;

    public ReadOnlySpan<byte> Blocks => new(_blocks.Data, checked((int)_blocks.Bytes));

    /// <summary>Quantizes values; a type that <see cref="Quantizer.Quantize"/> knows.</summary>
    public static BlockWeights Quantize(TensorType type, int rows, int columns, ValueSource source)
    {
        var weights = new BlockWeights(type, rows, columns);
        var values = new float[Piece];
        var count = (long)rows * columns;
        for (var at = 0L; at < count; at += Piece)
        {
            var part = values.AsSpan(0, (int)Math.Min(Piece, count - at));
            source(at, part);
            Quantizer.Quantize(type, part, new Span<byte>(weights._blocks.Data + TensorTypes.RowBytes(type, at), (int)TensorTypes.RowBytes(type, part.Length)));
        }

        return weights;
    }

    /// <summary>A tensor as its file has it.</summary>
    public static BlockWeights Copy(GgufFile file, GgufTensor tensor)
    {
        var weights = new BlockWeights(tensor.Type, checked((int)tensor.Rows), checked((int)tensor.Columns));
        var piece = TensorTypes.RowBytes(tensor.Type, Piece);
        for (var at = 0L; at < tensor.ByteCount; at += piece)
        {
            file.Read(tensor.Data + at, new Span<byte>(weights._blocks.Data + at, (int)Math.Min(piece, tensor.ByteCount - at)));
        }

        return weights;
    }

    public override void Dequantize(int first, int count, float* target, WorkerPool pool) =>
        RowLoop.Run(pool, count, From(first, target));

    public override void DequantizeRow(int row, float* target) => From(row, target).Take(0);

    public override void Dispose() => _blocks.Dispose();

    private Work From(int first, float* target) =>
        new() { Type = Type, Blocks = _blocks.Data + first * _rowBytes, RowBytes = _rowBytes, Columns = Columns, Target = target };

    private struct Work : IRowWork
    {
        public TensorType Type;
        public byte* Blocks;
        public long RowBytes;
        public int Columns;
        public float* Target;

        public readonly void Take(int row) =>
            Quantizer.Dequantize(Type, new ReadOnlySpan<byte>(Blocks + row * RowBytes, (int)RowBytes), new Span<float>(Target + (long)row * Columns, Columns));
    }
}
