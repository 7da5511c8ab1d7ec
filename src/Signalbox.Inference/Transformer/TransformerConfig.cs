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

    /// <summary>H: query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>K: key and value heads; divides H.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Values of a head's query and key.</summary>
    public required int KeyLength { get; init; }

    /// <summary>Values of a head's value.</summary>
    public required int ValueLength { get; init; }

    /// <summary>F: values between the two halves of the feed-forward block.</summary>
    public required int FeedForwardLength { get; init; }

    public required int VocabularySize { get; init; }

    public static bool TryRead(GgufFile file, [NotNullWhen(true)] out TransformerConfig? config, [NotNullWhen(false)] out EngineFault? fault) =>
        throw new NotImplementedException();
}
