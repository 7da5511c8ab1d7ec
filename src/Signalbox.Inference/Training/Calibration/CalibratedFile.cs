using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Calibration;

/// <summary>Writes a model again with a map for its confidence; its tensors, and all other metadata, stay byte for byte.</summary>
internal static unsafe class CalibratedFile
{
    /// <param name="source">A model; a calibration that it has is replaced.</param>
    /// <param name="destination">May be the model itself: it is replaced when the new file is whole, and untouched when this fails.</param>
    /// <param name="map">A calibrated one.</param>
    /// <param name="fault">Why it could not be read or written.</param>
    public static bool TryWrite(string source, string destination, ConfidenceMap map, [NotNullWhen(false)] out EngineFault? fault)
    {
        if (!GgufFile.TryOpen(source, out var file, out fault))
        {
            return false;
        }

        using (file)
        {
            fault = GgufTarget.Refuse(destination);
            return fault is null && GgufTarget.TryWrite(Writer(file, map), destination, out fault);
        }
    }

    private static GgufWriter Writer(GgufFile file, ConfidenceMap map)
    {
        var writer = new GgufWriter().CopyMetadata(file.Metadata, without: ConfidenceMap.Keys);
        writer.Set(ConfidenceMap.BiasKey, (float)map.Bias).Set(ConfidenceMap.WeightsKey, map.Weights.Select(static weight => (float)weight).ToArray());
        foreach (var tensor in file.Tensors)
        {
            writer.Add(tensor.Name, tensor.Type, tensor.Dimensions, stream => Copy(tensor, stream));
        }

        return writer;
    }

    private static void Copy(GgufTensor tensor, Stream stream)
    {
        for (var at = 0L; at < tensor.ByteCount; at += int.MaxValue)
        {
            stream.Write(new ReadOnlySpan<byte>(tensor.Data + at, (int)Math.Min(int.MaxValue, tensor.ByteCount - at)));
        }
    }
}
