using Signalbox.Inference.Kernels;
using Signalbox.Inference.Kernels.Rows;

namespace Signalbox.Inference.Transformer;

/// <summary>Products with the weights, and what adapters add to them.</summary>
internal sealed unsafe partial class LanguageModel
{
    private void Multiply(Batch batch, Activations input, in Linear linear, float* output)
    {
        ReadOnlySpan<Product> products = [new Product(linear.Weights, output, linear.Weights.Rows)];
        MatrixProduct.Run(Pool, input, products);
        Adapt(batch, input, linear, output);
    }

    private void Multiply(Batch batch, Activations input, in Linear first, float* firstOutput, in Linear second, float* secondOutput)
    {
        ReadOnlySpan<Product> products =
        [
            new Product(first.Weights, firstOutput, first.Weights.Rows),
            new Product(second.Weights, secondOutput, second.Weights.Rows),
        ];
        MatrixProduct.Run(Pool, input, products);
        Adapt(batch, input, first, firstOutput);
        Adapt(batch, input, second, secondOutput);
    }

    private void MultiplyQueriesKeysValues(Batch batch, LayerWeights weights)
    {
        var (query, key, value) = (weights.Query, weights.Key, weights.Value);
        ReadOnlySpan<Product> products =
        [
            new Product(query.Weights, _state.Queries, query.Weights.Rows),
            new Product(key.Weights, _state.Keys, key.Weights.Rows),
            new Product(value.Weights, _state.Values, value.Weights.Rows),
        ];
        MatrixProduct.Run(Pool, _state.Normed, products);
        Adapt(batch, _state.Normed, query, _state.Queries);
        Adapt(batch, _state.Normed, key, _state.Keys);
        Adapt(batch, _state.Normed, value, _state.Values);
    }

    /// <summary>output += factor * B (A input), for the rows of each sequence with the adapters of that sequence.</summary>
    private void Adapt(Batch batch, Activations input, in Linear linear, float* output)
    {
        var segments = batch.Segments;
        for (var i = 0; i < segments.Length; i++)
        {
            var adapters = segments[i].Adapters;
            var (first, rows) = (_state.SegmentStart[i], _state.SegmentRows[i]);
            for (var a = 0; a < adapters.Count && rows > 0; a++)
            {
                var active = adapters[a];
                if (active.Adapter.Find(linear.Tensor) is not { } pair)
                {
                    continue;
                }

                _state.LowRankScratch.Ensure((long)rows * pair.Rank * sizeof(float));
                var work = new LowRank
                {
                    Input = input.Values + (long)first * input.Columns,
                    InputStride = input.Columns,
                    Inputs = pair.Inputs,
                    A = pair.A,
                    B = pair.B + linear.FirstRow,
                    BStride = pair.Outputs,
                    Rank = pair.Rank,
                    Factor = active.Adapter.FactorOf(pair, active.Scale),
                    Output = output + (long)first * linear.Weights.Rows,
                    OutputStride = linear.Weights.Rows,
                    Outputs = linear.Weights.Rows,
                    Between = _state.LowRankScratch.Floats,
                    Rows = rows,
                };
                LowRank.Run(Pool, &work);
            }
        }
    }

    /// <summary>states += factor * B a, a being the token's row of A.</summary>
    private void AdaptEmbeddings(Batch batch)
    {
        foreach (ref readonly var segment in batch.Segments)
        {
            var adapters = segment.Adapters;
            for (var a = 0; a < adapters.Count; a++)
            {
                var active = adapters[a];
                if (active.Adapter.Find("token_embd.weight") is not { } pair)
                {
                    continue;
                }

                var factor = active.Adapter.FactorOf(pair, active.Scale);
                for (var token = segment.Start; token < segment.Start + segment.Count; token++)
                {
                    var row = pair.A + (long)batch.Tokens[token] * pair.Rank;
                    var state = _state.States + (long)token * Config.EmbeddingLength;
                    for (var rank = 0; rank < pair.Rank; rank++)
                    {
                        Vectors.AddScaled(pair.B + (long)rank * pair.Outputs, factor * row[rank], state, Config.EmbeddingLength);
                    }
                }
            }
        }
    }
}
