using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Layers;

/// <summary>The layers of a model in the order in which a token meets them.</summary>
internal sealed record ModelLayers
{
    public required EmbeddingLayer Embedding { get; init; }

    public required IReadOnlyList<BlockLayers> Blocks { get; init; }

    public required NormLayer OutputNorm { get; init; }

    public required LinearLayer Output { get; init; }

    /// <summary>Layers of which everything learns, the output tied to the embedding.</summary>
    public static ModelLayers Trained(ModelShape shape, ParameterSet parameters, Compute compute)
    {
        var embedding = parameters[ModelParameters.Embedding];
        return new ModelLayers
        {
            Embedding = new TrainedEmbedding(embedding, compute.Pool),
            Blocks = [.. Enumerable.Range(0, shape.Layers).Select(Block)],
            OutputNorm = Norm(parameters[ModelParameters.OutputNorm]),
            Output = new TrainedLinear(embedding, compute),
        };

        BlockLayers Block(int layer) => new()
        {
            AttentionNorm = Norm(In("attn_norm", layer)),
            Query = new TrainedLinear(In("attn_q", layer), compute),
            Key = new TrainedLinear(In("attn_k", layer), compute),
            Value = new TrainedLinear(In("attn_v", layer), compute),
            AttentionOutput = new TrainedLinear(In("attn_output", layer), compute),
            FeedForwardNorm = Norm(In("ffn_norm", layer)),
            Gate = new TrainedLinear(In("ffn_gate", layer), compute),
            Up = new TrainedLinear(In("ffn_up", layer), compute),
            Down = new TrainedLinear(In("ffn_down", layer), compute),
        };

        Parameter In(string part, int layer) => parameters[ModelParameters.InLayer(layer, part)];

        unsafe NormLayer Norm(Parameter weight) => new(weight.Values.Data, weight.Gradients.Data, shape.NormEpsilon, compute.Pool);
    }
}

/// <summary>What regularizes, and what memory is for.</summary>
internal sealed record PassOptions
{
    /// <summary>The share of dropped values of the embedding and of what blocks add to it.</summary>
    public float Dropout { get; init; }

    /// <summary>The share of a target that is spread over the vocabulary.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Whether only the input of each block is kept, and the rest computed again on the way back: slower by a third, smaller by far.</summary>
    public bool Recompute { get; init; }
}

/// <summary>A whole model, forward and backward. Its buffers are made once for the most tokens of a batch. Not for two threads at once.</summary>
internal sealed unsafe class TrainedTransformer : IDisposable
{
    private readonly ModelShape _shape;
    private readonly ModelLayers _layers;
    private readonly PassOptions _options;
    private readonly Compute _compute;
    private readonly int _mostTokens;
    private readonly RopeLayer _rope;
    private readonly BlockScratch _scratch;
    private readonly TransformerBlock[] _blocks;
    private readonly BlockActivations[] _kept;
    private readonly Rows[] _inputs;
    private readonly Rows _gradient;
    private readonly OutputHead _head;
    private readonly NativeBuffer _tokens;
    private readonly NativeBuffer _positions;
    private readonly NativeBuffer _starts;

    /// <param name="shape">Of the model.</param>
    /// <param name="layers">As many blocks as the shape says.</param>
    /// <param name="options">How to learn.</param>
    /// <param name="compute">Threads and products.</param>
    /// <param name="mostTokens">Of a batch.</param>
    public TrainedTransformer(ModelShape shape, ModelLayers layers, PassOptions options, Compute compute, int mostTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(layers.Blocks.Count, shape.Layers);
        (_shape, _layers, _options, _compute, _mostTokens) = (shape, layers, options, compute, mostTokens);
        _rope = new RopeLayer(Math.Min(mostTokens, shape.ContextLength), shape.HeadLength, shape.RopeBase, compute.Pool);
        _scratch = new BlockScratch(shape, mostTokens, compute.Pool);
        _blocks = [.. layers.Blocks.Select((block, i) => new TransformerBlock(i, block, _rope, compute, _scratch))];
        _kept = [.. Enumerable.Range(0, options.Recompute ? 1 : shape.Layers).Select(_ => new BlockActivations(shape, mostTokens))];
        _inputs = [.. Enumerable.Range(0, shape.Layers + 1).Select(_ => new Rows(mostTokens, shape.EmbeddingLength))];
        _gradient = new Rows(mostTokens, shape.EmbeddingLength);
        _head = new OutputHead(layers.OutputNorm, layers.Output, compute, mostTokens);
        _tokens = new NativeBuffer((long)mostTokens * sizeof(int));
        _positions = new NativeBuffer((long)mostTokens * sizeof(int));
        _starts = new NativeBuffer((mostTokens + 1L) * sizeof(int));
    }

    /// <summary>Of activations and scratch.</summary>
    public long Bytes => _scratch.Bytes + _gradient.Bytes + _head.Bytes + _kept.Sum(static kept => kept.Bytes) + _inputs.Sum(static rows => rows.Bytes);

