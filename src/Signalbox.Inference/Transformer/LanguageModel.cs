using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Kernels;
using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Transformer;

/// <summary>Config, weights and the buffers of one pass. Not for two threads at once: who owns it runs one pass after the other.</summary>
internal sealed unsafe partial class LanguageModel : IDisposable
{
    private readonly GgufFile _file;
    private readonly TransformerWeights _weights;
    private readonly RunState _state;
    private readonly int _batchTokens;
    private int _logitCount;

    private LanguageModel(GgufFile file, TransformerConfig config, TransformerWeights weights, WorkerPool pool, int batchTokens)
    {
        _file = file;
        _weights = weights;
        _batchTokens = batchTokens;
        _state = new RunState(config, batchTokens);
        Config = config;
        Pool = pool;
    }

    /// <param name="file">Stays open as long as this lives; not disposed with it.</param>
    /// <param name="pool">The threads of its products.</param>
    /// <param name="batchTokens">The most tokens of a pass.</param>
    /// <param name="model">The model.</param>
    /// <param name="fault">What the file lacks, or an architecture that is not supported, naming those that are.</param>
    public static bool TryLoad(GgufFile file, WorkerPool pool, int batchTokens, [NotNullWhen(true)] out LanguageModel? model, [NotNullWhen(false)] out EngineFault? fault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchTokens, 1);
        model = null;
        if (!TransformerConfig.TryRead(file, out var config, out fault) || !TransformerWeights.TryRead(file, config, out var weights, out fault))
        {
            return false;
        }

