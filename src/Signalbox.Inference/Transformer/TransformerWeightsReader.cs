using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Kernels;

namespace Signalbox.Inference.Transformer;

/// <summary>Finds and checks the tensors of a model; the first thing that is wrong ends it.</summary>
internal sealed unsafe class TransformerWeightsReader(GgufFile file, TransformerConfig config)
{
    /// <summary>Where sizes would no longer fit.</summary>
    private const int MostValues = 1 << 28;

    private EngineFault? _fault;

    public bool TryRead([NotNullWhen(true)] out TransformerWeights? weights, [NotNullWhen(false)] out EngineFault? fault)
    {
        var layers = new LayerWeights[config.Layers];
        for (var layer = 0; layer < layers.Length && _fault is null; layer++)
        {
            layers[layer] = config.IsEncoder ? EncoderLayer(layer) : DecoderLayer(layer);
        }

        var read = config.IsEncoder ? Encoder(layers) : Decoder(layers);
        fault = _fault;
        weights = fault is null ? read : null;
        return weights is not null;
    }

    private TransformerWeights Decoder(LayerWeights[] layers)
    {
        // Gemma's files may carry a copy of the embeddings as output.weight; its output is tied all the same.
        var tied = config.Architecture.StartsWith("gemma", StringComparison.Ordinal) || file.Find("output.weight") is null;
        var pairs = (config.Rope?.Dimensions ?? 0) / 2;
        return new TransformerWeights
        {
            TokenEmbedding = Matrix("token_embd.weight", config.EmbeddingLength, config.VocabularySize),
            Layers = layers,
            OutputNorm = Norm("output_norm"),
            Output = new Linear(
                Matrix(tied ? "token_embd.weight" : "output.weight", config.EmbeddingLength, config.VocabularySize),
                Vector("output.bias", config.VocabularySize, required: false),
                "output.weight",
                0),
            RopeFactors = config.Architecture is "llama" or "phi3"
                ? Vector("rope_freqs.weight", pairs, required: false) is var all && all != null ? all : Vector("rope_factors_short.weight", pairs, required: false)
                : null,
            LongRopeFactors = config.Architecture is "llama" or "phi3" && file.Find("rope_freqs.weight") is null
                ? Vector("rope_factors_long.weight", pairs, required: false)
                : null,
        };
    }

    private TransformerWeights Encoder(LayerWeights[] layers) => new()
    {
        TokenEmbedding = Matrix("token_embd.weight", config.EmbeddingLength, config.VocabularySize),
        TokenTypes = file.Find("token_types.weight") is { } types ? Matrix("token_types.weight", config.EmbeddingLength, types.Rows) : default,
        PositionEmbedding = Matrix("position_embd.weight", config.EmbeddingLength, config.ContextLength),
        EmbeddingNorm = NormWithBias("token_embd_norm"),
        Layers = layers,
    };

    private LayerWeights DecoderLayer(int layer)
    {
        var block = $"blk.{layer}.";
        var embedding = config.EmbeddingLength;
        var feedForward = config.FeedForwardByLayer[layer];
        var (query, key, value) = Attention(layer);
        var (gate, up) = GateAndUp(block, feedForward);
        var gemma2 = config.Architecture == "gemma2";
        return new LayerWeights
        {
            AttentionNorm = Norm(block + "attn_norm"),
            Query = query,
            Key = key,
            Value = value,
            AttentionOutput = Whole(block + "attn_output", config.HeadsByLayer[layer] * (long)config.ValueLength, embedding),
            AttentionPostNorm = gemma2 ? Norm(block + "post_attention_norm") : default,
            FeedForwardNorm = Norm(block + "ffn_norm"),
            Gate = gate,
            Up = up,
            Down = Whole(block + "ffn_down", feedForward, embedding),
            FeedForwardPostNorm = gemma2 ? Norm(block + "post_ffw_norm") : default,
        };
    }

    private LayerWeights EncoderLayer(int layer)
    {
        var block = $"blk.{layer}.";
        var embedding = config.EmbeddingLength;
        var feedForward = config.FeedForwardByLayer[layer];
        var (query, key, value) = Attention(layer);
        return new LayerWeights
        {
            Query = query,
            Key = key,
            Value = value,
            AttentionOutput = Whole(block + "attn_output", config.HeadsByLayer[layer] * (long)config.ValueLength, embedding),
            FeedForwardNorm = NormWithBias(block + "attn_output_norm"),
            Up = Whole(block + "ffn_up", embedding, feedForward),
            Down = Whole(block + "ffn_down", feedForward, embedding),
            FeedForwardPostNorm = NormWithBias(block + "layer_output_norm"),
        };
    }

