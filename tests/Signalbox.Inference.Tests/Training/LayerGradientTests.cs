using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Tests.Training;

/// <summary>Each layer by itself: the gradient of sum(y * r) for random r against differences, value by value.</summary>
public sealed unsafe class LayerGradientTests : IDisposable
{
    private const int Count = 5;
    private const int Columns = 19;

    private readonly WorkerPool _pool = new(2);

    [Fact]
    public void A_norm_returns_its_slopes()
    {
        using var parameters = Parameters(("w", 1, Columns), ("x", Count, Columns), ("y", Count, Columns));
        var (w, x, y) = (parameters["w"], parameters["x"], parameters["y"]);
        var norm = new NormLayer(w.Values.Data, w.Gradients.Data, 1e-5f, _pool);
        var scales = stackalloc float[Count];
        norm.Backward(Wanted(y), x.Values, x.Gradients, scales);

        Check(() => norm.Forward(x.Values, y.Values), y, w, x);
    }

    [Fact]
    public void A_frozen_norm_passes_gradients_on_without_one_of_its_own()
    {
        using var parameters = Parameters(("w", 1, Columns), ("x", Count, Columns), ("y", Count, Columns));
        var (w, x, y) = (parameters["w"], parameters["x"], parameters["y"]);
        var norm = new NormLayer(w.Values.Data, null, 1e-5f, _pool);
        var scales = stackalloc float[Count];
        norm.Backward(Wanted(y), x.Values, x.Gradients, scales);

        Check(() => norm.Forward(x.Values, y.Values), y, x);
        Assert.All(w.GradientSpan.ToArray(), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_linear_layer_returns_its_slopes_and_adds_where_it_is_told()
    {
        using var parameters = Parameters(("w", 7, Columns), ("x", Count, Columns), ("y", Count, 7));
        var (w, x, y) = (parameters["w"], parameters["x"], parameters["y"]);
        var layer = new TrainedLinear(w, new Compute(_pool));
        x.GradientSpan.Fill(3);
        layer.Backward(Wanted(y), x.Values, x.Gradients, add: true);
        foreach (ref var value in x.GradientSpan)
        {
            value -= 3;
        }

        Check(() => layer.Forward(x.Values, y.Values), y, w, x);
    }

    [Fact]
    public void SwiGlu_returns_its_slopes()
    {
        using var parameters = Parameters(("gate", Count, Columns), ("up", Count, Columns), ("y", Count, Columns));
        var (gate, up, y) = (parameters["gate"], parameters["up"], parameters["y"]);
        Wanted(y, up.Gradients);
        SwiGlu.Backward(_pool, gate.Values, up.Values, up.Gradients, gate.Gradients);

        Check(() => SwiGlu.Forward(_pool, gate.Values, up.Values, y.Values), y, gate, up);
    }

    [Fact]
    public void Rotations_are_turned_back()
    {
        using var parameters = Parameters(("x", Count, 24), ("y", Count, 24));
        var (x, y) = (parameters["x"], parameters["y"]);
        var positions = stackalloc int[Count] { 0, 1, 2, 0, 1 };
        var rows = positions;
        using var rope = new RopeLayer(8, 6, 100, _pool);
        Wanted(y, x.Gradients);
        rope.Backward(x.Gradients, positions);

        Check(
            () =>
            {
                x.ValueSpan.CopyTo(y.ValueSpan);
                rope.Forward(y.Values, rows);
            },
            y,
            x);
    }

    /// <summary>Lengths that are no multiple of what is taken at once; heads whose length is no multiple of a vector's.</summary>
    [Theory]
    [InlineData(6, 4, 4)]
    [InlineData(6, 4, 2)]
    [InlineData(16, 2, 1)]
    [InlineData(24, 3, 1)]
    public void Attention_returns_its_slopes(int headLength, int heads, int keyHeads)
    {
        const int Rows = 14;
        using var parameters = Parameters(("q", Rows, heads * headLength), ("k", Rows, keyHeads * headLength), ("v", Rows, keyHeads * headLength), ("y", Rows, heads * headLength));
        var (q, k, v, y) = (parameters["q"], parameters["k"], parameters["v"], parameters["y"]);
        var starts = stackalloc int[4] { 0, 1, 8, Rows };
        var sequences = new SequenceRows(starts, 3);
        var logSums = stackalloc float[Rows * heads];
        using var attention = new CausalAttention(headLength, Rows, _pool);
        var sums = logSums;
        var x = new AttentionRows(q.Values, k.Values, v.Values);
        attention.Forward(sequences, x, y.Values, logSums);
        attention.Backward(sequences, x, y.Values, logSums, Wanted(y), new AttentionRows(q.Gradients, k.Gradients, v.Gradients));

        Check(() => attention.Forward(sequences, x, y.Values, sums), y, q, k, v);
    }

    [Fact]
    public void Dropout_drops_its_share_and_keeps_the_mean()
    {
        using var parameters = Parameters(("x", 200, 67), ("y", 200, 67));
        var (x, y) = (parameters["x"], parameters["y"]);
        x.ValueSpan.Fill(1);
        var mask = new DropoutMask(0.3f, 5, 2);
        Residuals.Drop(_pool, x.Values, y.Values, mask);
        var first = y.ValueSpan.ToArray();

        Assert.InRange(first.Count(static value => value == 0) / (double)first.Length, 0.28, 0.32);
        Assert.All(first, static value => Assert.True(value is 0 || MathF.Abs(value - 1 / 0.7f) < 1e-6f));
        Residuals.Drop(_pool, x.Values, y.Values, mask);
        Assert.Equal(first, y.ValueSpan.ToArray());
        foreach (var other in (DropoutMask[])[new(0.3f, 6, 2), new(0.3f, 5, 3)])
        {
            Residuals.Drop(_pool, x.Values, y.Values, other);
            Assert.InRange(first.Zip(y.ValueSpan.ToArray()).Count(static pair => pair.First == pair.Second) / (double)first.Length, 0.55, 0.61);
        }
    }

    public void Dispose() => _pool.Dispose();

    private static ParameterSet Parameters(params (string Name, int Rows, int Columns)[] specs) =>
        new([.. specs.Select(static spec => new ParameterSpec(spec.Name, spec.Rows, spec.Columns, false, 1))], 3);

    /// <summary>The gradient of sum(y * r) by y, which is r: in y's gradients, or elsewhere.</summary>
    private static FloatMatrix Wanted(Parameter y, FloatMatrix? elsewhere = null)
    {
        var to = elsewhere ?? y.Gradients;
        TrainingSetup.RandomValues((int)y.Count, 77).CopyTo(new Span<float>(to.Data, (int)y.Count));
        return to;
    }

    private static void Check(Action forward, Parameter y, params Parameter[] inputs)
    {
        const float Step = 1e-2f;
        var wanted = TrainingSetup.RandomValues((int)y.Count, 77);
        foreach (var input in inputs)
        {
            var most = input.GradientSpan.ToArray().Max(MathF.Abs);
            for (var i = 0; i < input.ValueSpan.Length; i++)
            {
                var before = input.ValueSpan[i];
                var slope = (8 * (At(1) - At(-1)) - (At(2) - At(-2))) / (12 * Step);
                input.ValueSpan[i] = before;
                var expected = input.GradientSpan[i];
                Assert.True(
                    Math.Abs(slope - expected) <= 1e-2 * Math.Max(Math.Abs(expected), 0.05 * most), $"{input.Name}[{i}]: the gradient says {expected}, differences {slope}");

                double At(int steps)
                {
                    input.ValueSpan[i] = before + steps * Step;
                    forward();
                    return y.ValueSpan.ToArray().Zip(wanted).Sum(static pair => (double)pair.First * pair.Second);
                }
            }
        }
    }
}
