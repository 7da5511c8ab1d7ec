namespace Signalbox.Routing.Learning;

/// <summary>Multinomial logistic regression by stochastic gradients with a rate per weight (AdaGrad).</summary>
internal static class LogisticTrainer
{
    private const double Small = 1e-8;

    public static (IReadOnlyList<double[]> Weights, float[] Biases) Train(
        SparseVector[] rows, int[] targets, (int Dimensions, int Outputs) shape, TrainingOptions options)
    {
        var (dimensions, outputs) = shape;
        var weights = new double[dimensions * outputs];
        var squares = new double[dimensions * outputs];
        var biases = new double[outputs];
        var order = Enumerable.Range(0, rows.Length).ToArray();
        var random = new Random(options.Seed);
        var errors = new double[outputs];
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            random.Shuffle(order);
            var rate = options.LearningRate * (1 - ((double)epoch / options.Epochs));
            foreach (var i in order)
            {
                options.Cancellation.ThrowIfCancellationRequested();
                Errors(rows[i], targets[i], weights, biases, errors);
                for (var k = 0; k < outputs; k++)
                {
                    biases[k] -= 0.01 * rate * errors[k];
                }

                Step(rows[i], (weights, squares), errors, rate, options.Shrinkage);
            }
        }

        return (Split(weights, dimensions, outputs), [.. biases.Select(static bias => (float)bias)]);
    }

    private static void Errors(SparseVector row, int target, double[] weights, double[] biases, Span<double> errors)
    {
        var outputs = errors.Length;
        biases.CopyTo(errors);
        for (var i = 0; i < row.Indices.Length; i++)
        {
            var value = row.Values[i];
            var slice = weights.AsSpan(row.Indices[i] * outputs, outputs);
            for (var k = 0; k < slice.Length; k++)
            {
                errors[k] += slice[k] * value;
            }
        }

        var largest = errors[0];
        foreach (var score in errors)
        {
            largest = Math.Max(largest, score);
        }

        var sum = 0.0;
        foreach (ref var score in errors)
        {
            score = Math.Exp(score - largest);
            sum += score;
        }

        foreach (ref var score in errors)
        {
            score /= sum;
        }

        errors[target] -= 1;
    }

    private static void Step(SparseVector row, (double[] Weights, double[] Squares) state, ReadOnlySpan<double> errors, double rate, double shrinkage)
    {
        for (var i = 0; i < row.Indices.Length; i++)
        {
            var value = row.Values[i];
            var slice = state.Weights.AsSpan(row.Indices[i] * errors.Length, errors.Length);
            var squares = state.Squares.AsSpan(row.Indices[i] * errors.Length, errors.Length);
            for (var k = 0; k < slice.Length; k++)
            {
                var gradient = (errors[k] * value) + (shrinkage * slice[k]);
                squares[k] += gradient * gradient;
                slice[k] -= rate * gradient / (Math.Sqrt(squares[k]) + Small);
            }
        }
    }

    private static double[][] Split(double[] weights, int dimensions, int outputs)
    {
        var split = new double[outputs][];
        for (var k = 0; k < outputs; k++)
        {
            split[k] = new double[dimensions];
            for (var i = 0; i < dimensions; i++)
            {
                split[k][i] = weights[(i * outputs) + k];
            }
        }

        return split;
    }
}