    /// <summary>Three tensors, or the rows of one: queries, keys, values (phi3).</summary>
    private (Linear Query, Linear Key, Linear Value) Attention(int layer)
    {
        var block = $"blk.{layer}.";
        var embedding = config.EmbeddingLength;
        var query = config.HeadsByLayer[layer] * (long)config.KeyLength;
        var key = config.KeyValueHeadsByLayer[layer] * (long)config.KeyLength;
        var value = config.KeyValueHeadsByLayer[layer] * (long)config.ValueLength;
        if (file.Find(block + "attn_qkv.weight") is null)
        {
            return (Whole(block + "attn_q", embedding, query), Whole(block + "attn_k", embedding, key), Whole(block + "attn_v", embedding, value));
        }

        var fused = Whole(block + "attn_qkv", embedding, query + key + value);
        return fused.Bias == null
            ? (Part(fused, 0, query, block + "attn_q.bias"), Part(fused, query, key, block + "attn_k.bias"), Part(fused, query + key, value, block + "attn_v.bias"))
            : (Part(fused, 0, query, null), Part(fused, query, key, null), Part(fused, query + key, value, null));
    }

    /// <summary>Two tensors, or the rows of one: gate, up (phi3).</summary>
    private (Linear Gate, Linear Up) GateAndUp(string block, int feedForward)
    {
        if (config.Architecture != "phi3")
        {
            return (Whole(block + "ffn_gate", config.EmbeddingLength, feedForward), Whole(block + "ffn_up", config.EmbeddingLength, feedForward));
        }

        var fused = Whole(block + "ffn_up", config.EmbeddingLength, 2L * feedForward);
        return (Part(fused, 0, feedForward, null), Part(fused, feedForward, feedForward, null));
    }

    private Linear Whole(string name, long columns, long rows) =>
        new(Matrix(name + ".weight", columns, rows), Vector(name + ".bias", rows, required: false), name + ".weight", 0);

    private Linear Part(Linear fused, long first, long rows, string? bias)
    {
        if (_fault is not null)
        {
            return default;
        }

        var whole = fused.Weights;
        var part = new WeightMatrix(whole.Type, whole.Data + first * whole.RowBytes, (int)rows, whole.Columns);
        var partBias = bias is not null ? Vector(bias, rows, required: false) : fused.Bias == null ? null : fused.Bias + first;
        return new Linear(part, partBias, fused.Tensor, (int)first);
    }

    private NormWeights Norm(string name) => new(Vector(name + ".weight", config.EmbeddingLength, required: true), null);

    private NormWeights NormWithBias(string name) =>
        new(Vector(name + ".weight", config.EmbeddingLength, required: true), Vector(name + ".bias", config.EmbeddingLength, required: true));

    private WeightMatrix Matrix(string name, long columns, long rows)
    {
        var tensor = file.Find(name);
        if (tensor is null)
        {
            Refuse(EngineFaultKind.InvalidFile, $"The tensor {name} is absent: the file is not a whole {config.Architecture} model. Fetch it again.");
        }
        else if (TensorTypes.BlockValues(tensor.Type) == 0)
        {
            Refuse(
                EngineFaultKind.Unsupported,
                $"The tensor {name} has the type {(uint)tensor.Type}, which is not supported. Choose a file of type {string.Join(", ", Enum.GetNames<TensorType>())}.");
        }
        else if (tensor.Columns != columns || tensor.Rows != rows || rows is < 1 or > MostValues || columns > MostValues)
        {
            Refuse(
                EngineFaultKind.InvalidFile,
                $"The tensor {name} has {tensor.Columns} x {tensor.Rows} values, but the file's own sizes ask for {columns} x {rows}. Fetch the file again.");
        }
        else
        {
            return WeightMatrix.Of(tensor);
        }

        return default;
    }

    /// <summary>F32 values; null where they are absent and may be.</summary>
    private float* Vector(string name, long length, bool required)
    {
        var tensor = file.Find(name);
        if (tensor is null)
        {
            if (required)
            {
                Refuse(EngineFaultKind.InvalidFile, $"The tensor {name} is absent: the file is not a whole {config.Architecture} model. Fetch it again.");
            }

            return null;
        }

        if (tensor.Type == TensorType.F32 && tensor.Columns == length && tensor.Rows == 1)
        {
            return (float*)tensor.Data;
        }

        Refuse(EngineFaultKind.InvalidFile, $"The tensor {name} is not {length} values of type F32. Fetch the file again.");
        return null;
    }

    private void Refuse(EngineFaultKind kind, string message) => _fault ??= new EngineFault(kind, message);
}
