using Signalbox.Inference.Kernels.Attention;
using Signalbox.Inference.Kernels.Rows;

namespace Signalbox.Inference.Transformer;

/// <summary>The two blocks of a layer.</summary>
internal sealed unsafe partial class LanguageModel
{
    /// <summary>attended = softmax(scale * q K^T) V, with q, k, v = W norm(states), turned by position; keys and values go to the caches.</summary>
    private void Attend(Batch batch, int layer)
    {
        var weights = _weights.Layers[layer];
        var (heads, keyHeads) = (Config.HeadsByLayer[layer], Config.KeyValueHeadsByLayer[layer]);
        Normalize(weights.AttentionNorm, null);
        MultiplyQueriesKeysValues(batch, weights);

        var rope = Config.WindowOf(layer) == int.MaxValue ? _state.Rope : _state.SlidingRope;
        PlaceSlots(batch, layer);
        var inputs = new AttentionInputs
        {
            Queries = _state.Queries,
            Keys = _state.Keys,
            Values = _state.Values,
            QueryBias = weights.Query.Bias,
            KeyBias = weights.Key.Bias,
            ValueBias = weights.Value.Bias,
            Tokens = _state.Rows,
            Heads = heads,
            KeyValueHeads = keyHeads,
            KeyLength = Config.KeyLength,
            ValueLength = Config.ValueLength,
            Cosines = rope is null ? null : rope.Cosines,
            Sines = rope is null ? null : rope.Sines,
            RopeDimensions = Config.Rope?.Dimensions ?? 0,
            SplitHalves = Config.Rope?.SplitHalves ?? false,
            Slots = _state.Slots,
        };
        AttentionInputs.Run(Pool, &inputs);

        var attended = _state.Attended[layer];
        attended.Rows = _state.Rows;
        var group = heads / keyHeads;
        var work = new AttentionWork
        {
            Queries = _state.Queries,
            QueryStride = heads * Config.KeyLength,
            Output = attended.Values,
            OutputStride = attended.Columns,
            Tiles = _state.Tiles,
            KeyValueHeads = keyHeads,
            Group = group,
            HeadsPerPiece = AttentionWork.ChooseHeads(group, keyHeads, _state.Rows, Pool.Threads),
            KeyLength = Config.KeyLength,
            ValueLength = Config.ValueLength,
            Scale = Config.AttentionScale,
            ScalesQueries = Config.ScalesQueries,
            SoftCap = Config.AttentionSoftCap,
            Window = Config.WindowOf(layer),
        };
        (work.TileCount, var positions) = CutTiles(batch, layer, Math.Max(1, AttentionWork.MostRows / work.HeadsPerPiece));
        work.ScratchBytes = AttentionWork.ScratchFor(Config.KeyLength, Config.ValueLength, positions);
        _state.AttentionScratch.Ensure(work.ScratchBytes * Pool.Threads);
        work.Scratch = _state.AttentionScratch.Data;
        AttentionWork.Run(Pool, &work);
        attended.Changed();
    }

    /// <summary>states += postnorm(W attended + bias); encoders normalize the sum.</summary>
    private void AddAttention(Batch batch, int layer)
    {
        var weights = _weights.Layers[layer];
        Multiply(batch, _state.Attended[layer], weights.AttentionOutput, _state.Delta);
        AddDelta(weights.AttentionOutput.Bias, weights.AttentionPostNorm);
    }

