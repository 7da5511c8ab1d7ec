using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Kernels;

namespace Signalbox.Inference.Transformer;

/// <summary>The weights of a linear layer, which may be some rows of a tensor that the file has fused.</summary>
/// <param name="weights">[outputs, inputs].</param>
/// <param name="bias">[outputs], or null.</param>
/// <param name="tensor">The tensor's name, which adapters go by.</param>
/// <param name="firstRow">Where its rows begin in the tensor.</param>
internal readonly unsafe struct Linear(WeightMatrix weights, float* bias, string tensor, int firstRow)
{
    public readonly WeightMatrix Weights = weights;
    public readonly float* Bias = bias;
    public readonly string Tensor = tensor;
    public readonly int FirstRow = firstRow;
}

/// <summary>Weight and bias of a norm; both null where an architecture has none.</summary>
internal readonly unsafe struct NormWeights(float* weight, float* bias)
{
    public readonly float* Weight = weight;
    public readonly float* Bias = bias;
}

/// <summary>One layer's weights. Norms that an architecture does not have are null.</summary>
internal sealed class LayerWeights
{
    /// <summary>Before attention.</summary>
    public NormWeights AttentionNorm { get; init; }

    public Linear Query { get; init; }

    public Linear Key { get; init; }

    public Linear Value { get; init; }

    public Linear AttentionOutput { get; init; }

    /// <summary>After attention, before its output is added (gemma2).</summary>
    public NormWeights AttentionPostNorm { get; init; }

    /// <summary>Before the feed-forward block; in encoders after attention's output was added.</summary>
    public NormWeights FeedForwardNorm { get; init; }

    /// <summary>Without rows where the block has no gate.</summary>
    public Linear Gate { get; init; }

    public Linear Up { get; init; }

    public Linear Down { get; init; }

    /// <summary>After the feed-forward block, before its output is added (gemma2); in encoders after it was added.</summary>
    public NormWeights FeedForwardPostNorm { get; init; }
}

/// <summary>All weights of a model, as they lie in the mapped file.</summary>
internal sealed unsafe class TransformerWeights
{
    /// <summary>[V, D]: one row per token.</summary>
    public required WeightMatrix TokenEmbedding { get; init; }

    /// <summary>[types, D] (encoders), or null data.</summary>
    public WeightMatrix TokenTypes { get; init; }

    /// <summary>[positions, D] (encoders), or null data.</summary>
    public WeightMatrix PositionEmbedding { get; init; }

    /// <summary>Over the embeddings (encoders).</summary>
    public NormWeights EmbeddingNorm { get; init; }

    public required LayerWeights[] Layers { get; init; }

    /// <summary>Before the logits; none in encoders.</summary>
    public NormWeights OutputNorm { get; init; }

    /// <summary>[V, D]: the token embeddings again where the file ties them; none in encoders.</summary>
    public Linear Output { get; init; }

    /// <summary>[Dimensions / 2]: what the angle of each pair is divided by, or null.</summary>
    public float* RopeFactors { get; init; }

    /// <summary>The same for caches longer than the original context (longrope), or null.</summary>
    public float* LongRopeFactors { get; init; }

    public static bool TryRead(
        GgufFile file, TransformerConfig config, [NotNullWhen(true)] out TransformerWeights? weights, [NotNullWhen(false)] out EngineFault? fault) =>
        new TransformerWeightsReader(file, config).TryRead(out weights, out fault);
}
