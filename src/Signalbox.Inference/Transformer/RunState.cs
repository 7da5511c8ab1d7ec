using Signalbox.Inference.Kernels;
using Signalbox.Inference.Kernels.Attention;
using Signalbox.Inference.Kernels.Rows;

namespace Signalbox.Inference.Transformer;

/// <summary>
/// Every buffer of a pass, made once. T: the most tokens of a pass; D, H, K, F, V as in <see cref="TransformerConfig"/>; h: values of a head.
/// </summary>
internal sealed unsafe class RunState : IDisposable
{
    private readonly NativeBuffer _states;
    private readonly NativeBuffer _delta;
    private readonly NativeBuffer _queries;
    private readonly NativeBuffer _keys;
    private readonly NativeBuffer _values;
    private readonly NativeBuffer _gate;
    private readonly NativeBuffer _logits;
    private readonly NativeBuffer _slots;
    private readonly NativeBuffer _tiles;
    private readonly NativeBuffer _geluTable;
    private readonly NativeBuffer _embeddingRow;

    public RunState(TransformerConfig config, int tokens)
    {
        var queryValues = (long)config.Heads * config.KeyLength;
        var attended = checked(config.Heads * config.ValueLength);
        Rope = config.Rope is null ? null : new RopeAngles(config.Rope, tokens);
        SlidingRope = config.Rope is { } rope && rope.SlidingFrequencyBase != rope.FrequencyBase
            ? new RopeAngles(rope with { FrequencyBase = rope.SlidingFrequencyBase }, tokens)
            : Rope;
        _states = NativeBuffer.OfFloats(tokens, config.EmbeddingLength);
        _delta = NativeBuffer.OfFloats(tokens, config.EmbeddingLength);
        _queries = NativeBuffer.OfFloats(tokens, queryValues);
        _keys = NativeBuffer.OfFloats(tokens, (long)config.KeyValueHeads * config.KeyLength);
        _values = NativeBuffer.OfFloats(tokens, (long)config.KeyValueHeads * config.ValueLength);
        _gate = NativeBuffer.OfFloats(config.Gating == GatingKind.GeluWithoutGate ? 0 : tokens, config.FeedForwardLength);
        _logits = NativeBuffer.OfFloats(config.IsEncoder ? 0 : tokens, config.VocabularySize);
        // No type takes more bytes for a value than F32.
        _embeddingRow = NativeBuffer.OfFloats(1, config.EmbeddingLength);
        _slots = new NativeBuffer((long)tokens * sizeof(CacheSlot));
        _tiles = new NativeBuffer((long)tokens * sizeof(AttentionTile));
        _geluTable = new NativeBuffer(config.Gating == GatingKind.Silu ? 0 : (ushort.MaxValue + 1) * sizeof(float));
        if (config.Gating != GatingKind.Silu)
        {
            Gating.GeluTable(GeluTable);
        }

        Normed = new Activations(tokens, config.EmbeddingLength);
        Attended = new LayerActivations(tokens, config.HeadsByLayer.Select(heads => heads * config.ValueLength), attended);
        Hidden = new LayerActivations(tokens, config.FeedForwardByLayer, config.FeedForwardLength);
        SegmentStart = new int[tokens];
        SegmentRows = new int[tokens];
    }

    /// <summary>[T, D]: the state of each token, which every block adds to.</summary>
    public float* States => _states.Floats;

    /// <summary>[T, D]: what a block adds.</summary>
    public float* Delta => _delta.Floats;

    /// <summary>[T, D]: states after a norm, the input of products.</summary>
    public Activations Normed { get; }

    /// <summary>[T, H, h].</summary>
    public float* Queries => _queries.Floats;

    /// <summary>[T, K, h].</summary>
    public float* Keys => _keys.Floats;

    /// <summary>[T, K, h].</summary>
    public float* Values => _values.Floats;

    /// <summary>[T, H, h]: mixed values, the input of the output product.</summary>
    public LayerActivations Attended { get; }

    /// <summary>[T, F].</summary>
    public float* Gate => _gate.Floats;

    /// <summary>[T, F]: the product for up, then the whole of the gating, the input of the product for down.</summary>
    public LayerActivations Hidden { get; }

    /// <summary>[T, V].</summary>
    public float* Logits => _logits.Floats;

    /// <summary>[T].</summary>
    public CacheSlot* Slots => (CacheSlot*)_slots.Data;

    /// <summary>At most [T].</summary>
    public AttentionTile* Tiles => (AttentionTile*)_tiles.Data;

    /// <summary>A row of the token embedding as the file has it.</summary>
    public byte* EmbeddingRow => _embeddingRow.Data;

    /// <summary>[65536], where the model has a gelu.</summary>
    public float* GeluTable => _geluTable.Floats;

    /// <summary>Null for learned positions.</summary>
    public RopeAngles? Rope { get; }

    /// <summary>Those of sliding layers; mostly the same object.</summary>
    public RopeAngles? SlidingRope { get; }

    /// <summary>[threads, bytes]; grows with the longest context seen.</summary>
    public NativeBuffer AttentionScratch { get; } = new(0);

    /// <summary>[T, rank] between the two products of an adapter; grows with the highest rank seen.</summary>
    public NativeBuffer LowRankScratch { get; } = new(0);

    /// <summary>Rows in use: the batch's tokens, in the last layer only those whose logits are wanted.</summary>
    public int Rows { get; set; }

    /// <summary>The first row of each segment of the batch.</summary>
    public int[] SegmentStart { get; }

    /// <summary>The rows of each segment of the batch.</summary>
    public int[] SegmentRows { get; }

    public void Dispose()
    {
        foreach (var buffer in new IDisposable?[]
        {
            _states, _delta, _queries, _keys, _values, _gate, _logits, _slots, _tiles, _geluTable, _embeddingRow, Normed, Attended, Hidden, Rope, SlidingRope,
            AttentionScratch, LowRankScratch,
        })
        {
            buffer?.Dispose();
        }
    }
}

/// <summary>Activations whose row length may differ from layer to layer: one for each length.</summary>
internal sealed class LayerActivations : IDisposable
{
    private readonly Activations[] _byLayer;

    /// <param name="capacity">The most rows.</param>
    /// <param name="columns">Of each layer.</param>
    /// <param name="most">The most columns of any layer.</param>
    public LayerActivations(int capacity, IEnumerable<int> columns, int most)
    {
        var made = new Dictionary<int, Activations> { [most] = new(capacity, most) };
        var byLayer = new List<Activations>();
        foreach (var ofLayer in columns)
        {
            if (!made.TryGetValue(ofLayer, out var activations))
            {
                activations = made[ofLayer] = new Activations(capacity, ofLayer);
            }

            byLayer.Add(activations);
        }

        _byLayer = [.. byLayer];
    }

    public Activations this[int layer] => _byLayer[layer];

    public void Dispose()
    {
        foreach (var activations in _byLayer)
        {
            activations.Dispose();
        }
    }
}
