using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Transformer;

/// <summary>The models of tests/engine-parity, one per architecture and variant, written where SIGNALBOX_PARITY_MODELS says.</summary>
public sealed class ParityModels
{
    private static readonly Dictionary<string, RandomModel> Models = new()
    {
        ["llama"] = new() { Seed = 11, Heads = 6, KeyValueHeads = 3, EmbeddingLength = 96, FeedForwardLength = 224, Layers = 3 },
        ["llama-tied"] = new() { Seed = 12, Untied = false },
        ["llama-linear"] = new() { Seed = 13, Metadata = Scaling("llama", "linear", 4) },
        ["llama-yarn"] = new() { Seed = 14, Metadata = Scaling("llama", "yarn", 8) },
        ["llama-freqs"] = new() { Seed = 15, Tensors = static writer => AddFactors(writer, "rope_freqs.weight", 8, 1.75f) },
        ["llama-perlayer"] = new() { Seed = 16, Layers = 3, Metadata = static writer => writer.Set("llama.attention.head_count_kv", (int[])[2, 2, 2]) },
        ["qwen2"] = new() { Architecture = "qwen2", Seed = 21, Layers = 3 },
        ["qwen2-tied"] = new() { Architecture = "qwen2", Seed = 22, Untied = false, Heads = 7, KeyValueHeads = 1, EmbeddingLength = 112 },
        ["gemma"] = new() { Architecture = "gemma", Seed = 31, HeadLength = 32, KeyValueHeads = 1 },
        ["gemma2"] = new() { Architecture = "gemma2", Seed = 41, HeadLength = 24, Layers = 4 },
        ["phi3"] = new() { Architecture = "phi3", Seed = 51, KeyValueHeads = 4, Metadata = Unnamed },
        ["phi3-long"] = new()
        {
            Architecture = "phi3",
            Seed = 52,
            Metadata = static writer =>
            {
                Unnamed(writer);
                Scaling("phi3", "longrope", 1)(writer);
                writer.Set("phi3.rope.scaling.attn_factor", 1.19f);
            },
            Tensors = static writer =>
            {
                AddFactors(writer, "rope_factors_long.weight", 8, 1.5f);
                AddFactors(writer, "rope_factors_short.weight", 8, 1.1f);
            },
        },
        ["bert"] = new() { Architecture = "bert", Seed = 61, KeyValueHeads = 4 },
    };

    [Fact]
    public void Models_for_the_comparison_with_another_engine_load()
    {
        var asked = Environment.GetEnvironmentVariable("SIGNALBOX_PARITY_MODELS");
        var folder = string.IsNullOrEmpty(asked) ? Directory.CreateTempSubdirectory("signalbox-").FullName : asked;
        using var pool = new WorkerPool(1);
        foreach (var (name, model) in Models)
        {
            var path = Path.Combine(folder, name + ".gguf");
            RandomModels.Write(model, path);
            Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
            using (file)
            {
                Assert.True(LanguageModel.TryLoad(file, pool, 16, out var loaded, out fault), $"{name}: {fault?.Message}");
                loaded.Dispose();
            }
        }

        if (string.IsNullOrEmpty(asked))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The other engine wants certain tokens of a model with phi3 in its name.</summary>
    private static void Unnamed(GgufWriter writer) => writer.Set("general.name", "random");

    /// <summary>An original context shorter than the comparison's, so that longrope takes the long factors.</summary>
    private static Action<GgufWriter> Scaling(string architecture, string type, float factor) => writer =>
    {
        writer.Set($"{architecture}.rope.scaling.type", type);
        writer.Set($"{architecture}.rope.scaling.factor", factor);
        writer.Set($"{architecture}.rope.scaling.original_context_length", 64u);
    };

    private static void AddFactors(GgufWriter writer, string name, int count, float step) => writer.Add(name, TensorType.F32, [count], stream =>
    {
        var value = 1f;
        for (var i = 0; i < count; i++, value *= step)
        {
            stream.Write(BitConverter.GetBytes(value));
        }
    });
}
