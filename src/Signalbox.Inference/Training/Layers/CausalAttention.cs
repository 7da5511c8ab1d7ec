using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

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
/// again from the logarithm of each row's sum, as FlashAttention does (arXiv:2205.14135).
/// </summary>
internal static unsafe class CausalAttention
{
    /// <summary>Overwrites y and logSums.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="sequences">Of the batch.</param>
    /// <param name="x">After rotation.</param>
    /// <param name="headLength">Values of a head.</param>
    /// <param name="y">[rows, heads * head length].</param>
    /// <param name="logSums">[rows, heads].</param>
    public static void Forward(WorkerPool pool, SequenceRows sequences, AttentionRows x, int headLength, FloatMatrix y, float* logSums)
    {
        var work = new ForwardWork { Sequences = sequences, X = x, Y = y, LogSums = logSums, Heads = HeadCounts.Of(x, headLength) };
        RowLoop.Run(pool, sequences.Count * work.Heads.Keys, work);
    }

    /// <summary>Overwrites the gradients dx.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="sequences">Of the batch.</param>
    /// <param name="x">As in the forward pass.</param>
    /// <param name="headLength">Values of a head.</param>
    /// <param name="output">What the forward pass made.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="dx">Gradients of queries, keys and values.</param>
    public static void Backward(
        WorkerPool pool, SequenceRows sequences, AttentionRows x, int headLength, (FloatMatrix Y, nint LogSums) output, FloatMatrix dy, AttentionRows dx)
    {
        var work = new BackwardWork
        {
            Sequences = sequences,
            X = x,
            Y = output.Y,
            LogSums = (float*)output.LogSums,
            Dy = dy,
            Dx = dx,
            Heads = HeadCounts.Of(x, headLength),
        };
        RowLoop.Run(pool, sequences.Count * work.Heads.Keys, work);
    }

    private readonly record struct HeadCounts(int Length, int Queries, int Keys)
    {
        public int Group => Queries / Keys;

        public static HeadCounts Of(AttentionRows x, int headLength) => new(headLength, x.Queries.Columns / headLength, x.Keys.Columns / headLength);
    }

    /// <summary>A part is one key head of one sequence, with the query heads that read it.</summary>
    private struct ForwardWork : IRowWork
    {
        public SequenceRows Sequences;
        public AttentionRows X;
        public FloatMatrix Y;
        public float* LogSums;
        public HeadCounts Heads;

        public readonly void Take(int row)
        {
            var (begin, end) = (Sequences.Starts[row / Heads.Keys], Sequences.Starts[row / Heads.Keys + 1]);
            var keyHead = row % Heads.Keys;
            var scores = stackalloc float[end - begin];
            for (var head = keyHead * Heads.Group; head < (keyHead + 1) * Heads.Group; head++)
            {
                for (var i = begin; i < end; i++)
                {
                    Attend(head, keyHead, begin, i, scores);
                }
            }
        }

        private readonly void Attend(int head, int keyHead, int begin, int i, float* scores)
        {
            var length = Heads.Length;
            var count = i - begin + 1;
            var query = X.Queries.Data + (long)i * X.Queries.Stride + head * length;
            var key = X.Keys.Data + (long)begin * X.Keys.Stride + keyHead * length;
            var scale = 1 / MathF.Sqrt(length);
            for (var j = 0; j < count; j++, key += X.Keys.Stride)
            {
                scores[j] = Vectors.Dot(query, key, length) * scale;
            }

            var max = Softmax.Max(scores, count);
            var sum = Softmax.Exponentiate(scores, count, max);
            LogSums[(long)i * Heads.Queries + head] = max + MathF.Log(sum);
            var y = Y.Data + (long)i * Y.Stride + head * length;
            new Span<float>(y, length).Clear();
            var value = X.Values.Data + (long)begin * X.Values.Stride + keyHead * length;
            for (var j = 0; j < count; j++, value += X.Values.Stride)
            {
                Vectors.AddScaled(value, scores[j] / sum, y, length);
            }
        }
    }

    /// <summary>With p the probabilities and o the output: dv = p^T do, ds = p (do v^T - do . o), dq = ds k, dk = ds^T q.</summary>
    private struct BackwardWork : IRowWork
    {
        public SequenceRows Sequences;
        public AttentionRows X;
        public FloatMatrix Y;
        public float* LogSums;
        public FloatMatrix Dy;
        public AttentionRows Dx;
        public HeadCounts Heads;

        public readonly void Take(int row)
        {
            var (begin, end) = (Sequences.Starts[row / Heads.Keys], Sequences.Starts[row / Heads.Keys + 1]);
            var keyHead = row % Heads.Keys;
            var length = Heads.Length;
            for (var i = begin; i < end; i++)
            {
                new Span<float>(Dx.Keys.Data + (long)i * Dx.Keys.Stride + keyHead * length, length).Clear();
                new Span<float>(Dx.Values.Data + (long)i * Dx.Values.Stride + keyHead * length, length).Clear();
            }

            var scores = stackalloc float[end - begin];
            for (var head = keyHead * Heads.Group; head < (keyHead + 1) * Heads.Group; head++)
            {
                for (var i = begin; i < end; i++)
                {
                    Return(head, keyHead, begin, i, scores);
                }
            }
        }

        private readonly void Return(int head, int keyHead, int begin, int i, float* scores)
        {
            var length = Heads.Length;
            var count = i - begin + 1;
            var scale = 1 / MathF.Sqrt(length);
            var query = X.Queries.Data + (long)i * X.Queries.Stride + head * length;
            var dQuery = Dx.Queries.Data + (long)i * Dx.Queries.Stride + head * length;
            var dy = Dy.Data + (long)i * Dy.Stride + head * length;
            var key = X.Keys.Data + (long)begin * X.Keys.Stride + keyHead * length;
            var value = X.Values.Data + (long)begin * X.Values.Stride + keyHead * length;
            var dKey = Dx.Keys.Data + (long)begin * Dx.Keys.Stride + keyHead * length;
            var dValue = Dx.Values.Data + (long)begin * Dx.Values.Stride + keyHead * length;
            for (var j = 0; j < count; j++)
            {
                scores[j] = Vectors.Dot(query, key + (long)j * X.Keys.Stride, length) * scale;
            }

            Softmax.Exponentiate(scores, count, LogSums[(long)i * Heads.Queries + head]);
            var common = Vectors.Dot(dy, Y.Data + (long)i * Y.Stride + head * length, length);
            new Span<float>(dQuery, length).Clear();
            for (var j = 0; j < count; j++)
            {
                var slope = scores[j] * (Vectors.Dot(dy, value + (long)j * X.Values.Stride, length) - common) * scale;
                Vectors.AddScaled(dy, scores[j], dValue + (long)j * Dx.Values.Stride, length);
                Vectors.AddScaled(key + (long)j * X.Keys.Stride, slope, dQuery, length);
                Vectors.AddScaled(query, slope, dKey + (long)j * Dx.Keys.Stride, length);
            }
        }
    }
}
