using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training;

public sealed class TrainerTests
{
    [Fact]
    public void A_model_of_two_layers_learns_32_sentences_by_heart()
    {
        using var pool = new WorkerPool(2);
        var options = TrainingSetup.Options(mostTokens: 256) with
        {
            Schedule = new CosineSchedule { Peak = 1e-2, Floor = 1e-3, WarmUpSteps = 5, TotalSteps = 80 },
            Optimizer = new AdamWOptions { WeightDecay = 0 },
        };
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(vocabulary: 48), options, pool, deviation: 0);
        // The first token names the sentence, so that nothing about the rest is left to chance.
        var sentences = Enumerable.Range(0, 32)
            .Select(static i => (int[])[i, .. TrainingSetup.RandomValues(5, (ulong)i).Select(static value => 32 + (int)((value + 1) * 7.99))])
            .ToArray();
        var batch = TrainingSetup.Sentences(sentences);
        var before = trainer.Model.Evaluate(batch).Mean;
        for (var step = 0; step < 80; step++)
        {
            trainer.Step(batch);
        }

        var after = trainer.Model.Evaluate(batch);
        Assert.InRange(before, 3, 5);
        Assert.InRange(after.Mean, 0, 0.05);
        Assert.Equal(after.Targets, after.Hits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_resumed_run_equals_an_uninterrupted_one(int threads)
    {
        using var file = new TemporaryFile(".ckpt");
        using var pool = new WorkerPool(threads);
        var options = TrainingSetup.Options(new PassOptions { Dropout = 0.1f }, rate: 1e-3);
        using var whole = TrainingSetup.Trainer(TrainingSetup.Shape(), options, pool);
        Run(whole, 0, 3);
        Assert.True(whole.TrySave(file.Path, [1, 2, 3], out var fault), fault?.Message);
        Run(whole, 3, 6);

        using var resumed = TrainingSetup.Trainer(TrainingSetup.Shape(), options, pool, deviation: 0);
        Assert.True(resumed.TryLoad(file.Path, out var source, out fault), fault?.Message);
        Assert.Equal([1, 2, 3], source);
        Assert.Equal(3, resumed.Steps);
        Run(resumed, 3, 6);

        Assert.Equal(Values(whole), Values(resumed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_same_seed_gives_the_same_weights_bit_for_bit(int threads)
    {
        Assert.Equal(Trained(7), Trained(7));
        Assert.NotEqual(Trained(7), Trained(8));

        float[] Trained(ulong seed)
        {
            using var pool = new WorkerPool(threads);
            var options = TrainingSetup.Options(new PassOptions { Dropout = 0.1f }) with { Seed = seed };
            using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), options, pool, deviation: 0);
            Run(trainer, 0, 3);
            return Values(trainer);
        }
    }

    [Fact]
    public void Two_halves_of_a_batch_equal_the_whole()
    {
        using var pool = new WorkerPool(2);
        var (first, second) = (TrainingSetup.Batch(37, 1, 9, 4), TrainingSetup.Batch(37, 2, 14));
        var both = new PackedBatch(
            [.. first.Tokens, .. second.Tokens], [.. first.Targets, .. second.Targets], [.. first.Weights, .. second.Weights], [0, 9, 13, 27]);
        using var whole = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), pool);
        using var halves = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), pool);
        var (a, b) = (whole.Step(both), halves.Step(first, second));

        Assert.Equal(a.Loss.Mean, b.Loss.Mean, 1e-5);
        Assert.Equal(a.GradientNorm, b.GradientNorm, 1e-4 * a.GradientNorm);
        Assert.Equal((27, 27), (a.Tokens, b.Tokens));
        Assert.InRange(Values(whole).Zip(Values(halves)).Average(static pair => Math.Abs(pair.First - pair.Second)), 0, 1e-5);
    }

    [Fact]
    public void A_batch_without_targets_moves_nothing_but_decay()
    {
        using var pool = new WorkerPool(1);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options() with { Optimizer = new AdamWOptions { WeightDecay = 0 } }, pool);
        var before = Values(trainer);
        var batch = TrainingSetup.Batch(37, 1, 9);
        var report = trainer.Step(batch with { Targets = [.. batch.Targets.Select(static _ => PackedBatch.NoTarget)] });

        Assert.Equal((0, 0.0), (report.Loss.Targets, report.GradientNorm));
        Assert.Equal(before, Values(trainer));
    }

    [Fact]
    public void A_step_does_not_count_products_of_a_validation_before_it()
    {
        using var pool = new WorkerPool(1);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), pool);
        trainer.Step(TrainingSetup.Batch(37, 1, 5));
        for (var i = 0; i < 200; i++)
        {
            trainer.Model.Evaluate(TrainingSetup.Batch(37, 1, 20, 30));
        }

        var report = trainer.Step(TrainingSetup.Batch(37, 1, 5));
        Assert.InRange(report.ProductTime, TimeSpan.FromTicks(1), report.Time);
    }

    [Fact]
    public void A_step_says_what_it_did()
    {
        using var pool = new WorkerPool(2);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(rate: 1e-3), pool);
        var batch = TrainingSetup.Batch(37, 1, 20, 30);
        var report = trainer.Step(batch);

        Assert.Equal((1, 50), (report.Step, report.Tokens));
        Assert.Equal(batch.Targets.Count(static target => target >= 0), report.Loss.Targets);
        Assert.Equal(1e-3, report.LearningRate, 1e-9);
        Assert.InRange(report.ProductTime, TimeSpan.FromTicks(1), report.Time);
        Assert.True(report.GradientNorm > 0);
    }

    [Fact]
    public void Logits_of_chosen_rows_are_those_that_the_loss_is_of()
    {
        using var pool = new WorkerPool(2);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), pool);
        var batch = TrainingSetup.Batch(37, 1, 9, 5);
        int[] rows = [.. Enumerable.Range(0, 14).Where(i => batch.Targets[i] >= 0)];
        var logits = new float[rows.Length * 37];
        trainer.Model.Logits(batch, rows, logits);
        var expected = rows.Select((row, i) =>
        {
            var of = logits[(i * 37)..((i + 1) * 37)];
            return batch.Weights[row] * (Math.Log(of.Sum(static logit => Math.Exp(logit))) - of[batch.Targets[row]]);
        }).Sum();

        Assert.Equal(expected, trainer.Model.Evaluate(batch).Sum, 1e-4);
    }

    private static void Run(Trainer trainer, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            trainer.Step(TrainingSetup.Batch(37, (ulong)step, 9, 5), TrainingSetup.Batch(37, (ulong)step + 100, 12));
        }
    }

    private static float[] Values(Trainer trainer) => [.. trainer.Parameters.All.SelectMany(static parameter => parameter.ValueSpan.ToArray())];
}
