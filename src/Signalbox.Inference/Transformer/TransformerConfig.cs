using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Transformer;

/// <summary>The shape of a model, from the file's metadata.</summary>
internal sealed record TransformerConfig
{
    /// <summary>The architectures of files that this engine runs.</summary>
    public static IReadOnlyList<string> Supported => ["llama", "qwen2", "gemma", "gemma2", "phi3", "bert"];

    public required string Architecture { get; init; }

    /// <summary>Positions that the model was trained for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>D: values of a token's state.</summary>
    public required int EmbeddingLength { get; init; }

    public required int Layers { get; init; }

    /// <summary>H: query heads; the most of any layer.</summary>
    public required int Heads { get; init; }

    /// <summary>K: key and value heads; divides H. The most of any layer.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Values of a head's query and key.</summary>
    public required int KeyLength { get; init; }

    /// <summary>Values of a head's value.</summary>
    public required int ValueLength { get; init; }

    /// <summary>F: values between the two halves of the feed-forward block; the most of any layer.</summary>
    public required int FeedForwardLength { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>H of each layer.</summary>
    public required IReadOnlyList<int> HeadsByLayer { get; init; }

    /// <summary>K of each layer.</summary>
    public required IReadOnlyList<int> KeyValueHeadsByLayer { get; init; }

    /// <summary>F of each layer.</summary>
    public required IReadOnlyList<int> FeedForwardByLayer { get; init; }

    /// <summary>Keeps a norm from dividing by zero.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>How positions turn queries and keys; null for learned positions (encoders).</summary>
    public required RopeConfig? Rope { get; init; }

    /// <summary>Positions that a token of a sliding layer sees, itself included; 0 for all.</summary>
    public int SlidingWindow { get; init; }

    /// <summary>Which layers see only <see cref="SlidingWindow"/>; empty for none.</summary>
    public IReadOnlyList<bool> SlidingLayers { get; init; } = [];

    /// <summary>What scores of queries and keys are multiplied with.</summary>
    public required float AttentionScale { get; init; }

    /// <summary>Whether queries are scaled before the product with the keys (where it is rounded) and not the scores after it.</summary>
    public bool ScalesQueries { get; init; }

    /// <summary>c of c * tanh(score / c); 0 for none.</summary>
    public float AttentionSoftCap { get; init; }

    /// <summary>c of c * tanh(logit / c); 0 for none.</summary>
    public float LogitSoftCap { get; init; }

    /// <summary>What the embedding of a token is multiplied with.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>What stands between the two halves of the feed-forward block.</summary>
    public required GatingKind Gating { get; init; }

    /// <summary>Whether a token sees only itself and what is before it. Encoders see the whole text, which is why all of it must be in one pass.</summary>
    public bool Causal { get; init; } = true;

    /// <summary>Token types that the file has embeddings for; only the first is used.</summary>
    public int TokenTypes { get; init; }

    /// <summary>How the file wants the states of a text made into one embedding.</summary>
    public Pooling Pooling { get; init; }

    /// <summary>Whether it is an encoder, which has embeddings of texts but no logits.</summary>
    public bool IsEncoder => !Causal;

    /// <summary>The window of a layer: positions that a token sees, itself included; <see cref="int.MaxValue"/> for all.</summary>
    public int WindowOf(int layer) => SlidingWindow > 0 && layer < SlidingLayers.Count && SlidingLayers[layer] ? SlidingWindow : int.MaxValue;

    public static bool TryRead(GgufFile file, [NotNullWhen(true)] out TransformerConfig? config, [NotNullWhen(false)] out EngineFault? fault) =>
        new TransformerConfigReader(file).TryRead(out config, out fault);
}

/// <summary>The function between the two halves of a feed-forward block.</summary>
internal enum GatingKind
{
    /// <summary>silu(gate) * up.</summary>
    Silu,

    /// <summary>gelu(gate) * up.</summary>
    Gelu,

    /// <summary>gelu(up); no gate.</summary>
    GeluWithoutGate,
}

/// <summary>How the states of a text become one embedding; the numbers are those of the file.</summary>
internal enum Pooling
{
    /// <summary>The file says nothing, or that nothing is pooled.</summary>
    Unspecified = 0,

    Mean = 1,

    /// <summary>The first token's state.</summary>
    First = 2,

    /// <summary>The last token's state.</summary>
    Last = 3,
}
