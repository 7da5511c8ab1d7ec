using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Quantization;

/// <summary>How far a quantization has come.</summary>
internal readonly record struct QuantizationProgress(string Tensor, long DoneBytes, long TotalBytes);

/// <summary>What a quantization wrote.</summary>
/// <param name="SourceBytes">Of the file that was read.</param>
/// <param name="Bytes">Of the file that was written.</param>
/// <param name="Quantized">Tensors that got the new type.</param>
/// <param name="Kept">All others.</param>
internal sealed record QuantizationSummary(long SourceBytes, long Bytes, int Quantized, int Kept);

/// <summary>
/// Writes a model again with smaller weights, a piece at a time, so that memory does not grow with the model. Byte for byte what ggml makes of
/// each row.
/// </summary>
internal static unsafe class ModelQuantizer
{
    /// <summary>Values converted at once: whole blocks of every type.</summary>
    private const int Piece = 65_536;

    /// <param name="source">A model with weights larger than <paramref name="type"/>.</param>
    /// <param name="destination">Replaced when it is there; untouched when this fails or is cancelled.</param>
    /// <param name="type">Q8_0 or Q4_0.</param>
    /// <param name="progress">Called after each piece on the same thread.</param>
    /// <param name="cancel">Looked at between pieces.</param>
    /// <param name="summary">What was written.</param>
    /// <param name="fault">What does not suit, or why it could not be written.</param>
    public static bool TryQuantize(
        string source, string destination, TensorType type, Action<QuantizationProgress>? progress, CancellationToken cancel,
        [NotNullWhen(true)] out QuantizationSummary? summary, [NotNullWhen(false)] out EngineFault? fault)
    {
        summary = null;
        if (!QuantizationPlan.CanQuantizeTo(type))
        {
            fault = new EngineFault(EngineFaultKind.InvalidRequest, $"A model cannot be quantized to {type}: choose Q8_0 or Q4_0.");
            return false;
        }

        if (!GgufFile.TryOpen(source, out var file, out fault))
        {
            return false;
        }

        using (file)
        {
            fault = Refuse(file, destination, type);
            if (fault is not null)
            {
                return false;
            }

            if (!GgufTarget.TryWrite(Writer(file, type, progress, cancel), destination, out fault))
            {
                return false;
            }

            var quantized = file.Tensors.Count(tensor => tensor.Type != type && QuantizationPlan.TypeOf(tensor, type) == type);
            summary = new QuantizationSummary(file.FileBytes, new FileInfo(destination).Length, quantized, file.Tensors.Count - quantized);
            return true;
        }
    }

    private static EngineFault? Refuse(GgufFile file, string destination, TensorType type)
    {
        if (GgufTarget.Refuse(destination) is { } refused)
        {
            return refused;
        }

        if (GgufTarget.IsSame(file.Path, destination))
        {
            return new EngineFault(EngineFaultKind.InvalidRequest, $"{destination} is the model itself: name another file to write to.");
        }

        if (file.Metadata.TryGetString("general.type", out var kind) && kind == "adapter")
        {
            return new EngineFault(EngineFaultKind.Unsupported, $"{file.Path} is an adapter; only whole models are quantized.");
        }

        return file.Tensors.Any(tensor => QuantizationPlan.TypeOf(tensor, type) == type && tensor.Type != type)
            ? null
            : new EngineFault(EngineFaultKind.InvalidRequest, $"No weight of {file.Path} takes more than {type} does: there is nothing to gain. Use it as it is, or quantize a larger original.");
    }

    private static GgufWriter Writer(GgufFile file, TensorType type, Action<QuantizationProgress>? progress, CancellationToken cancel)
    {
        var total = file.Tensors.Sum(tensor => tensor.ByteCount);
        var done = 0L;
        var values = new float[Piece];
        var blocks = new byte[Piece * sizeof(float)];
        var writer = new GgufWriter()
            .Set("general.file_type", type == TensorType.Q8_0 ? 7u : 2u)
            .Set("general.quantization_version", 2u)
            .CopyMetadata(file.Metadata);
        foreach (var tensor in file.Tensors)
        {
            writer.Add(tensor.Name, QuantizationPlan.TypeOf(tensor, type), tensor.Dimensions, stream => Write(tensor, stream));
        }

        return writer;

        void Write(GgufTensor tensor, Stream stream)
        {
            var pieceBytes = TensorTypes.RowBytes(tensor.Type, Piece);
            for (var at = 0L; at < tensor.ByteCount; at += pieceBytes)
            {
                cancel.ThrowIfCancellationRequested();
                var from = new ReadOnlySpan<byte>(tensor.Data + at, (int)Math.Min(pieceBytes, tensor.ByteCount - at));
                stream.Write(Convert(tensor.Type, from, QuantizationPlan.TypeOf(tensor, type), values, blocks));
                done += from.Length;
                progress?.Invoke(new QuantizationProgress(tensor.Name, done, total));
            }
        }
    }

    private static ReadOnlySpan<byte> Convert(TensorType type, ReadOnlySpan<byte> from, TensorType target, Span<float> values, Span<byte> blocks)
    {
        if (type == target)
        {
            return from;
        }

        var count = from.Length / TensorTypes.BlockBytes(type) * TensorTypes.BlockValues(type);
        var to = blocks[..(int)TensorTypes.RowBytes(target, count)];
        Quantizer.Dequantize(type, from, values[..count]);
        Quantizer.Quantize(target, values[..count], to);
        return to;
    }
}
