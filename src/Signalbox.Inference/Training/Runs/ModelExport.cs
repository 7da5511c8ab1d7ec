using System.Runtime.InteropServices;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Optimization;

namespace Signalbox.Inference.Training.Runs;

/// <summary>A trained model as GGUF. The keys of its tokenizer, and its name, are the caller's to set.</summary>
internal static class ModelExport
{
    /// <summary>Sets the keys of architecture llama that are not set yet, and adds all tensors in F32. The parameters must live until the file is written.</summary>
    public static GgufWriter AddTo(GgufWriter writer, ModelShape shape, ParameterSet parameters)
    {
        Set("general.architecture", "llama");
        Set("general.type", "model");
        Number("general.file_type", 0);
        Number("general.quantization_version", 2);
        Number("llama.vocab_size", shape.VocabularySize);
        Number("llama.context_length", shape.ContextLength);
        Number("llama.embedding_length", shape.EmbeddingLength);
        Number("llama.block_count", shape.Layers);
        Number("llama.feed_forward_length", shape.FeedForwardLength);
        Number("llama.attention.head_count", shape.Heads);
        Number("llama.attention.head_count_kv", shape.KeyValueHeads);
        Number("llama.rope.dimension_count", shape.HeadLength);
        Real("llama.rope.freq_base", shape.RopeBase);
        Real("llama.attention.layer_norm_rms_epsilon", shape.NormEpsilon);
        foreach (var parameter in parameters.All)
        {
            writer.Add(parameter.Name, TensorType.F32, parameter.Dimensions, stream => stream.Write(MemoryMarshal.AsBytes(parameter.ValueSpan)));
        }

        return writer;

        void Set(string key, string value) => _ = writer.Has(key) ? writer : writer.Set(key, value);

        void Number(string key, int value) => _ = writer.Has(key) ? writer : writer.Set(key, (uint)value);

        void Real(string key, float value) => _ = writer.Has(key) ? writer : writer.Set(key, value);
    }
}
