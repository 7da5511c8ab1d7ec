namespace Signalbox.Inference.Training;

/// <summary>The shape of a model of architecture llama that is trained: RMSNorm, RoPE attention in pairs of neighbours, SwiGLU, no biases.</summary>
internal sealed record ModelShape
{
    public required int VocabularySize { get; init; }

    /// <summary>D: values of a token's state; a multiple of 32, so that the finished model can be quantized.</summary>
    public required int EmbeddingLength { get; init; }

    public required int Layers { get; init; }

    /// <summary>H: query heads; divides D, and D / H is even.</summary>
    public required int Heads { get; init; }

    /// <summary>K: key and value heads; divides H.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>F: values between the two halves of the feed-forward block; a multiple of 32.</summary>
    public required int FeedForwardLength { get; init; }

    /// <summary>Most tokens of a sequence.</summary>
    public required int ContextLength { get; init; }

    public float RopeBase { get; init; } = 10_000;

    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Values of a head.</summary>
    public int HeadLength => EmbeddingLength / Heads;
}
