using Signalbox.Inference.Adapters;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>A <see cref="LanguageModel"/> behind the scheduler's seam. Owns the model.</summary>
internal sealed class LanguageModelRunner(LanguageModel model, int batchTokens, int contextLength, KvCacheType type) : ModelRunner
{
    private readonly Batch _batch = new(batchTokens);

    public override int VocabularySize => model.Config.VocabularySize;

    public override int StateLength => model.Config.EmbeddingLength;

    public override int BatchTokens => batchTokens;

    public override bool IsCausal => !model.Config.IsEncoder;

    public override SequenceCache CreateCache() => new Sequence(new KvCache(model.Config, contextLength, type));

    public override void Clear() => _batch.Clear();

    public override void Add(SequenceCache cache, ReadOnlySpan<int> tokens, LogitsWanted logits, IReadOnlyList<ActiveAdapter> adapters) =>
        _batch.Add(((Sequence)cache).Cache, tokens, logits, adapters);

    public override void Run(CancellationToken cancel) => model.Forward(_batch, cancel);

    public override Span<float> Logits(int i) => model.Logits(i);

    public override ReadOnlySpan<float> State(int index) => model.State(index);

    public override void Dispose() => model.Dispose();

    private sealed class Sequence(KvCache cache) : SequenceCache
    {
        public KvCache Cache => cache;

        public override int Length => cache.Length;

        public override void Truncate(int length) => cache.Truncate(length);

        public override void CopyPrefix(SequenceCache from, int length) => cache.CopyPrefix(((Sequence)from).Cache, length);

        public override void Dispose() => cache.Dispose();
    }
}
