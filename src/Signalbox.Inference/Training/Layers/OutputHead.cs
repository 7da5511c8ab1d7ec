using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Layers;

/// <summary>What a batch cost.</summary>
/// <param name="Sum">Losses times their weights.</param>
/// <param name="Weight">Of all targets.</param>
/// <param name="Targets">Tokens that had one.</param>
/// <param name="Hits">Targets that no other token was likelier than.</param>
internal readonly record struct BatchLoss(double Sum, double Weight, int Targets, int Hits)
{
    /// <summary>The weighted mean.</summary>
    public double Mean => Weight > 0 ? Sum / Weight : 0;

    public static BatchLoss operator +(BatchLoss a, BatchLoss b) => new(a.Sum + b.Sum, a.Weight + b.Weight, a.Targets + b.Targets, a.Hits + b.Hits);
}

/// <summary>
/// The last norm, the product with the vocabulary and the loss, for the rows that have a target only, a piece of rows at a time: the logits of a whole
/// batch would not fit the cache, and are never needed together.
/// </summary>
internal sealed unsafe class OutputHead : IDisposable
{
    private const int Piece = 256;

    private readonly NormLayer _norm;
    private readonly LinearLayer _output;
    private readonly Compute _compute;
    private readonly Rows _states;
    private readonly Rows _normed;
    private readonly Rows _dNormed;
    private readonly Rows _dStates;
    private readonly Rows _scales;
    private readonly Rows _logits;
    private readonly NativeBuffer _losses;
    private readonly int[] _rows;
    private readonly int[] _targets;
    private readonly float[] _weights;
    private readonly int[] _hits;
    private int _count;

    public OutputHead(NormLayer norm, LinearLayer output, Compute compute, int tokens)
    {
        (_norm, _output, _compute) = (norm, output, compute);
        var columns = output.Inputs;
        _states = new Rows(tokens, columns);
        _normed = new Rows(tokens, columns);
        _dNormed = new Rows(tokens, columns);
        _dStates = new Rows(tokens, columns);
        _scales = new Rows(tokens, 1);
        _logits = new Rows(Math.Min(Piece, tokens), output.Outputs);
        _losses = new NativeBuffer((long)tokens * sizeof(double));
        _rows = GC.AllocateArray<int>(tokens, pinned: true);
        _targets = GC.AllocateArray<int>(tokens, pinned: true);
        _weights = GC.AllocateArray<float>(tokens, pinned: true);
        _hits = GC.AllocateArray<int>(tokens, pinned: true);
    }

    /// <summary>Of memory.</summary>
    public long Bytes => _losses.Bytes + ((Rows[])[_states, _normed, _dNormed, _dStates, _scales, _logits]).Sum(static rows => rows.Bytes);

    /// <summary>The loss; with <paramref name="learn"/> also gradients, those of the states for <see cref="Backward"/>.</summary>
    public BatchLoss Forward(PackedBatch batch, FloatMatrix x, float smoothing, bool learn)
    {
        Choose(batch);
        Normalize(x);
        for (var at = 0; at < _count; at += Piece)
        {
            var rows = Math.Min(Piece, _count - at);
            var logits = _logits.First(rows);
            var normed = Part(_normed, at, rows);
            _output.Forward(normed, logits);
            fixed (int* targets = _targets, hits = _hits)
            fixed (float* weights = _weights)
            {
                var all = new TargetRows { Targets = targets, Weights = weights, Losses = (double*)_losses.Data, Hits = hits };
                CrossEntropy.Run(_compute.Pool, logits, all.From(at), smoothing, learn);
            }

            if (learn)
            {
                _output.Backward(logits, normed, Part(_dNormed, at, rows), add: false);
            }
        }

        return Total();
    }

    /// <summary>Overwrites d with the gradient of the states that the last forward pass saw.</summary>
    public void Backward(FloatMatrix d)
    {
        var dStates = _dStates.First(_count);
        new Span<float>(dStates.Data, checked(_count * dStates.Columns)).Clear();
        _norm.Backward(_dNormed.First(_count), _states.First(_count), dStates, _scales.Data);
        new Span<float>(d.Data, checked(d.Rows * d.Columns)).Clear();
        for (var i = 0; i < _count; i++)
        {
            Row(dStates, i).CopyTo(Row(d, _rows[i]));
        }
    }

    /// <param name="x">States of the whole batch.</param>
    /// <param name="rows">Of the batch.</param>
    /// <param name="logits">[rows, vocabulary].</param>
    public void Logits(FloatMatrix x, ReadOnlySpan<int> rows, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((long)logits.Length, (long)rows.Length * _output.Outputs, nameof(logits));
        rows.CopyTo(_rows);
        _count = rows.Length;
        Normalize(x);
        for (var at = 0; at < _count; at += Piece)
        {
            var part = _logits.First(Math.Min(Piece, _count - at));
            _output.Forward(Part(_normed, at, part.Rows), part);
            new ReadOnlySpan<float>(part.Data, part.Rows * part.Columns).CopyTo(logits[(at * part.Columns)..]);
        }
    }

    /// <param name="x">States of the whole batch.</param>
    /// <param name="rows">Of the batch.</param>
    /// <param name="normed">[rows, columns]: what the product with the vocabulary gets.</param>
    public void Normed(FloatMatrix x, ReadOnlySpan<int> rows, Span<float> normed)
    {
        rows.CopyTo(_rows);
        _count = rows.Length;
        Normalize(x);
        for (var i = 0; i < _count; i++)
        {
            Row(_normed.First(_count), i).CopyTo(normed[(i * x.Columns)..]);
        }
    }

    public void Dispose()
    {
        foreach (var rows in (Rows[])[_states, _normed, _dNormed, _dStates, _scales, _logits])
        {
            rows.Dispose();
        }

        _losses.Dispose();
    }

    private static FloatMatrix Part(Rows rows, int at, int count)
    {
        var all = rows.First(at + count);
        return new FloatMatrix(all.Data + (long)at * all.Stride, count, all.Columns);
    }

    private static Span<float> Row(FloatMatrix x, int row) => new(x.Data + (long)row * x.Stride, x.Columns);

    private void Choose(PackedBatch batch)
    {
        _count = 0;
        for (var i = 0; i < batch.Targets.Length; i++)
        {
            if (batch.Targets[i] != PackedBatch.NoTarget && batch.Weights[i] != 0)
            {
                (_rows[_count], _targets[_count], _weights[_count]) = (i, batch.Targets[i], batch.Weights[i]);
                _count++;
            }
        }
    }

    private void Normalize(FloatMatrix x)
    {
        var states = _states.First(_count);
        for (var i = 0; i < _count; i++)
        {
            Row(x, _rows[i]).CopyTo(Row(states, i));
        }

        _norm.Forward(states, _normed.First(_count));
    }

    private BatchLoss Total()
    {
        var total = default(BatchLoss);
        for (var i = 0; i < _count; i++)
        {
            total += new BatchLoss(((double*)_losses.Data)[i], _weights[i], 1, _hits[i]);
        }

        return total;
    }
}
