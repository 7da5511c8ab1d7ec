using System.Runtime.InteropServices;
using Signalbox.Inference.Kernels.Attention;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Kernels;

/// <summary>Attention over a cache against the formula in double precision.</summary>
public sealed unsafe class AttentionTests
{
    [Theory]
    [InlineData(KvCacheType.F32, 16, 16, 1, 1, 37, 1)]
    [InlineData(KvCacheType.F32, 64, 64, 4, 8, 100, 33)]
    [InlineData(KvCacheType.F32, 20, 12, 2, 3, 50, 50)]
    [InlineData(KvCacheType.F32, 8, 8, 1, 40, 18, 5)]
    [InlineData(KvCacheType.F16, 64, 64, 2, 8, 130, 1)]
    [InlineData(KvCacheType.F16, 24, 40, 3, 1, 70, 41)]
    [InlineData(KvCacheType.F16, 80, 80, 1, 5, 33, 12)]
    [InlineData(KvCacheType.Q8_0, 64, 64, 2, 4, 65, 9)]
    [InlineData(KvCacheType.Q8_0, 48, 40, 1, 2, 40, 40)]
    public void Every_token_mixes_the_values_that_it_sees(KvCacheType type, int keyLength, int valueLength, int keyHeads, int group, int positions, int tokens)
    {
        var tolerance = type switch { KvCacheType.F32 => 2e-6, KvCacheType.F16 => 2e-3, _ => 3e-2 };
        foreach (var window in new[] { int.MaxValue, 1, 17 })
        {
            var shape = new Shape(type, keyLength, valueLength, keyHeads, group, positions, tokens, window);
            AssertClose(Expected(shape), Run(shape, threads: 2), tolerance);
        }
    }

    [Theory]
    [InlineData(true, 0f)]
    [InlineData(true, 20f)]
    [InlineData(false, 20f)]
    public void Scores_may_be_capped_and_queries_scaled_first(bool scalesQueries, float cap)
    {
        var shape = new Shape(KvCacheType.F32, 32, 32, 2, 2, 48, 7, int.MaxValue) { ScalesQueries = scalesQueries, SoftCap = cap, Spread = 6 };

        AssertClose(Expected(shape), Run(shape, threads: 1), 5e-5);
    }

    [Fact]
    public void An_encoders_tokens_see_the_whole_text()
    {
        var shape = new Shape(KvCacheType.F32, 32, 32, 2, 1, 29, 29, int.MaxValue) { Causal = false };

        AssertClose(Expected(shape), Run(shape, threads: 2), 2e-6);
    }

    [Theory]
    [InlineData(8, 13, 20, 40)]
    [InlineData(4, 64, 16, 16)]
    [InlineData(1, 7, 5, 31)]
    public void The_products_are_those_of_the_scalar_ones(int rows, int length, int count, int stride)
    {
        var random = new Random(rows);
        var padded = (length + 15) & ~15;
        var queries = Floats(random, length * rows, 1);
        var keys = Floats(random, length * 16, 1);
        var values = Floats(random, count * padded, 1);
        var weights = Floats(random, rows * stride, 1);
        var (scores, expectedScores) = (new float[rows * stride], new float[rows * stride]);
        var (mixes, expectedMixes) = (new float[rows * padded], new float[rows * padded]);
        fixed (float* q = queries, k = keys, v = values, w = weights, s = scores, es = expectedScores, m = mixes, em = expectedMixes)
        {
            AttentionProducts.Scores(q, rows, k, length, s, stride);
            AttentionProducts.ScoresScalar(q, rows, k, length, es, stride);
            AttentionProducts.Mix(w, stride, rows, v, Math.Min(count, stride), padded, m);
            AttentionProducts.MixScalar(w, stride, rows, v, Math.Min(count, stride), padded, em);
        }

        AssertClose([.. expectedScores.Select(x => (double)x)], scores, 1e-5);
        AssertClose([.. expectedMixes.Select(x => (double)x)], mixes, 1e-5);
    }

    private static double[] Expected(Shape shape)
    {
        var data = new Data(shape);
        var output = new double[shape.Tokens * shape.Heads * shape.ValueLength];
        for (var token = 0; token < shape.Tokens; token++)
        {
            var position = shape.Positions - shape.Tokens + token;
            var (from, to) = shape.Causal ? (Math.Max(0, position + 1L - shape.Window), position + 1) : (0L, shape.Positions);
            for (var head = 0; head < shape.Heads; head++)
            {
                var keyHead = head / shape.Group;
                var scores = new double[shape.Positions];
                for (var p = from; p < to; p++)
                {
                    for (var d = 0; d < shape.KeyLength; d++)
                    {
                        scores[p] += (double)data.Queries[(token * shape.Heads + head) * shape.KeyLength + d]
                            * data.Keys[(p * shape.KeyHeads + keyHead) * shape.KeyLength + d] / Math.Sqrt(shape.KeyLength);
                    }

                    if (shape.SoftCap > 0)
                    {
                        // Scores are capped before they are scaled, unless the queries were scaled.
                        var scale = shape.ScalesQueries ? 1 : 1 / Math.Sqrt(shape.KeyLength);
                        scores[p] = scale * shape.SoftCap * Math.Tanh(scores[p] / scale / shape.SoftCap);
                    }
                }

                var most = Enumerable.Range((int)from, (int)(to - from)).Max(p => scores[p]);
                var sum = Enumerable.Range((int)from, (int)(to - from)).Sum(p => Math.Exp(scores[p] - most));
                for (var p = from; p < to; p++)
                {
                    for (var d = 0; d < shape.ValueLength; d++)
                    {
                        output[(token * shape.Heads + head) * shape.ValueLength + d] +=
                            Math.Exp(scores[p] - most) / sum * data.Values[(p * shape.KeyHeads + keyHead) * shape.ValueLength + d];
                    }
                }
            }
        }

        return output;
    }

