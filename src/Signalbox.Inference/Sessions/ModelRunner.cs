using Signalbox.Inference.Adapters;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>
/// What the scheduler needs of a model: sequences, and passes over pieces of them. One thread at a time. The one seam between scheduling
/// and arithmetic, so that every rule of scheduling is tested without a model.
/// </summary>
internal abstract class ModelRunner : IDisposable
{
    public abstract int VocabularySize { get; }

    /// <summary>Values of a token's state.</summary>
    public abstract int StateLength { get; }

    /// <summary>The most tokens of a pass.</summary>
    public abstract int BatchTokens { get; }

    /// <summary>
    /// Whether a position depends on those before it only: then prompts may run in pieces, and the beginning of one sequence serves another.
    /// </summary>
    public abstract bool IsCausal { get; }

    /// <summary>Takes the memory of a sequence.</summary>
    public abstract SequenceCache CreateCache();

    /// <summary>Starts the next batch.</summary>
    public abstract void Clear();

    /// <summary>Appends tokens that follow what <paramref name="cache"/> holds.</summary>
    public abstract void Add(SequenceCache cache, ReadOnlySpan<int> tokens, LogitsWanted logits, IReadOnlyList<ActiveAdapter> adapters);

    /// <summary>Runs the batch. A pass that was cancelled has changed no cache.</summary>
    public abstract void Run(CancellationToken cancel);

    /// <summary>Logits of the i-th token that wanted them; the reader may change them. Valid until the next batch.</summary>
    public abstract Span<float> Logits(int i);

    /// <summary>State of a token of the batch, where no token of it wanted logits. Valid until the next batch.</summary>
    public abstract ReadOnlySpan<float> State(int index);

    public abstract void Dispose();
}

/// <summary>What a model remembers of one sequence.</summary>
internal abstract class SequenceCache : IDisposable
{
    /// <summary>Positions that are computed.</summary>
    public abstract int Length { get; }

    public abstract void Truncate(int length);

    /// <summary>Takes over the first positions of another sequence.</summary>
    public abstract void CopyPrefix(SequenceCache from, int length);

    public abstract void Dispose();
}