        model = new LanguageModel(file, config, weights, pool, batchTokens);
        return true;
    }

    public TransformerConfig Config { get; }

    public WorkerPool Pool { get; }

    /// <summary>Runs a batch and appends its tokens to their caches. Allocates nothing.</summary>
    /// <param name="batch">At least one token. An encoder needs each text whole in one batch, and its caches empty.</param>
    /// <param name="cancel">Looked at between layers; a pass that was cancelled has changed no cache's length.</param>
    public void Forward(Batch batch, CancellationToken cancel)
    {
        Begin(batch);
        Embed(batch);
        Normalize(Config.IsEncoder ? _weights.EmbeddingNorm : default, _state.States);
        TurnAngles(batch);
        for (var layer = 0; layer < Config.Layers; layer++)
        {
            cancel.ThrowIfCancellationRequested();
            Attend(batch, layer);
            if (layer == Config.Layers - 1)
            {
                KeepWantedRows(batch);
            }

            AddAttention(batch, layer);
            AddFeedForward(batch, layer);
        }

        Finish(batch);
    }

    /// <summary>Logits of the last pass: [i, vocabulary] for the i-th token that wanted them, in the order of the batch. Valid until the next pass; may be changed by the reader.</summary>
    public Span<float> Logits(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)_logitCount);
        return new(_state.Logits + (long)i * Config.VocabularySize, Config.VocabularySize);
    }

    /// <summary>State after the last norm of the last pass, for embeddings: [EmbeddingLength] of the batch's token <paramref name="index"/>. Every token's is there when no token of the batch wanted logits.</summary>
    public ReadOnlySpan<float> State(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)(_logitCount > 0 ? 0 : _state.Rows));
        var states = Config.IsEncoder ? _state.States : _state.Normed.Values;
        return new(states + (long)index * Config.EmbeddingLength, Config.EmbeddingLength);
    }

    public void Dispose() => _state.Dispose();

    private void Begin(Batch batch)
    {
        ArgumentOutOfRangeException.ThrowIfZero(batch.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, _batchTokens);
        _logitCount = 0;
        _state.Rows = batch.Count;
        var segments = batch.Segments;
        for (var i = 0; i < segments.Length; i++)
        {
            ref readonly var segment = ref segments[i];
            if (segment.Cache.Length != batch.Positions[segment.Start] || (Config.IsEncoder && segment.Cache.Length != 0))
            {
                throw new InvalidOperationException("A cache of the batch was changed after its tokens were added, or is not empty for an encoder.");
            }

            _state.SegmentStart[i] = segment.Start;
            _state.SegmentRows[i] = segment.Count;
        }
    }

    /// <summary>states = scale * embedding of each token; encoders add that of the first token type and of the position.</summary>
    private void Embed(Batch batch)
    {
        var columns = Config.EmbeddingLength;
        var tokens = batch.Tokens;
        for (var i = 0; i < tokens.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tokens[i], (uint)Config.VocabularySize, nameof(batch));
            ReadEmbedding(tokens[i], _state.States + (long)i * columns);
        }

        AdaptEmbeddings(batch);
        if (Config.EmbeddingScale != 1)
        {
            Vectors.Scale(_state.States, Config.EmbeddingScale, (long)tokens.Length * columns);
        }

        for (var i = 0; i < tokens.Length && Config.IsEncoder; i++)
        {
            if (_weights.TokenTypes.Data != null)
            {
                AddRow(_weights.TokenTypes, 0, i);
            }

            AddRow(_weights.PositionEmbedding, batch.Positions[i], i);
        }
    }

    private void AddRow(WeightMatrix weights, int row, int token)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, weights.Rows);
        ReadRow(weights, row, _state.Delta);
        Vectors.Add(_state.Delta, _state.States + (long)token * Config.EmbeddingLength, Config.EmbeddingLength);
    }

    /// <summary>A few rows of a large table: where the table is nothing else, they are read from the file, which keeps the rest of it out of memory.</summary>
    private void ReadEmbedding(int token, float* target)
    {
        var weights = _weights.TokenEmbedding;
        if (weights.Data == _weights.Output.Weights.Data)
        {
            ReadRow(weights, token, target);
            return;
        }

        var row = new Span<byte>(_state.EmbeddingRow, (int)weights.RowBytes);
        _file.Read(weights.Data + token * weights.RowBytes, row);
        Quantizer.Dequantize(weights.Type, row, new Span<float>(target, weights.Columns));
    }

    private static void ReadRow(WeightMatrix weights, int row, float* target)
    {
        var bytes = weights.RowBytes;
        Quantizer.Dequantize(weights.Type, new ReadOnlySpan<byte>(weights.Data + row * bytes, (int)bytes), new Span<float>(target, weights.Columns));
    }

    /// <summary>Cosines and sines of every token's position, once for all layers.</summary>
    private void TurnAngles(Batch batch)
    {
        if (_state.Rope is null || Config.Rope is null)
        {
            return;
        }

        foreach (ref readonly var segment in batch.Segments)
        {
            var factors = _weights.LongRopeFactors != null && segment.Cache.Capacity > Config.Rope.OriginalContextLength ? _weights.LongRopeFactors : _weights.RopeFactors;
            for (var token = segment.Start; token < segment.Start + segment.Count; token++)
            {
                _state.Rope.Compute(token, batch.Positions[token], factors);
                if (_state.SlidingRope != _state.Rope)
                {
                    _state.SlidingRope!.Compute(token, batch.Positions[token], factors);
                }
            }
        }
    }

    /// <summary>In the last layer, what no logits are wanted of need not be computed any further.</summary>
    private void KeepWantedRows(Batch batch)
    {
        var wanted = batch.LogitRows;
        if (wanted.Length == 0 || wanted.Length == _state.Rows)
        {
            return;
        }

        var attended = _state.Attended[Config.Layers - 1];
        for (var row = 0; row < wanted.Length; row++)
        {
            Move(attended.Values, attended.Columns, wanted[row], row);
            Move(_state.States, Config.EmbeddingLength, wanted[row], row);
        }

        _state.Rows = wanted.Length;
        attended.Rows = wanted.Length;
        var next = 0;
        for (var i = 0; i < batch.Segments.Length; i++)
        {
            var end = batch.Segments[i].Start + batch.Segments[i].Count;
            var first = next;
            while (next < wanted.Length && wanted[next] < end)
            {
                next++;
            }

            _state.SegmentStart[i] = first;
            _state.SegmentRows[i] = next - first;
        }
    }

    private static void Move(float* rows, int columns, int from, int to) =>
        new Span<float>(rows + (long)from * columns, columns).CopyTo(new Span<float>(rows + (long)to * columns, columns));

    /// <summary>The last norm, logits where they are wanted, and the caches are as long as what was written to them.</summary>
    private void Finish(Batch batch)
    {
        if (!Config.IsEncoder)
        {
            Normalize(_weights.OutputNorm, null);
            if (batch.LogitRows.Length > 0)
            {
                Multiply(batch, _state.Normed, _weights.Output, _state.Logits);
                FinishLogits();
                _logitCount = batch.LogitRows.Length;
            }
        }

        foreach (ref readonly var segment in batch.Segments)
        {
            segment.Cache.Advance(segment.Count);
        }

        GC.KeepAlive(_file);
    }

    private void FinishLogits()
    {
        if (_weights.Output.Bias != null)
        {
            for (var row = 0; row < _state.Rows; row++)
            {
                Vectors.Add(_weights.Output.Bias, _state.Logits + (long)row * Config.VocabularySize, Config.VocabularySize);
            }
        }

        if (Config.LogitSoftCap > 0)
        {
            Gating.SoftCap(_state.Logits, (long)_state.Rows * Config.VocabularySize, Config.LogitSoftCap);
        }
    }
}
