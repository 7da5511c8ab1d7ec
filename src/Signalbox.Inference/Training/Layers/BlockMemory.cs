using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Training.Layers;

/// <summary>What a block's forward pass leaves for its backward pass.</summary>
internal sealed class BlockActivations(ModelShape shape, int tokens) : IDisposable
{
    private readonly int _keys = shape.KeyValueHeads * shape.HeadLength;

    public Rows AttentionInput { get; } = new(tokens, shape.EmbeddingLength);

    public Rows Queries { get; } = new(tokens, shape.EmbeddingLength);

    public Rows Keys { get; } = new(tokens, shape.KeyValueHeads * shape.HeadLength);

    public Rows Values { get; } = new(tokens, shape.KeyValueHeads * shape.HeadLength);

    public Rows Attention { get; } = new(tokens, shape.EmbeddingLength);

    public Rows LogSums { get; } = new(tokens, shape.Heads);

    public Rows Middle { get; } = new(tokens, shape.EmbeddingLength);

    public Rows FeedForwardInput { get; } = new(tokens, shape.EmbeddingLength);

    public Rows Gate { get; } = new(tokens, shape.FeedForwardLength);

    public Rows Up { get; } = new(tokens, shape.FeedForwardLength);

    public Rows Gated { get; } = new(tokens, shape.FeedForwardLength);

    /// <summary>Of one token.</summary>
    public int ValuesPerToken => 5 * shape.EmbeddingLength + 2 * _keys + 3 * shape.FeedForwardLength + shape.Heads;

    public AttentionRows AttentionRows(int rows) => new(Queries.First(rows), Keys.First(rows), Values.First(rows));

    /// <summary>Of memory, all rows together.</summary>
    public long Bytes => (long)tokens * ValuesPerToken * sizeof(float);

    public void Dispose()
    {
        foreach (var rows in (Rows[])[AttentionInput, Queries, Keys, Values, Attention, LogSums, Middle, FeedForwardInput, Gate, Up, Gated])
        {
            rows.Dispose();
        }
    }
}

/// <summary>Scratch that all blocks share, as they run one after the other.</summary>
internal sealed class BlockScratch(ModelShape shape, int tokens, WorkerPool pool) : IDisposable
{
    public CausalAttention Attention { get; } = new(shape.HeadLength, Math.Min(tokens, shape.ContextLength), pool);

    public Rows Delta { get; } = new(tokens, shape.EmbeddingLength);

    public Rows Normed { get; } = new(tokens, shape.EmbeddingLength);

    public Rows Queries { get; } = new(tokens, shape.EmbeddingLength);

    public Rows Keys { get; } = new(tokens, shape.KeyValueHeads * shape.HeadLength);

    public Rows Values { get; } = new(tokens, shape.KeyValueHeads * shape.HeadLength);

    public Rows Gate { get; } = new(tokens, shape.FeedForwardLength);

    public Rows Gated { get; } = new(tokens, shape.FeedForwardLength);

    public Rows Scales { get; } = new(tokens, 1);

    /// <summary>Of memory.</summary>
    public long Bytes => Attention.Bytes + ((Rows[])[Delta, Normed, Queries, Keys, Values, Gate, Gated, Scales]).Sum(static rows => rows.Bytes);

    public AttentionRows AttentionRows(int rows) => new(Queries.First(rows), Keys.First(rows), Values.First(rows));

    public void Dispose()
    {
        foreach (var rows in (IDisposable[])[Attention, Delta, Normed, Queries, Keys, Values, Gate, Gated, Scales])
        {
            rows.Dispose();
        }
    }
}
