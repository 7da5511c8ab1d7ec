using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tests.Support;

/// <summary>
/// A small model with random weights. They depend on the seed and the tensor's name only, so every type of the same seed is the same
/// model, K-quants excepted, whose blocks are random themselves.
/// </summary>
internal sealed record RandomModel
{
    /// <summary>One of llama, qwen2, gemma, gemma2, phi3, bert.</summary>
    public string Architecture { get; init; } = "llama";

    public int EmbeddingLength { get; init; } = 64;

    public int Layers { get; init; } = 2;

    public int Heads { get; init; } = 4;

    /// <summary>As many as heads for bert.</summary>
    public int KeyValueHeads { get; init; } = 2;

    /// <summary>Values of a head; null for EmbeddingLength / Heads, which only gemma and gemma2 may deviate from.</summary>
    public int? HeadLength { get; init; }

    public int FeedForwardLength { get; init; } = 160;

    /// <summary>At least 300.</summary>
    public int VocabularySize { get; init; } = 320;

    public int ContextLength { get; init; } = 512;

    /// <summary>Of the matrices; those whose rows are not whole blocks are F16, vectors F32.</summary>
    public TensorType Type { get; init; } = TensorType.F32;

    /// <summary>Of single tensors, by the end of their names: real files mix types.</summary>
    public IReadOnlyDictionary<string, TensorType> Types { get; init; } = new Dictionary<string, TensorType>();

    public ulong Seed { get; init; } = 1;

    /// <summary>Whether llama, qwen2 and phi3 have an output matrix of their own.</summary>
    public bool Untied { get; init; } = true;

    /// <summary>Whether the embedding is not the output matrix too.</summary>
    public bool HasOutput => Architecture == "bert" || (Untied && Architecture is not ("gemma" or "gemma2"));

    /// <summary>llama, gpt2 or bert; null for what the architecture usually has.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>For the model; set before the architecture's own keys, which do not override them.</summary>
    public Action<GgufWriter>? Metadata { get; init; }

    /// <summary>Further tensors, e.g. rope_freqs.weight.</summary>
    public Action<GgufWriter>? Tensors { get; init; }
}

/// <summary>Writes models that llama.cpp loads too, so that tests need no files from elsewhere.</summary>
internal static class RandomModels
{
    /// <summary>A file in the temporary folder, deleted with the returned object.</summary>
    public static TemporaryFile Create(RandomModel model)
    {
        var file = new TemporaryFile(".gguf");
        Write(model, file.Path);
        return file;
    }

    public static void Write(RandomModel model, string path)
    {
        var writer = new GgufWriter();
        model.Metadata?.Invoke(writer);
        RandomModelKeys.Set(writer, model);
        RandomVocabularies.Set(writer, model);
        foreach (var (name, dimensions) in RandomModelTensors.Of(model))
        {
            var type = TypeOf(model, name, dimensions);
            writer.Add(name, type, dimensions, stream => RandomWeights.Write(stream, model, name, type, dimensions));
        }

        model.Tensors?.Invoke(writer);
        writer.WriteTo(path);
    }

    /// <summary>The values of a tensor before they are quantized.</summary>
    public static float[] Values(RandomModel model, string name) =>
        RandomWeights.Values(model, name, RandomModelTensors.Of(model).Single(tensor => tensor.Name == name).Dimensions);

    private static TensorType TypeOf(RandomModel model, string name, long[] dimensions)
    {
        if (dimensions.Length == 1 || name is "token_types.weight" or "position_embd.weight")
        {
            // llama.cpp adds these to activations, which only F32 allows.
            return TensorType.F32;
        }

        var asked = model.Types.FirstOrDefault(type => name.EndsWith(type.Key, StringComparison.Ordinal));
        var type = asked.Key is null ? model.Type : asked.Value;
        return dimensions[0] % TensorTypes.BlockValues(type) == 0 ? type : TensorType.F16;
    }
}

/// <summary>A path in the temporary folder whose file goes with this.</summary>
internal sealed class TemporaryFile(string extension) : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"signalbox-{Guid.NewGuid():N}{extension}");

    public void Dispose() => File.Delete(Path);
}
