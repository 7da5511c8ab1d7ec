using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>
/// One loaded model that serves several conversations at once: the steps of all active answers run as one batch (continuous batching),
/// a shared beginning of prompts is computed once, slots grow and shrink with the queue. Safe for any number of threads.
/// </summary>
internal sealed class InferenceEngine : IAsyncDisposable
{
    public static bool TryLoad(string path, EngineOptions options, TimeProvider time, [NotNullWhen(true)] out InferenceEngine? engine, [NotNullWhen(false)] out EngineFault? fault) =>
        throw new NotImplementedException();

    public TransformerConfig Config => throw new NotImplementedException();

    public Tokenizer Tokenizer => throw new NotImplementedException();

    public ChatTemplate Template => throw new NotImplementedException();

    /// <summary>Tokens of one answer as they come. The last event has its <see cref="GenerationEvent.End"/>. A cancelled answer frees its slot within one token.</summary>
    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Embeddings of texts, of unit length; mean or last-token pooling as the file says (mean where it says nothing).</summary>
    public Task<(IReadOnlyList<float[]>? Vectors, int Tokens, EngineFault? Fault)> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>What it is doing now.</summary>
    public EngineStatistics Statistics => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
