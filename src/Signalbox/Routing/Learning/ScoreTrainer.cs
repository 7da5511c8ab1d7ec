using Signalbox.Routing.Evaluation;

namespace Signalbox.Routing.Learning;

/// <summary>Knobs of training a score. The defaults hold from a few hundred to some ten thousand prompts.</summary>
internal sealed record ScoreOptions
{
    public int Seed { get; init; } = 1;

    public FeatureScales Scales { get; init; } = new(1, 0.5f, 1);

    /// <summary>How strongly the score of words and shape, and that of shape alone, are held near zero.</summary>
    public double Shrinkage { get; init; } = 100;

    public double ShapeShrinkage { get; init; } = 30;

    public TreeOptions Trees { get; init; } = new();

    public int InnerFolds { get; init; } = 5;

    /// <summary>How many imagined prompts hold the mix of the parts at even shares, per unit of variance.</summary>
    public double MixShrinkage { get; init; } = 3;

    public double EvenShare { get; init; } = 0.3;

    /// <summary>The shares of the training prompts whose shape counts as strange, and as not quite familiar.</summary>
    public (double Strange, double Familiar) FamiliarShape { get; init; } = (0.01, 0.06);

    /// <summary>The same by the share of their words that other training prompts have.</summary>
    public (double Strange, double Familiar) FamiliarWords { get; init; } = (0.02, 0.1);

    /// <summary>How far the model is believed on familiar prompts; the rest is left to their length.</summary>
    public double Trust { get; init; } = 1;

    public CancellationToken Cancellation { get; init; }

    /// <summary>Called after each of the inner folds.</summary>
    public Action? Progress { get; init; }
}

/// <summary>What prompts are trained on: a target each, and the file that each is from.</summary>
internal sealed record ScoreSamples(PromptVector[] Prompts, double[] Targets, int[] Domains)
{
    public ScoreSamples Where(Func<int, bool> isKept)
    {
        var kept = Enumerable.Range(0, Prompts.Length).Where(isKept).ToArray();
        return new ScoreSamples([.. kept.Select(i => Prompts[i])], [.. kept.Select(i => Targets[i])], [.. kept.Select(i => Domains[i])]);
    }

    /// <summary>Targets as differences from the mean of their file: what sets files apart is not what sets prompts apart.</summary>
    public double[] Centred()
    {
        var means = Domains.Distinct().ToDictionary(static domain => domain, domain => Targets.Where((_, i) => Domains[i] == domain).Average());
        return [.. Targets.Select((target, i) => target - means[Domains[i]])];
    }
}

/// <summary>
/// Trains three parts (words with shape, shape, trees) and mixes them. The mix is chosen by folds inside the training data, so no prompt
/// that is tested later has a say in it.
/// </summary>
internal static class ScoreTrainer
{
    /// <summary>The model, and for each sample the score by parts that have not seen it.</summary>
    public static (ScoreModel Model, double[] OutOfFold) Fit(ScoreSamples samples, ScoreOptions options)
    {
        var count = samples.Prompts.Length;
        var folds = Folds.Assign(count, Math.Min(options.InnerFolds, count), options.Seed);
        double[][] guesses = [.. Enumerable.Range(0, Part.Count).Select(_ => new double[count])];

        for (var fold = 0; fold < Math.Min(options.InnerFolds, count); fold++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            var parts = Part.Train(samples.Where(i => folds[i] != fold), options);
            for (var i = 0; i < count; i++)
            {
                if (folds[i] == fold)
                {
                    parts.Guess(samples.Prompts[i], guesses, i);
                }
            }

            options.Progress?.Invoke();
        }

        var targets = samples.Centred();
        var mix = Mix(guesses, targets, options);
        var outOfFold = new double[count];
        for (var i = 0; i < count; i++)
        {
            for (var part = 0; part < Part.Count; part++)
            {
                outOfFold[i] += mix[part] * guesses[part][i];
            }
        }

        var model = Part.Train(samples, options).Combine(mix, Domains(samples, options), LengthLine.Fallback(samples.Prompts, targets, outOfFold), (float)options.Trust);
        options.Progress?.Invoke();
        return (model, outOfFold);
    }

    private static DomainGate[] Domains(ScoreSamples samples, ScoreOptions options) =>
        [.. samples.Domains.Distinct().Order().Select(domain => DomainGate.Fit(
            [.. samples.Prompts.Where((_, i) => samples.Domains[i] == domain)], options))];

    /// <summary>Least squares with weights of no less than zero, held near even shares.</summary>
    private static double[] Mix(double[][] guesses, double[] targets, ScoreOptions options)
    {
        const int Rounds = 100;
        var weights = new double[guesses.Length];
        Array.Fill(weights, options.EvenShare);
        var residuals = targets.Select((target, i) => target - guesses.Sum(guess => options.EvenShare * guess[i])).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var k = 0; k < weights.Length; k++)
            {
                var (square, product) = (options.MixShrinkage, options.MixShrinkage * options.EvenShare);
                for (var i = 0; i < targets.Length; i++)
                {
                    square += guesses[k][i] * guesses[k][i];
                    product += guesses[k][i] * (residuals[i] + (weights[k] * guesses[k][i]));
                }

                var change = Math.Max(0, product / square) - weights[k];
                weights[k] += change;
                for (var i = 0; i < targets.Length; i++)
                {
                    residuals[i] -= change * guesses[k][i];
                }
            }
        }

        return weights;
    }

    /// <summary>The three parts, trained on the same samples.</summary>
    private sealed record Part(FeatureSpace Space, double[] Words, double[] Shape, BoostedTrees Trees, LengthLine Length)
    {
        public const int Count = 4;

        public static Part Train(ScoreSamples samples, ScoreOptions options)
        {
            var space = FeatureSpace.Fit(samples.Prompts, options.Scales);
            var targets = samples.Centred();
            var rows = samples.Prompts.Select(space.Vector).ToArray();
            var words = RidgeTrainer.Train(rows, targets, space.Dimensions, options.Shrinkage);
            var shapes = rows.Select(row => OnlyShape(row, space)).ToArray();
            var shape = RidgeTrainer.Train(shapes, targets, space.Dimensions, options.ShapeShrinkage);
            return new Part(space, words, shape, TreeTrainer.Fit(samples.Prompts, targets, options.Trees, options.Seed), LengthLine.Regress(samples.Prompts, targets));
        }

        public void Guess(PromptVector prompt, double[][] guesses, int at)
        {
            var row = Space.Vector(prompt);
            guesses[0][at] = row.Dot(Words);
            guesses[1][at] = row.Dot(Shape);
            guesses[2][at] = Trees.Score(prompt.Measures);
            guesses[3][at] = Length.At(prompt.Measures);
        }

        public ScoreModel Combine(double[] mix, DomainGate[] domains, LengthLine fallback, float trust)
        {
            var sum = Words.Select((weight, i) => (mix[0] * weight) + (mix[1] * Shape[i])).ToArray();
            return new ScoreModel(LinearModel.Pack(Space, [sum], [0]), Trees.Scaled((float)mix[2]), Length with { Slope = Length.Slope * (float)mix[3] }, domains, fallback, trust);
        }

        private static SparseVector OnlyShape(SparseVector row, FeatureSpace space)
        {
            var first = space.Terms;
            var kept = Enumerable.Range(0, row.Indices.Length).Where(i => row.Indices[i] >= first).ToArray();
            return new SparseVector([.. kept.Select(i => row.Indices[i])], [.. kept.Select(i => row.Values[i])]);
        }
    }
}
