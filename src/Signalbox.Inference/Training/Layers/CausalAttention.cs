using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Where the sequences of a packed batch are.</summary>
internal readonly unsafe struct SequenceRows(int* starts, int count)
{
    /// <summary>[Count + 1]: the first row of each, and the number of rows.</summary>
    public readonly int* Starts = starts;

    public readonly int Count = count;
}

/// <summary>Queries, keys and values of a batch, or their gradients.</summary>
/// <param name="Queries">[rows, heads * head length].</param>
/// <param name="Keys">[rows, key heads * head length].</param>
/// <param name="Values">[rows, key heads * head length].</param>
internal readonly record struct AttentionRows(FloatMatrix Queries, FloatMatrix Keys, FloatMatrix Values);

/// <summary>
/// Causal attention with grouped query heads (arXiv:2305.13245), each sequence by itself. Probabilities are not stored: the backward pass makes them
/// again from the logarithm of each row's sum, as FlashAttention does (arXiv:2205.14135). A part of the work is one key head of one sequence, with
/// the query heads that read it, four queries at a time.
/// </summary>
internal sealed unsafe class CausalAttention : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly int _headLength;
    private readonly int _most;
    private readonly NativeBuffer _scratch;

    /// <param name="headLength">Values of a head.</param>
    /// <param name="longest">Tokens of the longest sequence.</param>
    /// <param name="pool">The threads.</param>
    public CausalAttention(int headLength, int longest, WorkerPool pool)
    {
        (_pool, _headLength, _most) = (pool, headLength, Padded(longest));
        _scratch = NativeBuffer.OfFloats((long)pool.Threads * _most, 2 * headLength + 2 * SmallProduct.Rows);
    }

    /// <summary>Of memory.</summary>
    public long Bytes => _scratch.Bytes;

    /// <summary>Overwrites y and logSums.</summary>
    /// <param name="sequences">Of the batch.</param>
    /// <param name="x">After rotation.</param>
    /// <param name="y">[rows, heads * head length].</param>
    /// <param name="logSums">[rows, heads].</param>
    public void Forward(SequenceRows sequences, AttentionRows x, FloatMatrix y, float* logSums) =>
        RowLoop.Run(_pool, _pool.Threads, new Work(this, sequences, x) { Y = y, LogSums = logSums });

    /// <summary>Overwrites the gradients dx.</summary>
    /// <param name="sequences">Of the batch.</param>
    /// <param name="x">As in the forward pass.</param>
    /// <param name="y">What the forward pass made.</param>
    /// <param name="logSums">What the forward pass made.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="dx">Gradients of queries, keys and values.</param>
    public void Backward(SequenceRows sequences, AttentionRows x, FloatMatrix y, float* logSums, FloatMatrix dy, AttentionRows dx) =>
        RowLoop.Run(_pool, _pool.Threads, new Work(this, sequences, x) { Y = y, LogSums = logSums, IsBackward = true, Dy = dy, Dx = dx });

    public void Dispose() => _scratch.Dispose();

    private static int Padded(int count) => (count + 15) & ~15;

    /// <summary>Parts are threads here, each with scratch of its own; which thread takes a head changes nothing.</summary>
    private struct Work(CausalAttention owner, SequenceRows sequences, AttentionRows x) : IRowWork
    {
        private readonly int _threads = owner._pool.Threads;
        private readonly int _length = owner._headLength;
        private readonly int _most = owner._most;
        private readonly int _heads = x.Queries.Columns / owner._headLength;
        private readonly int _keyHeads = x.Keys.Columns / owner._headLength;
        private readonly float _scale = 1 / MathF.Sqrt(owner._headLength);
        private readonly float* _scratch = owner._scratch.Floats;

        public FloatMatrix Y;
        public float* LogSums;
        public bool IsBackward;
        public FloatMatrix Dy;
        public AttentionRows Dx;

        public readonly void Take(int row)
        {
            var scratch = _scratch + (long)row * _most * (2 * _length + 2 * SmallProduct.Rows);
            for (var part = row; part < sequences.Count * _keyHeads; part += _threads)
            {
                var (begin, end) = (sequences.Starts[part / _keyHeads], sequences.Starts[part / _keyHeads + 1]);
                TakeHead(begin, end - begin, part % _keyHeads, scratch);
            }
        }

        private readonly void TakeHead(int begin, int count, int keyHead, float* scratch)
        {
            var keys = new Strided(scratch, Padded(count));
            var values = new Strided(scratch + (long)_length * _most, Padded(count));
            var scores = new Strided(scratch + 2L * _length * _most, _most);
            var slopes = new Strided(scores.Row(SmallProduct.Rows), _most);
            Transpose(At(x.Keys, begin, keyHead), count, keys);
            if (IsBackward)
            {
                Transpose(At(x.Values, begin, keyHead), count, values);
                Clear(At(Dx.Keys, begin, keyHead), count);
                Clear(At(Dx.Values, begin, keyHead), count);
            }

            var group = _heads / _keyHeads;
            for (var head = keyHead * group; head < (keyHead + 1) * group; head++)
            {
                for (var i = 0; i < count; i += SmallProduct.Rows)
                {
                    var rows = Math.Min(SmallProduct.Rows, count - i);
                    SmallProduct.Multiply(At(x.Queries, begin + i, head), keys, scores, rows, _length, Padded(i + rows));
                    if (IsBackward)
                    {
                        Return(new Place(begin, i, rows, head, keyHead), values, scores, slopes);
                    }
                    else
                    {
                        Attend(new Place(begin, i, rows, head, keyHead), scores);
                    }
                }
            }
        }

        private readonly void Attend(Place at, Strided scores)
        {
            var seen = at.First + at.Rows;
            for (var row = 0; row < at.Rows; row++)
            {
                var (score, count) = (new Strided(scores.Row(row), 0), at.First + row + 1);
                Vectors.Scale(score.Data, _scale, count);
                var max = Softmax.Max(score.Data, count);
                var sum = Softmax.Exponentiate(score.Data, count, max);
                LogSums[(long)(at.Begin + at.First + row) * _heads + at.Head] = max + MathF.Log(sum);
                Vectors.Scale(score.Data, 1 / sum, count);
                new Span<float>(score.Data + count, seen - count).Clear();
            }

            SmallProduct.Multiply(scores, At(x.Values, at.Begin, at.KeyHead), At(Y, at.Begin + at.First, at.Head), at.Rows, seen, _length);
        }

        /// <summary>With p the probabilities and y the output: dv = p^T dy, ds = p (dy v^T - dy . y), dq = ds k, dk = ds^T q.</summary>
        private readonly void Return(Place at, Strided values, Strided scores, Strided slopes)
        {
            var (seen, token) = (at.First + at.Rows, at.Begin + at.First);
            var (y, dy) = (At(Y, token, at.Head), At(Dy, token, at.Head));
            SmallProduct.Multiply(dy, values, slopes, at.Rows, _length, Padded(seen));
            for (var row = 0; row < at.Rows; row++)
            {
                var count = at.First + row + 1;
                var probabilities = scores.Row(row);
                var slope = slopes.Row(row);
                Vectors.Scale(probabilities, _scale, count);
                Softmax.Exponentiate(probabilities, count, LogSums[(long)(token + row) * _heads + at.Head]);
                Softmax.Differentiate(probabilities, slope, count, Vectors.Dot(dy.Row(row), y.Row(row), _length), _scale);
                new Span<float>(probabilities + count, seen - count).Clear();
                new Span<float>(slope + count, seen - count).Clear();
            }

            SmallProduct.AddTransposed(scores, dy, At(Dx.Values, at.Begin, at.KeyHead), at.Rows, seen, _length);
            SmallProduct.Multiply(slopes, At(x.Keys, at.Begin, at.KeyHead), At(Dx.Queries, token, at.Head), at.Rows, seen, _length);
            SmallProduct.AddTransposed(slopes, At(x.Queries, token, at.Head), At(Dx.Keys, at.Begin, at.KeyHead), at.Rows, seen, _length);
        }

        private readonly Strided At(FloatMatrix matrix, int row, int head) => new(matrix.Data + (long)row * matrix.Stride + head * _length, matrix.Stride);

        /// <summary>Columns behind the last are zero: products take them along, and scratch may hold what is no number.</summary>
        private readonly void Transpose(Strided from, int count, Strided to)
        {
            for (var i = 0; i < _length; i++)
            {
                var row = to.Row(i);
                for (var j = 0; j < count; j++)
                {
                    row[j] = from.Row(j)[i];
                }

                new Span<float>(row + count, to.Stride - count).Clear();
            }
        }

        private readonly void Clear(Strided rows, int count)
        {
            for (var i = 0; i < count; i++)
            {
                new Span<float>(rows.Row(i), _length).Clear();
            }
        }
    }

    /// <summary>Up to four queries of a head.</summary>
    /// <param name="Begin">The first row of the sequence.</param>
    /// <param name="First">Of the queries, within the sequence.</param>
    /// <param name="Rows">Queries.</param>
    /// <param name="Head">That asks.</param>
    /// <param name="KeyHead">That it reads.</param>
    private readonly record struct Place(int Begin, int First, int Rows, int Head, int KeyHead);
}
