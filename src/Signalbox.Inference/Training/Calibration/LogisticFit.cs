using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Calibration;

/// <summary>
/// Fits the map from an answer's features to the probability that it is right: logistic regression by Newton's method (iteratively reweighted
/// least squares), with a small ridge and with Platt's targets, which lie a little inside of 0 and 1 (Platt, "Probabilistic outputs for support
/// vector machines and comparisons to regularized likelihood methods", 1999; the damped steps are of Lin, Lin and Weng, "A note on Platt's
/// probabilistic outputs for support vector machines", 2007). The loss is strictly convex, so there is one answer; the same data gives the same bits.
/// </summary>
internal static class LogisticFit
{
    /// <summary>Half of it times the squared weights of standardized features is added to the loss: features that say the same share their weight.</summary>
    private const double Ridge = 0.1;

    private const int MostSteps = 200;
    private const int MostHalvings = 40;
    private const double Tolerance = 1e-9;

    /// <summary>Parameters: a weight per feature, then the bias.</summary>
    private const int Size = ConfidenceFeatures.Count + 1;

    /// <param name="answers">At least one; finite features.</param>
    public static ConfidenceMap Fit(IReadOnlyList<(ConfidenceFeatures Features, bool Right)> answers)
    {
        ArgumentOutOfRangeException.ThrowIfZero(answers.Count);
        var (means, deviations) = Moments(answers);
        var rows = Standardized(answers, means, deviations);
        var right = answers.Count(static answer => answer.Right);
        var (high, low) = ((right + 1.0) / (right + 2), 1.0 / (answers.Count - right + 2));
        double[] targets = [.. answers.Select(answer => answer.Right ? high : low)];
        return FoldBack(Minimize(rows, targets), means, deviations);
    }

    private static (double[] Means, double[] Deviations) Moments(IReadOnlyList<(ConfidenceFeatures Features, bool Right)> answers)
    {
        var (means, deviations) = (new double[ConfidenceFeatures.Count], new double[ConfidenceFeatures.Count]);
        Span<double> values = stackalloc double[ConfidenceFeatures.Count];
        foreach (var (features, _) in answers)
        {
            features.CopyTo(values);
            for (var i = 0; i < means.Length; i++)
            {
                means[i] += values[i] / answers.Count;
            }
        }

        foreach (var (features, _) in answers)
        {
            features.CopyTo(values);
            for (var i = 0; i < means.Length; i++)
            {
                deviations[i] += (values[i] - means[i]) * (values[i] - means[i]) / answers.Count;
            }
        }

        for (var i = 0; i < means.Length; i++)
        {
            deviations[i] = Math.Sqrt(deviations[i]);
        }

        return (means, deviations);
    }

    /// <summary>Each row ends with the 1 of the bias. A feature that never differs is 0 everywhere, and so gets no weight.</summary>
    private static double[][] Standardized(IReadOnlyList<(ConfidenceFeatures Features, bool Right)> answers, double[] means, double[] deviations)
    {
        var rows = new double[answers.Count][];
        for (var n = 0; n < rows.Length; n++)
        {
            var row = rows[n] = new double[Size];
            answers[n].Features.CopyTo(row);
            for (var i = 0; i < means.Length; i++)
            {
                row[i] = Varies(means[i], deviations[i]) ? (row[i] - means[i]) / deviations[i] : 0;
            }

            row[^1] = 1;
        }

        return rows;
    }

    private static bool Varies(double mean, double deviation) => deviation > 1e-9 * (1 + Math.Abs(mean));

    private static double[] Minimize(double[][] rows, double[] targets)
    {
        var parameters = new double[Size];
        var loss = Loss(rows, targets, parameters);
        for (var step = 0; step < MostSteps; step++)
        {
            var (gradient, curvature) = Derivatives(rows, targets, parameters);
            if (gradient.Max(Math.Abs) < Tolerance * rows.Length)
            {
                break;
            }

            var direction = Solve(curvature, gradient);
            var (length, halvings) = (1.0, 0);
            double[] next;
            double lossThere;
            do
            {
                next = [.. parameters.Zip(direction, (parameter, change) => parameter - length * change)];
                lossThere = Loss(rows, targets, next);
                length /= 2;
            }
            while (!(lossThere <= loss) && ++halvings < MostHalvings);

            if (!(lossThere <= loss))
            {
                // No shorter step is any better: this is as near as rounding allows.
                break;
            }

            (parameters, loss) = (next, lossThere);
        }

        return parameters;
    }

    /// <summary>Cross entropy and ridge. log(1 + e^z) - t z, written so that it does not overflow.</summary>
    private static double Loss(double[][] rows, double[] targets, double[] parameters)
    {
        var loss = 0.0;
        for (var n = 0; n < rows.Length; n++)
        {
            var sum = Sum(rows[n], parameters);
            loss += Math.Max(sum, 0) + Math.Log(1 + Math.Exp(-Math.Abs(sum))) - targets[n] * sum;
        }

        for (var i = 0; i < ConfidenceFeatures.Count; i++)
        {
            loss += Ridge / 2 * parameters[i] * parameters[i];
        }

        return loss;
    }

    private static (double[] Gradient, double[,] Curvature) Derivatives(double[][] rows, double[] targets, double[] parameters)
    {
        var (gradient, curvature) = (new double[Size], new double[Size, Size]);
        for (var n = 0; n < rows.Length; n++)
        {
            var row = rows[n];
            var probability = 1 / (1 + Math.Exp(-Sum(row, parameters)));
            var weight = probability * (1 - probability);
            for (var i = 0; i < Size; i++)
            {
                gradient[i] += (probability - targets[n]) * row[i];
                for (var j = 0; j <= i; j++)
                {
                    curvature[i, j] += weight * row[i] * row[j];
                }
            }
        }

        for (var i = 0; i < ConfidenceFeatures.Count; i++)
        {
            gradient[i] += Ridge * parameters[i];
            curvature[i, i] += Ridge;
        }

        // Probabilities that are all 0 or 1 leave the bias without curvature of its own.
        curvature[Size - 1, Size - 1] += 1e-9;
        return (gradient, curvature);
    }

    /// <summary>By Cholesky's decomposition; of the symmetric, positive definite matrix only the lower half is read, and it is overwritten.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var solution = (double[])right.Clone();
        for (var i = 0; i < Size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++)
                {
                    sum -= matrix[i, k] * matrix[j, k];
                }

                matrix[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / matrix[j, j];
            }

            for (var k = 0; k < i; k++)
            {
                solution[i] -= matrix[i, k] * solution[k];
            }

            solution[i] /= matrix[i, i];
        }

        for (var i = Size - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < Size; k++)
            {
                solution[i] -= matrix[k, i] * solution[k];
            }

            solution[i] /= matrix[i, i];
        }

        return solution;
    }

    /// <summary>From standardized features to those that the engine takes, in the precision of the file.</summary>
    private static ConfidenceMap FoldBack(double[] parameters, double[] means, double[] deviations)
    {
        var bias = parameters[^1];
        var weights = new double[ConfidenceFeatures.Count];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Varies(means[i], deviations[i]) ? (float)(parameters[i] / deviations[i]) : 0;
            bias -= weights[i] * means[i];
        }

        return new ConfidenceMap((float)bias, weights);
    }

    private static double Sum(double[] row, double[] parameters)
    {
        var sum = 0.0;
        for (var i = 0; i < Size; i++)
        {
            sum += row[i] * parameters[i];
        }

        return sum;
    }
}
