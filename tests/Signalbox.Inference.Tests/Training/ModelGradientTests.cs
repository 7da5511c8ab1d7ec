using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training;

/// <summary>Gradients of the whole model against central finite differences of its loss.</summary>
public sealed class ModelGradientTests
{
    private const ulong MaskSeed = 99;

    public static TheoryData<int, int, float, float, bool> Cases => new()
    {
        { 4, 4, 0, 0, false },
        { 4, 2, 0, 0, false },
        { 4, 1, 0, 0.1f, false },
        { 2, 1, 0.2f, 0, false },
        { 4, 2, 0.2f, 0.1f, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_tensors_gradient_is_the_slope_of_the_loss(int heads, int keyValueHeads, float dropout, float smoothing, bool recompute)
    {
        using var pool = new WorkerPool(2);
        var pass = new PassOptions { Dropout = dropout, LabelSmoothing = smoothing, Recompute = recompute };
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(heads, keyValueHeads), TrainingSetup.Options(pass), pool);
        var batch = TrainingSetup.Batch(trainer.Shape.VocabularySize, 5, 7, 1, 12, 9);
        trainer.Model.Learn(batch, MaskSeed);
        foreach (var parameter in trainer.Parameters.All)
        {
            for (var direction = 0UL; direction < 2; direction++)
            {
                CheckAlong(trainer, batch, parameter, Direction(parameter, direction));
            }

            CheckAlong(trainer, batch, parameter, Steepest(parameter));
        }
    }

    [Fact]
    public void A_wrong_gradient_is_found()
    {
        using var pool = new WorkerPool(1);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), pool);
        var batch = TrainingSetup.Batch(trainer.Shape.VocabularySize, 5, 7, 12);
        trainer.Model.Learn(batch, MaskSeed);
        var parameter = trainer.Parameters["blk.0.attn_k.weight"];
        foreach (ref var value in parameter.GradientSpan)
        {
            value *= 1.03f;
        }

        Assert.Throws<Xunit.Sdk.TrueException>(() => CheckAlong(trainer, batch, parameter, Steepest(parameter)));
    }

    [Fact]
    public void Recomputed_activations_give_the_same_gradients_bit_for_bit()
    {
        Assert.Equal(Gradients(recompute: false), Gradients(recompute: true));

        static float[] Gradients(bool recompute)
        {
            using var pool = new WorkerPool(2);
            var options = TrainingSetup.Options(new PassOptions { Dropout = 0.1f, Recompute = recompute });
            using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(layers: 3), options, pool);
            trainer.Model.Learn(TrainingSetup.Batch(trainer.Shape.VocabularySize, 5, 7, 20, 9), MaskSeed);
            return [.. trainer.Parameters.All.SelectMany(static parameter => parameter.GradientSpan.ToArray())];
        }
    }

    [Fact]
    public void Sequences_of_a_batch_do_not_see_each_other()
    {
        using var pool = new WorkerPool(2);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), pool);
        var (first, second) = (TrainingSetup.Batch(37, 1, 9), TrainingSetup.Batch(37, 2, 14));
        var both = new PackedBatch(
            [.. first.Tokens, .. second.Tokens], [.. first.Targets, .. second.Targets], [.. first.Weights, .. second.Weights], [0, 9, 23]);
        var (together, apart) = (trainer.Model.Evaluate(both), trainer.Model.Evaluate(first) + trainer.Model.Evaluate(second));

        Assert.Equal(apart.Sum, together.Sum, 1e-4);
        Assert.Equal(apart.Targets, together.Targets);
    }

    [Fact]
    public void A_target_of_weight_two_counts_like_the_same_sequence_twice()
    {
        using var pool = new WorkerPool(1);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), pool);
        var once = TrainingSetup.Batch(37, 1, 9);
        var heavy = once with { Weights = [.. once.Weights.Select(static weight => 2 * weight)] };
        var twice = new PackedBatch([.. once.Tokens, .. once.Tokens], [.. once.Targets, .. once.Targets], [.. once.Weights, .. once.Weights], [0, 9, 18]);
        var (a, b) = (trainer.Model.Evaluate(heavy), trainer.Model.Evaluate(twice));

        Assert.Equal(b.Sum, a.Sum, 1e-4);
        Assert.Equal(b.Weight, a.Weight, 1e-4);
        Assert.NotEqual(trainer.Model.Evaluate(once).Sum, a.Sum, 1e-2);
    }

    private static float[] Direction(Parameter parameter, ulong seed) =>
        [.. TrainingSetup.RandomValues((int)parameter.Count, seed + 1000).Select(static value => value < 0 ? -1f : 1f)];

    /// <summary>Along the gradient itself no slope cancels another.</summary>
    private static float[] Steepest(Parameter parameter)
    {
        var most = parameter.GradientSpan.ToArray().Max(MathF.Abs);
        return [.. parameter.GradientSpan.ToArray().Select(value => value / most)];
    }

    private static void CheckAlong(Trainer trainer, PackedBatch batch, Parameter parameter, float[] direction)
    {
        var gradient = parameter.GradientSpan.ToArray();
        var norm = Math.Sqrt(gradient.Sum(static value => (double)value * value));
        var length = Math.Sqrt(direction.Sum(static value => (double)value * value));
        var expected = gradient.Zip(direction).Sum(static pair => (double)pair.First * pair.Second) / length;
        var step = 1e-2 / length;
        var before = parameter.ValueSpan.ToArray();

        // Four points: with two, the loss's third derivative would show before rounding does.
        var slope = (8 * (LossAt(step) - LossAt(-step)) - (LossAt(2 * step) - LossAt(-2 * step))) / (12 * step * length);
        before.CopyTo(parameter.ValueSpan);

        // A random direction may be nearly flat: then the error counts against the slope that a usual direction has.
        var scale = Math.Max(Math.Abs(expected), norm / Math.Sqrt(gradient.Length));
        Assert.True(norm > 0, $"{parameter.Name} has no gradient");
        Assert.True(Math.Abs(slope - expected) <= 1e-2 * scale, $"{parameter.Name}: the gradient says {expected}, the loss {slope}");

        double LossAt(double distance)
        {
            for (var i = 0; i < before.Length; i++)
            {
                parameter.ValueSpan[i] = (float)(before[i] + distance * direction[i]);
            }

            return trainer.Model.Measure(batch, MaskSeed).Sum;
        }
    }
}
