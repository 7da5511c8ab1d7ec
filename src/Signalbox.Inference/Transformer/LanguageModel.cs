using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Transformer;

/// <summary>Config, weights and the buffers of one pass. Not for two threads at once: who owns it runs one pass after the other.</summary>
internal sealed class LanguageModel : IDisposable
{
    /// <param name="file">Stays open as long as this lives; not disposed with it.</param>
    /// <param name="pool">The threads of its products.</param>
    /// <param name="batchTokens">The most tokens of a pass.</param>
    /// <param name="model">The model.</param>
    /// <param name="fault">What the file lacks, or an architecture that is not supported, naming those that are.</param>
    public static bool TryLoad(GgufFile file, WorkerPool pool, int batchTokens, [NotNullWhen(true)] out LanguageModel? model, [NotNullWhen(false)] out EngineFault? fault) =>
        throw new NotImplementedException();

    public TransformerConfig Config => throw new NotImplementedException();

    public WorkerPool Pool => throw new NotImplementedException();

    /// <summary>Runs a batch and appends its tokens to their caches. Allocates nothing.</summary>
    /// <param name="batch">At least one token.</param>
    /// <param name="cancel">Looked at between layers; a pass that was cancelled has changed no cache's length.</param>
    public void Forward(Batch batch, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Logits of the last pass: [i, vocabulary] for the i-th token that wanted them, in the order of the batch. Valid until the next pass; may be changed by the reader.</summary>
    public Span<float> Logits(int i) => throw new NotImplementedException();

    /// <summary>State after the last norm of the last pass, for embeddings: [EmbeddingLength] of the batch's token <paramref name="index"/>. Every token's is there when no token of the batch wanted logits.</summary>
    public ReadOnlySpan<float> State(int index) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
