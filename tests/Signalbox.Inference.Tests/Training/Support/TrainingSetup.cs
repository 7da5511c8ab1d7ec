using Signalbox.Inference.Sampling;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training.Support;

/// <summary>Small shapes, batches and trainers.</summary>
internal static class TrainingSetup
{
    public static ModelShape Shape(int heads = 4, int keyValueHeads = 2, int layers = 2, int vocabulary = 37) => new()
    {
        VocabularySize = vocabulary,
        EmbeddingLength = 32,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = keyValueHeads,
        FeedForwardLength = 64,
        ContextLength = 64,
    };

    public static TrainerOptions Options(PassOptions? pass = null, double rate = 1e-2, int mostTokens = 512) => new()
    {
        MostTokens = mostTokens,
        Schedule = new CosineSchedule { Peak = rate, TotalSteps = 1_000_000 },
        Pass = pass ?? new PassOptions(),
        Seed = 7,
    };

    /// <summary>Sequences of the given lengths with random tokens, some without a target, with random weights.</summary>
    public static PackedBatch Batch(int vocabulary, ulong seed, params int[] lengths)
    {
        var random = new Xoshiro256(seed);
        var count = lengths.Sum();
        var tokens = new int[count];
        var targets = new int[count];
        var weights = new float[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = (int)(random.NextDouble() * vocabulary);
            targets[i] = random.NextDouble() < 0.25 ? PackedBatch.NoTarget : (int)(random.NextDouble() * vocabulary);
            weights[i] = (float)(0.25 + 2 * random.NextDouble());
        }

        return new PackedBatch(tokens, targets, weights, Starts(lengths));
    }

    /// <summary>Every token is to be followed by the next one.</summary>
    public static PackedBatch Sentences(IReadOnlyList<int[]> sentences)
    {
        int[] tokens = [.. sentences.SelectMany(static sentence => sentence[..^1])];
        int[] targets = [.. sentences.SelectMany(static sentence => sentence[1..])];
        return new PackedBatch(tokens, targets, [.. tokens.Select(static _ => 1f)], Starts([.. sentences.Select(static sentence => sentence.Length - 1)]));
    }

    /// <summary>Weights large enough that every part of the model matters.</summary>
    public static void Enlarge(ParameterSet parameters, float deviation, ulong seed)
    {
        foreach (var (i, parameter) in parameters.All.Index())
        {
            var values = RandomValues(parameter.ValueSpan.Length, seed + (ulong)i);
            for (var j = 0; j < values.Length; j++)
            {
                parameter.ValueSpan[j] = (parameter.Rows == 1 ? 1 : 0) + deviation * values[j];
            }
        }
    }

    /// <summary>Between -1 and 1.</summary>
    public static float[] RandomValues(int count, ulong seed)
    {
        var random = new Xoshiro256(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    public static Trainer Trainer(ModelShape shape, TrainerOptions options, WorkerPool pool, float deviation = 0.3f)
    {
        var trainer = new Trainer(shape, options, pool);
        if (deviation > 0)
        {
            Enlarge(trainer.Parameters, deviation, 11);
        }

        return trainer;
    }

    private static int[] Starts(int[] lengths)
    {
        var starts = new int[lengths.Length + 1];
        for (var i = 0; i < lengths.Length; i++)
        {
            starts[i + 1] = starts[i] + lengths[i];
        }

        return starts;
    }
}
