using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Training.Adapters;

namespace Signalbox.Inference.Training.Runs;

/// <summary>
/// The mean of the weights of models that were trained on from the same one: often better than each of them, at the size of one (Wortsman et al. 2022,
/// "Model soups"). The metadata is that of the first model, without its calibration, which does not hold for the mean.
/// </summary>
internal static class ModelAverage
{
    /// <param name="sources">Models of the same shape and vocabulary, two or more; one that is named twice counts twice.</param>
    /// <param name="destination">Replaced when it is there; untouched when this fails or is cancelled. In F32.</param>
    /// <param name="cancel">Looked at between pieces.</param>
    /// <param name="fault">What does not suit, or why it could not be written.</param>
    public static bool TryWrite(IReadOnlyList<string> sources, string destination, CancellationToken cancel, [NotNullWhen(false)] out EngineFault? fault)
    {
        var files = new List<GgufFile>();
        try
        {
            fault = GgufTarget.Refuse(destination) ?? TooFew(sources);
            foreach (var source in sources)
            {
                if (fault is null && GgufFile.TryOpen(source, out var file, out fault))
                {
                    files.Add(file);
                    fault = GgufTarget.IsSame(source, destination) ? Wrong($"{destination} is one of the models: name another file to write to.") : Differ(files[0], file);
                }
            }

            return fault is null && GgufTarget.TryWrite(Writer(files, cancel), destination, out fault);
        }
        finally
        {
            files.ForEach(static file => file.Dispose());
        }
    }

    private static EngineFault? TooFew(IReadOnlyList<string> sources) =>
        sources.Count < 2 ? Wrong("A mean needs two models or more: name the others too.") : null;

    private static EngineFault? Differ(GgufFile first, GgufFile file)
    {
        if (file.Metadata.TryGetString("general.type", out var kind) && kind == "adapter")
        {
            return new EngineFault(EngineFaultKind.Unsupported, $"{file.Path} is an adapter; only whole models have a mean.");
        }

        var other = first.Tensors.FirstOrDefault(tensor => file.Find(tensor.Name)?.Dimensions.SequenceEqual(tensor.Dimensions) != true)
            ?? file.Tensors.FirstOrDefault(tensor => first.Find(tensor.Name) is null);
        return !HaveSame(first, file, "tokenizer.ggml.tokens") ? Wrong($"{file.Path} and {first.Path} have different vocabularies: only models that were trained on from the same one have a mean.")
            : other is not null ? Wrong($"{file.Path} and {first.Path} are of different shapes, beginning with {other.Name}: only models that were trained on from the same one have a mean.")
            : null;
    }

    private static bool HaveSame(GgufFile one, GgufFile other, string key) =>
        one.Metadata.TryGetValue(key, out var a) == other.Metadata.TryGetValue(key, out var b) && a.Bytes.Span.SequenceEqual(b.Bytes.Span);

    private static EngineFault Wrong(string message) => new(EngineFaultKind.InvalidRequest, message);

    private static GgufWriter Writer(List<GgufFile> files, CancellationToken cancel)
    {
        var writer = new GgufWriter().Set("general.file_type", 0u).CopyMetadata(files[0].Metadata, without: ConfidenceMap.Keys);
        var (sum, part) = (new float[FrozenWeights.Piece], new float[FrozenWeights.Piece]);
        foreach (var tensor in files[0].Tensors)
        {
            writer.Add(tensor.Name, TensorType.F32, tensor.Dimensions, stream => Write(tensor, stream));
        }

        return writer;

        void Write(GgufTensor tensor, Stream stream)
        {
            ValueSource[] sources = [.. files.Select(file => FrozenWeights.Of(file, file.Find(tensor.Name)!))];
            var count = tensor.Rows * tensor.Columns;
            for (var at = 0L; at < count; at += FrozenWeights.Piece)
            {
                cancel.ThrowIfCancellationRequested();
                var length = (int)Math.Min(FrozenWeights.Piece, count - at);
                var mean = sum.AsSpan(0, length);
                var values = part.AsSpan(0, length);
                mean.Clear();
                foreach (var source in sources)
                {
                    source(at, values);
                    for (var i = 0; i < length; i++)
                    {
                        mean[i] += values[i] / sources.Length;
                    }
                }

                stream.Write(MemoryMarshal.AsBytes(mean));
            }
        }
    }
}