    /// <summary>states += postnorm(Wdown (f(Wgate x) * Wup x) + bias), x = norm(states). Encoders normalize states to x, and the sum again.</summary>
    private void AddFeedForward(Batch batch, int layer)
    {
        var weights = _weights.Layers[layer];
        var hidden = _state.Hidden[layer];
        Normalize(weights.FeedForwardNorm, Config.IsEncoder ? _state.States : null);
        hidden.Rows = _state.Rows;
        if (weights.Gate.Weights.Rows > 0)
        {
            Multiply(batch, _state.Normed, weights.Gate, _state.Gate, weights.Up, hidden.Values);
        }
        else
        {
            Multiply(batch, _state.Normed, weights.Up, hidden.Values);
        }

        var gating = new GatingWork
        {
            Kind = Config.Gating,
            GeluTable = _state.GeluTable,
            Gate = _state.Gate,
            Up = hidden.Values,
            GateBias = weights.Gate.Bias,
            UpBias = weights.Up.Bias,
            Rows = _state.Rows,
            Columns = hidden.Columns,
        };
        GatingWork.Run(Pool, &gating);
        hidden.Changed();
        Multiply(batch, hidden, weights.Down, _state.Delta);
        AddDelta(weights.Down.Bias, Config.IsEncoder ? default : weights.FeedForwardPostNorm);
        if (Config.IsEncoder)
        {
            Normalize(weights.FeedForwardPostNorm, _state.States);
        }
    }

    /// <summary>normed = norm(states), and where <paramref name="states"/> is given the states become it too. Without a norm normed = states.</summary>
    private void Normalize(NormWeights norm, float* states)
    {
        var normed = _state.Normed;
        normed.Rows = _state.Rows;
        if (states == null && norm.Weight != null)
        {
            Run(new RowWork { Norm = norm, Normed = normed.Values });
        }
        else
        {
            if (norm.Weight != null)
            {
                Run(new RowWork { Norm = norm, Normed = states });
            }

            var bytes = (long)_state.Rows * Config.EmbeddingLength * sizeof(float);
            Buffer.MemoryCopy(_state.States, normed.Values, bytes, bytes);
        }

        normed.Changed();
    }

    /// <summary>states += norm(delta + bias).</summary>
    private void AddDelta(float* bias, NormWeights norm) => Run(new RowWork { Delta = _state.Delta, DeltaBias = bias, DeltaNorm = norm });

    private void Run(RowWork work)
    {
        work.Rows = _state.Rows;
        work.Columns = Config.EmbeddingLength;
        work.Epsilon = Config.NormEpsilon;
        work.States = _state.States;
        RowWork.Run(Pool, &work);
    }

    /// <summary>Where each token's keys and values of a layer go.</summary>
    private void PlaceSlots(Batch batch, int layer)
    {
        foreach (ref readonly var segment in batch.Segments)
        {
            var cache = segment.Cache;
            for (var token = segment.Start; token < segment.Start + segment.Count; token++)
            {
                _state.Slots[token] = new CacheSlot
                {
                    Keys = cache.Keys(layer),
                    Values = cache.Values(layer),
                    KeyStride = cache.KeyStride,
                    ValueStride = cache.ValueStride,
                    Format = cache.Format,
                    Position = batch.Positions[token],
                };
            }
        }
    }

    /// <summary>Pieces of at most <paramref name="tokens"/> tokens of one sequence; also the most positions that one of them looks at.</summary>
    private (int Tiles, long Positions) CutTiles(Batch batch, int layer, int tokens)
    {
        var tiles = 0;
        var most = 0;
        foreach (ref readonly var segment in batch.Segments)
        {
            var cache = segment.Cache;
            var end = segment.Start + segment.Count;
            most = Math.Max(most, batch.Positions[end - 1] + 1);
            for (var token = segment.Start; token < end; token += tokens)
            {
                _state.Tiles[tiles++] = new AttentionTile
                {
                    Keys = cache.Keys(layer),
                    Values = cache.Values(layer),
                    KeyStride = cache.KeyStride,
                    ValueStride = cache.ValueStride,
                    Format = cache.Format,
                    Token = token,
                    Count = Math.Min(tokens, end - token),
                    Position = batch.Positions[token],
                    SeenByAll = Config.Causal ? 0 : segment.Count,
                };
            }
        }

        return (tiles, most);
    }
}