    /// <summary>Adds the gradients of the summed loss, not of its mean, so that batches may be accumulated.</summary>
    /// <param name="batch">At most as many tokens as this was made for.</param>
    /// <param name="seed">Of the dropout masks.</param>
    public BatchLoss Learn(PackedBatch batch, ulong seed)
    {
        var pass = Begin(batch, _options.Dropout, seed);
        var states = Forward(pass);
        var d = _gradient.First(pass.Tokens);
        var loss = _head.Forward(batch, states, _options.LabelSmoothing, learn: true);
        _head.Backward(d);
        for (var layer = _blocks.Length - 1; layer >= 0; layer--)
        {
            var x = _inputs[layer].First(pass.Tokens);
            // The last block's activations are still there.
            if (_options.Recompute && layer < _blocks.Length - 1)
            {
                _blocks[layer].ForwardToGated(pass, Positions, x, Kept(layer));
            }

            _blocks[layer].Backward(pass, Positions, x, Kept(layer), d);
        }

        if (!pass.Mask(0).DropsNothing)
        {
            Residuals.Drop(_compute.Pool, d, d, pass.Mask(0));
        }

        _layers.Embedding.Backward(Tokens, d);
        return loss;
    }

    /// <summary>The loss without dropout and smoothing; learns nothing.</summary>
    public BatchLoss Evaluate(PackedBatch batch) => _head.Forward(batch, Forward(Begin(batch, 0, 0)), 0, learn: false);

    /// <summary>The loss as <see cref="Learn"/> would say it, without gradients.</summary>
    public BatchLoss Measure(PackedBatch batch, ulong seed) =>
        _head.Forward(batch, Forward(Begin(batch, _options.Dropout, seed)), _options.LabelSmoothing, learn: false);

    /// <summary>Logits of some rows of a batch, without dropout.</summary>
    /// <param name="batch">Its targets and weights are not looked at.</param>
    /// <param name="rows">Of the batch.</param>
    /// <param name="logits">[rows, vocabulary].</param>
    public void Logits(PackedBatch batch, ReadOnlySpan<int> rows, Span<float> logits) => _head.Logits(Forward(Begin(batch, 0, 0)), rows, logits);

    /// <summary>Last states of some rows of a batch after the last norm, without dropout.</summary>
    /// <param name="batch">Its targets and weights are not looked at.</param>
    /// <param name="rows">Of the batch.</param>
    /// <param name="states">[rows, embedding length].</param>
    public void States(PackedBatch batch, ReadOnlySpan<int> rows, Span<float> states) => _head.Normed(Forward(Begin(batch, 0, 0)), rows, states);

    public void Dispose()
    {
        foreach (var owned in (IEnumerable<IDisposable>)[_rope, _scratch, _gradient, _head, _tokens, _positions, _starts, .. _kept, .. _inputs])
        {
            owned.Dispose();
        }
    }

    private int* Tokens => (int*)_tokens.Data;

    private int* Positions => (int*)_positions.Data;

    private BlockActivations Kept(int layer) => _kept[_options.Recompute ? 0 : layer];

    private PassContext Begin(PackedBatch batch, float dropout, ulong seed)
    {
        var (tokens, starts) = (batch.Tokens, batch.Starts);
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, _mostTokens);
        if (starts.Length < 2 || starts[0] != 0 || starts[^1] != tokens.Length || batch.Targets.Length != tokens.Length || batch.Weights.Length != tokens.Length)
        {
            throw new ArgumentException("The arrays of a batch do not suit each other.", nameof(batch));
        }

        for (var sequence = 0; sequence + 1 < starts.Length; sequence++)
        {
            var length = starts[sequence + 1] - starts[sequence];
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(batch));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _shape.ContextLength, nameof(batch));
            for (var i = 0; i < length; i++)
            {
                Positions[starts[sequence] + i] = i;
            }
        }

        for (var i = 0; i < tokens.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tokens[i], (uint)_shape.VocabularySize, nameof(batch));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch.Targets[i], _shape.VocabularySize, nameof(batch));
        }

        tokens.CopyTo(new Span<int>(Tokens, tokens.Length));
        starts.CopyTo(new Span<int>((int*)_starts.Data, starts.Length));
        return new PassContext(tokens.Length, new SequenceRows((int*)_starts.Data, starts.Length - 1), dropout, seed);
    }

    private FloatMatrix Forward(PassContext pass)
    {
        var x = _inputs[0].First(pass.Tokens);
        _layers.Embedding.Forward(Tokens, x);
        if (!pass.Mask(0).DropsNothing)
        {
            Residuals.Drop(_compute.Pool, x, x, pass.Mask(0));
        }

        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            _blocks[layer].Forward(pass, Positions, _inputs[layer].First(pass.Tokens), Kept(layer), _inputs[layer + 1].First(pass.Tokens));
        }

        return _inputs[^1].First(pass.Tokens);
    }
}
