using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>The layers of a block; any of the linear ones may be frozen, or adapted.</summary>
internal sealed record BlockLayers
{
    public required NormLayer AttentionNorm { get; init; }

    public required LinearLayer Query { get; init; }

    public required LinearLayer Key { get; init; }

    public required LinearLayer Value { get; init; }

    public required LinearLayer AttentionOutput { get; init; }

    public required NormLayer FeedForwardNorm { get; init; }

    public required LinearLayer Gate { get; init; }

    public required LinearLayer Up { get; init; }

    public required LinearLayer Down { get; init; }
}

/// <summary>What a pass over a batch is about.</summary>
/// <param name="Tokens">In the batch.</param>
/// <param name="Sequences">Where they start.</param>
/// <param name="Dropout">The rate; 0 when nothing is learned.</param>
/// <param name="Seed">Of the masks: the same for the backward pass.</param>
internal readonly record struct PassContext(int Tokens, SequenceRows Sequences, float Dropout, ulong Seed)
{
    public DropoutMask Mask(int place) => new(Dropout, Seed, place);
}

/// <summary>A block of a llama: x += attention(norm(x)), then x += down(silu(gate(norm(x))) * up(norm(x))).</summary>
internal sealed unsafe class TransformerBlock(ModelShape shape, int index, BlockLayers layers, RopeLayer rope, Compute compute, BlockScratch scratch)
{
    /// <param name="pass">The batch.</param>
    /// <param name="positions">Of each token in its sequence.</param>
    /// <param name="x">[tokens, D].</param>
    /// <param name="kept">Overwritten with what the backward pass needs.</param>
    /// <param name="y">[tokens, D], overwritten.</param>
    public void Forward(PassContext pass, int* positions, FloatMatrix x, BlockActivations kept, FloatMatrix y)
    {
        var rows = pass.Tokens;
        ForwardToGated(pass, positions, x, kept);
        var delta = scratch.Delta.First(rows);
        layers.Down.Forward(kept.Gated.First(rows), delta);
        Residuals.Add(compute.Pool, kept.Middle.First(rows), delta, y, pass.Mask(FeedForwardPlace));
    }

    /// <summary>The forward pass without its last product, which no gradient needs: what recomputation has to do.</summary>
    public void ForwardToGated(PassContext pass, int* positions, FloatMatrix x, BlockActivations kept)
    {
        var rows = pass.Tokens;
        var (normed, delta, middle) = (kept.AttentionInput.First(rows), scratch.Delta.First(rows), kept.Middle.First(rows));
        layers.AttentionNorm.Forward(x, normed);
        layers.Query.Forward(normed, kept.Queries.First(rows));
        layers.Key.Forward(normed, kept.Keys.First(rows));
        layers.Value.Forward(normed, kept.Values.First(rows));
        rope.Forward(kept.Queries.First(rows), positions);
        rope.Forward(kept.Keys.First(rows), positions);
        CausalAttention.Forward(compute.Pool, pass.Sequences, kept.AttentionRows(rows), shape.HeadLength, kept.Attention.First(rows), kept.LogSums.Data);
        layers.AttentionOutput.Forward(kept.Attention.First(rows), delta);
        Residuals.Add(compute.Pool, x, delta, middle, pass.Mask(AttentionPlace));

        normed = kept.FeedForwardInput.First(rows);
        layers.FeedForwardNorm.Forward(middle, normed);
        layers.Gate.Forward(normed, kept.Gate.First(rows));
        layers.Up.Forward(normed, kept.Up.First(rows));
        SwiGlu.Forward(compute.Pool, kept.Gate.First(rows), kept.Up.First(rows), kept.Gated.First(rows));
    }

    /// <param name="pass">As in the forward pass.</param>
    /// <param name="positions">As in the forward pass.</param>
    /// <param name="x">The input of the forward pass.</param>
    /// <param name="kept">What that left.</param>
    /// <param name="d">[tokens, D]: the gradient of the output, changed into that of the input.</param>
    public void Backward(PassContext pass, int* positions, FloatMatrix x, BlockActivations kept, FloatMatrix d)
    {
        BackwardFeedForward(pass, kept, d);
        BackwardAttention(pass, positions, x, kept, d);
    }

    private int AttentionPlace => 2 * index + 1;

    private int FeedForwardPlace => 2 * index + 2;

    private void BackwardFeedForward(PassContext pass, BlockActivations kept, FloatMatrix d)
    {
        var rows = pass.Tokens;
        var (dDelta, dUp, dGate, dNormed) = (Dropped(pass, d, FeedForwardPlace), scratch.Gated.First(rows), scratch.Gate.First(rows), scratch.Normed.First(rows));
        layers.Down.Backward(dDelta, kept.Gated.First(rows), dUp, add: false);
        SwiGlu.Backward(compute.Pool, kept.Gate.First(rows), kept.Up.First(rows), dUp, dGate);
        var normed = kept.FeedForwardInput.First(rows);
        layers.Gate.Backward(dGate, normed, dNormed, add: false);
        layers.Up.Backward(dUp, normed, dNormed, add: true);
        layers.FeedForwardNorm.Backward(dNormed, kept.Middle.First(rows), d, scratch.Scales.Data);
    }

    private void BackwardAttention(PassContext pass, int* positions, FloatMatrix x, BlockActivations kept, FloatMatrix d)
    {
        var rows = pass.Tokens;
        var dNormed = scratch.Normed.First(rows);
        layers.AttentionOutput.Backward(Dropped(pass, d, AttentionPlace), kept.Attention.First(rows), dNormed, add: false);
        var gradients = scratch.AttentionRows(rows);
        CausalAttention.Backward(
            compute.Pool, pass.Sequences, kept.AttentionRows(rows), shape.HeadLength, (kept.Attention.First(rows), (nint)kept.LogSums.Data), dNormed, gradients);
        rope.Backward(gradients.Queries, positions);
        rope.Backward(gradients.Keys, positions);
        var normed = kept.AttentionInput.First(rows);
        layers.Query.Backward(gradients.Queries, normed, dNormed, add: false);
        layers.Key.Backward(gradients.Keys, normed, dNormed, add: true);
        layers.Value.Backward(gradients.Values, normed, dNormed, add: true);
        layers.AttentionNorm.Backward(dNormed, x, d, scratch.Scales.Data);
    }

    private FloatMatrix Dropped(PassContext pass, FloatMatrix d, int place)
    {
        if (pass.Mask(place).DropsNothing)
        {
            return d;
        }

        var dropped = scratch.Delta.First(pass.Tokens);
        Residuals.Drop(compute.Pool, d, dropped, pass.Mask(place));
        return dropped;
    }
}
