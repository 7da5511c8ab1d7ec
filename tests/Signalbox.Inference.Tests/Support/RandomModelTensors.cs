namespace Signalbox.Inference.Tests.Support;

/// <summary>Names and sizes of the tensors that llama.cpp wants of each architecture.</summary>
internal static class RandomModelTensors
{
    public static IReadOnlyList<(string Name, long[] Dimensions)> Of(RandomModel model)
    {
        var tensors = new List<(string, long[])> { ("token_embd.weight", [model.EmbeddingLength, model.VocabularySize]) };
        if (model.Architecture == "bert")
        {
            AddVector(tensors, "token_embd_norm", model.EmbeddingLength);
            tensors.Add(("token_types.weight", [model.EmbeddingLength, 2]));
            tensors.Add(("position_embd.weight", [model.EmbeddingLength, model.ContextLength]));
        }
        else
        {
            tensors.Add(("output_norm.weight", [model.EmbeddingLength]));
            if (model.HasOutput)
            {
                tensors.Add(("output.weight", [model.EmbeddingLength, model.VocabularySize]));
            }
        }

        for (var layer = 0; layer < model.Layers; layer++)
        {
            if (model.Architecture == "bert")
            {
                AddEncoderLayer(tensors, model, $"blk.{layer}.");
            }
            else
            {
                AddDecoderLayer(tensors, model, $"blk.{layer}.");
            }
        }

        return tensors;
    }

    private static void AddDecoderLayer(List<(string, long[])> tensors, RandomModel model, string layer)
    {
        long embedding = model.EmbeddingLength;
        long head = model.HeadLength ?? model.EmbeddingLength / model.Heads;
        var (queries, keys) = (model.Heads * head, model.KeyValueHeads * head);
        tensors.Add((layer + "attn_norm.weight", [embedding]));
        if (model.Architecture == "phi3")
        {
            tensors.Add((layer + "attn_qkv.weight", [embedding, queries + (2 * keys)]));
        }
        else
        {
            foreach (var (name, rows) in new[] { ("attn_q", queries), ("attn_k", keys), ("attn_v", keys) })
            {
                tensors.Add(($"{layer}{name}.weight", [embedding, rows]));
                if (model.Architecture == "qwen2")
                {
                    tensors.Add(($"{layer}{name}.bias", [rows]));
                }
            }
        }

        tensors.Add((layer + "attn_output.weight", [queries, embedding]));
        if (model.Architecture == "gemma2")
        {
            tensors.Add((layer + "post_attention_norm.weight", [embedding]));
            tensors.Add((layer + "post_ffw_norm.weight", [embedding]));
        }

        tensors.Add((layer + "ffn_norm.weight", [embedding]));
        if (model.Architecture == "phi3")
        {
            tensors.Add((layer + "ffn_up.weight", [embedding, 2 * model.FeedForwardLength]));
        }
        else
        {
            tensors.Add((layer + "ffn_gate.weight", [embedding, model.FeedForwardLength]));
            tensors.Add((layer + "ffn_up.weight", [embedding, model.FeedForwardLength]));
        }

        tensors.Add((layer + "ffn_down.weight", [model.FeedForwardLength, embedding]));
    }

    private static void AddEncoderLayer(List<(string, long[])> tensors, RandomModel model, string layer)
    {
        foreach (var name in new[] { "attn_q", "attn_k", "attn_v", "attn_output" })
        {
            AddLinear(tensors, layer + name, model.EmbeddingLength, model.EmbeddingLength);
        }

        AddVector(tensors, layer + "attn_output_norm", model.EmbeddingLength);
        AddLinear(tensors, layer + "ffn_up", model.EmbeddingLength, model.FeedForwardLength);
        AddLinear(tensors, layer + "ffn_down", model.FeedForwardLength, model.EmbeddingLength);
        AddVector(tensors, layer + "layer_output_norm", model.EmbeddingLength);
    }

    private static void AddLinear(List<(string, long[])> tensors, string name, long inputs, long outputs)
    {
        tensors.Add((name + ".weight", [inputs, outputs]));
        tensors.Add((name + ".bias", [outputs]));
    }

    private static void AddVector(List<(string, long[])> tensors, string name, long size)
    {
        tensors.Add((name + ".weight", [size]));
        tensors.Add((name + ".bias", [size]));
    }
}
