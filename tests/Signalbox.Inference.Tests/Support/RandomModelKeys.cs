using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tests.Support;

/// <summary>The metadata that llama.cpp wants of each architecture.</summary>
internal static class RandomModelKeys
{
    public static void Set(GgufWriter writer, RandomModel model)
    {
        var keys = new KeySetter(writer);
        var architecture = model.Architecture;
        var headLength = model.HeadLength ?? model.EmbeddingLength / model.Heads;
        keys.Set("general.architecture", architecture);
        keys.Set("general.type", "model");

        // No architecture in it: llama.cpp looks for tokens by the names of known models.
        keys.Set("general.name", $"random-{model.Type}-seed{model.Seed}");
        keys.Set("general.alignment", 32u);
        keys.Set("general.quantization_version", 2u);
        keys.Set("general.file_type", FileType(model.Type));
        keys.Set($"{architecture}.vocab_size", (uint)model.VocabularySize);
        keys.Set($"{architecture}.context_length", (uint)model.ContextLength);
        keys.Set($"{architecture}.embedding_length", (uint)model.EmbeddingLength);
        keys.Set($"{architecture}.block_count", (uint)model.Layers);
        keys.Set($"{architecture}.feed_forward_length", (uint)model.FeedForwardLength);
        keys.Set($"{architecture}.attention.head_count", (uint)model.Heads);
        if (architecture == "bert")
        {
            keys.Set("bert.attention.layer_norm_epsilon", 1e-5f);
            keys.Set("bert.attention.causal", false);
            keys.Set("bert.pooling_type", 1u);
            keys.Set("tokenizer.ggml.token_type_count", 2u);
            return;
        }

        keys.Set($"{architecture}.attention.head_count_kv", (uint)model.KeyValueHeads);
        keys.Set($"{architecture}.attention.layer_norm_rms_epsilon", 1e-5f);
        keys.Set($"{architecture}.rope.dimension_count", (uint)headLength);
        keys.Set($"{architecture}.rope.freq_base", 10000f);
        if (architecture is "gemma" or "gemma2")
        {
            keys.Set($"{architecture}.attention.key_length", (uint)headLength);
            keys.Set($"{architecture}.attention.value_length", (uint)headLength);
        }

        if (architecture == "gemma2")
        {
            keys.Set("gemma2.attn_logit_softcapping", 50f);
            keys.Set("gemma2.final_logit_softcapping", 30f);
            keys.Set("gemma2.attention.sliding_window", 64u);
        }

        if (architecture == "phi3")
        {
            keys.Set("phi3.rope.scaling.original_context_length", (uint)model.ContextLength);
        }
    }

    private static uint FileType(TensorType type) => type switch
    {
        TensorType.F32 => 0,
        TensorType.F16 => 1,
        TensorType.Q4_0 => 2,
        TensorType.Q8_0 => 7,
        TensorType.Q4_K => 14,
        TensorType.Q5_K => 16,
        TensorType.Q6_K => 18,
        TensorType.BF16 => 32,
        _ => throw new ArgumentException($"{type} has no file type", nameof(type)),
    };
}

/// <summary>Sets what nobody has set before.</summary>
internal sealed class KeySetter(GgufWriter writer)
{
    public void Set(string key, string value) => Unless(key, () => writer.Set(key, value));

    public void Set(string key, uint value) => Unless(key, () => writer.Set(key, value));

    public void Set(string key, float value) => Unless(key, () => writer.Set(key, value));

    public void Set(string key, bool value) => Unless(key, () => writer.Set(key, value));

    public void Set(string key, IReadOnlyList<string> values) => Unless(key, () => writer.Set(key, values));

    public void Set(string key, IReadOnlyList<int> values) => Unless(key, () => writer.Set(key, values));

    public void Set(string key, IReadOnlyList<float> values) => Unless(key, () => writer.Set(key, values));

    private void Unless(string key, Action set)
    {
        if (!writer.Has(key))
        {
            set();
        }
    }
}
