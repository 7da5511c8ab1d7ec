using Signalbox.Inference.Adapters;

namespace Signalbox.Inference.Transformer;

/// <summary>
/// Tokens of one or more sequences for one pass: pieces of prompts and single steps of generation mixed. The tokens of a sequence stand
/// together in order. Reused from pass to pass; allocates nothing after it is made.
/// </summary>
internal sealed class Batch
{
    /// <param name="capacity">The most tokens of a pass.</param>
    public Batch(int capacity) => throw new NotImplementedException();

    public int Capacity => throw new NotImplementedException();

    public int Count => throw new NotImplementedException();

    public void Clear() => throw new NotImplementedException();

    /// <summary>Appends tokens that follow what <paramref name="cache"/> holds.</summary>
    /// <param name="cache">The sequence.</param>
    /// <param name="tokens">Its next tokens.</param>
    /// <param name="logits">For which of them logits are wanted.</param>
    /// <param name="adapters">Adapters of this sequence; they stay the same object while it lives.</param>
    public void Add(KvCache cache, ReadOnlySpan<int> tokens, LogitsWanted logits, IReadOnlyList<ActiveAdapter> adapters) => throw new NotImplementedException();
}

/// <summary>For which tokens of a piece logits are computed.</summary>
internal enum LogitsWanted
{
    None,
    Last,
    All,
}
