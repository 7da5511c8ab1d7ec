using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Training.Optimization;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>Writes what was learned: as an adapter of GGUF, which llama.cpp loads too, or put into the base.</summary>
internal static class AdapterFile
{
    public static string A(string tensor) => tensor + ".lora_a";

    public static string B(string tensor) => tensor + ".lora_b";

    /// <summary>An adapter; the parameters must live until the file is written.</summary>
    /// <param name="name">Of the adapter.</param>
    /// <param name="adapter">Its rank and alpha.</param>
    /// <param name="parameters">A and B, F32.</param>
    public static GgufWriter Create(string name, AdapterShape adapter, ParameterSet parameters)
    {
        var writer = new GgufWriter()
            .Set("general.type", "adapter")
            .Set("general.architecture", "llama")
            .Set("general.name", name)
            .Set("adapter.type", "lora")
            .Set("adapter.lora.alpha", adapter.Alpha);
        foreach (var parameter in parameters.All)
        {
            writer.Add(parameter.Name, TensorType.F32, [parameter.Columns, parameter.Rows], stream => stream.Write(MemoryMarshal.AsBytes(parameter.ValueSpan)));
        }

        return writer;
    }

    /// <summary>Writes base and adapter as one model: W + alpha / rank * B A.</summary>
    /// <param name="file">The base.</param>
    /// <param name="adapterPath">An adapter of this base.</param>
    /// <param name="destination">Replaced when everything was written.</param>
    /// <param name="type">Of the weights, as <c>model quantize</c> chooses them; null for the base's types (Q8_0 where those cannot be written).</param>
    /// <param name="name">Of the model; null for the base's.</param>
    /// <param name="fault">What is wrong.</param>
    public static bool TryMerge(GgufFile file, string adapterPath, string destination, TensorType? type, string? name, [NotNullWhen(false)] out EngineFault? fault)
    {
        fault = RefuseMerge(file.Path, adapterPath, destination);
        if (fault is not null || !LoraAdapter.TryOpen(adapterPath, file, out var adapter, out fault))
        {
            return false;
        }

        using (adapter)
        {
            var writer = new GgufWriter();
            _ = name is null ? writer : writer.Set("general.name", name);
            _ = type is null ? writer : writer.Set("general.file_type", type switch { TensorType.Q8_0 => 7u, TensorType.Q4_0 => 2u, TensorType.F16 => 1u, _ => 0u });
            writer.CopyMetadata(file.Metadata);
            foreach (var tensor in file.Tensors)
            {
                var pair = adapter.Find(tensor.Name);
                var target = TypeOf(tensor, pair is not null, type);
                writer.Add(tensor.Name, target, tensor.Dimensions, stream => Write(tensor, pair, pair is null ? 0 : adapter.FactorOf(pair, 1), target, stream));
            }

            return GgufTarget.TryWrite(writer, destination, out fault);
        }
    }

    /// <summary>Why a merged model cannot be written there; null where it can.</summary>
    public static EngineFault? RefuseMerge(string basePath, string adapterPath, string destination) =>
        GgufTarget.IsSame(destination, basePath) ? new EngineFault(EngineFaultKind.InvalidRequest, $"{destination} is the base itself: name another file to write to.")
        : GgufTarget.IsSame(destination, adapterPath) ? new EngineFault(EngineFaultKind.InvalidRequest, $"{destination} is the adapter itself: name another file to write to.")
        : GgufTarget.Refuse(destination);

    private static TensorType TypeOf(GgufTensor tensor, bool changed, TensorType? type) =>
        type is { } wanted ? QuantizationPlan.TypeOf(tensor, wanted)
        : changed && tensor.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.Q8_0 or TensorType.Q4_0) ? TensorType.Q8_0
        : tensor.Type;

    private static unsafe void Write(GgufTensor tensor, LoraPair? pair, float factor, TensorType target, Stream stream)
    {
        if (pair is null && target == tensor.Type)
        {
            for (var at = 0L; at < tensor.ByteCount; at += FrozenWeights.Piece)
            {
                stream.Write(new ReadOnlySpan<byte>(tensor.Data + at, (int)Math.Min(FrozenWeights.Piece, tensor.ByteCount - at)));
            }

            return;
        }

        var values = new float[tensor.Columns];
        var from = checked((int)TensorTypes.RowBytes(tensor.Type, tensor.Columns));
        var to = new byte[TensorTypes.RowBytes(target, tensor.Columns)];
        for (var row = 0L; row < tensor.Rows; row++)
        {
            Quantizer.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Data + row * from, from), values);
            for (var rank = 0; pair is not null && rank < pair.Rank; rank++)
            {
                var share = factor * pair.B[(long)rank * pair.Outputs + row];
                var a = pair.A + (long)rank * pair.Inputs;
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] += share * a[i];
                }
            }

            Quantizer.Quantize(target, values, to);
            stream.Write(to);
        }
    }
}