    private static float[] Run(Shape shape, int threads)
    {
        var data = new Data(shape);
        var format = new CacheFormat(shape.Type, shape.KeyLength, shape.ValueLength);
        var blocks = (shape.Positions + 15) / 16;
        var output = new float[shape.Tokens * shape.Heads * shape.ValueLength];
        var (keyStride, valueStride) = (blocks * format.KeyBlockBytes, blocks * 16 * format.ValueBytes);
        using var pool = new WorkerPool(threads);

        // What was never written may hold anything.
        var keyBytes = Enumerable.Repeat((byte)0xFF, (int)keyStride * shape.KeyHeads).ToArray();
        var valueBytes = Enumerable.Repeat((byte)0xFF, (int)valueStride * shape.KeyHeads).ToArray();
        var heads = AttentionWork.ChooseHeads(shape.Group, shape.KeyHeads, shape.Tokens, threads);
        var perTile = Math.Max(1, AttentionWork.MostRows / heads);
        var tiles = new AttentionTile[(shape.Tokens + perTile - 1) / perTile];
        var scratchBytes = AttentionWork.ScratchFor(shape.KeyLength, shape.ValueLength, shape.Positions);
        var scratch = (byte*)NativeMemory.AlignedAlloc((nuint)(scratchBytes * threads), 64);
        fixed (byte* keys = keyBytes, values = valueBytes)
        fixed (float* queries = data.Queries, keyData = data.Keys, valueData = data.Values, result = output)
        fixed (AttentionTile* firstTile = tiles)
        {
            for (var p = 0; p < shape.Positions; p++)
            {
                for (var head = 0; head < shape.KeyHeads; head++)
                {
                    format.WriteKey(keys + head * keyStride, p, keyData + (p * shape.KeyHeads + head) * shape.KeyLength);
                    format.WriteValue(values + head * valueStride, p, valueData + (p * shape.KeyHeads + head) * shape.ValueLength);
                }
            }

            for (var i = 0; i < tiles.Length; i++)
            {
                tiles[i] = new AttentionTile
                {
                    Keys = keys,
                    Values = values,
                    KeyStride = keyStride,
                    ValueStride = valueStride,
                    Format = format,
                    Token = i * perTile,
                    Count = Math.Min(perTile, shape.Tokens - i * perTile),
                    Position = shape.Positions - shape.Tokens + i * perTile,
                    SeenByAll = shape.Causal ? 0 : shape.Positions,
                };
            }

            var work = new AttentionWork
            {
                Queries = queries,
                QueryStride = shape.Heads * shape.KeyLength,
                Output = result,
                OutputStride = shape.Heads * shape.ValueLength,
                Tiles = firstTile,
                TileCount = tiles.Length,
                KeyValueHeads = shape.KeyHeads,
                Group = shape.Group,
                HeadsPerPiece = heads,
                KeyLength = shape.KeyLength,
                ValueLength = shape.ValueLength,
                Scale = 1 / MathF.Sqrt(shape.KeyLength),
                ScalesQueries = shape.ScalesQueries,
                SoftCap = shape.SoftCap,
                Window = shape.Window,
                Scratch = scratch,
                ScratchBytes = scratchBytes,
            };
            AttentionWork.Run(pool, &work);
        }

        NativeMemory.AlignedFree(scratch);
        return output;
    }

    private static float[] Floats(Random random, int count, float spread) => [.. Enumerable.Range(0, count).Select(_ => spread * (random.NextSingle() * 2 - 1))];

    private static void AssertClose(double[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"[{i}]: {actual[i]} instead of {expected[i]}");
        }
    }

    private sealed record Shape(KvCacheType Type, int KeyLength, int ValueLength, int KeyHeads, int Group, int Positions, int Tokens, int Window)
    {
        public bool ScalesQueries { get; init; }

        public float SoftCap { get; init; }

        public bool Causal { get; init; } = true;

        public float Spread { get; init; } = 1;

        public int Heads => KeyHeads * Group;
    }

    private sealed class Data
    {
        public Data(Shape shape)
        {
            var random = new Random(shape.KeyLength + shape.Positions);
            Queries = Floats(random, shape.Tokens * shape.Heads * shape.KeyLength, shape.Spread);
            Keys = Floats(random, shape.Positions * shape.KeyHeads * shape.KeyLength, shape.Spread);
            Values = Floats(random, shape.Positions * shape.KeyHeads * shape.ValueLength, 1);
        }

        public float[] Queries { get; }

        public float[] Keys { get; }

        public float[] Values { get; }
    }
}
