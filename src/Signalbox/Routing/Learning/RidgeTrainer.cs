namespace Signalbox.Routing.Learning;

/// <summary>Least squares held near zero, by conjugate gradients: no matrix is formed, and the result depends on the data alone.</summary>
internal static class RidgeTrainer
{
    private const int MaxSteps = 60;
    private const double Enough = 1e-8;

    /// <summary>Weights for targets that are differences from their mean.</summary>
    public static double[] Train(IReadOnlyList<SparseVector> rows, double[] targets, int dimensions, double shrinkage)
    {
        var weights = new double[dimensions];
        var residual = new double[dimensions];
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i].AddTo(residual, targets[i]);
        }

        double[] direction = [.. residual];
        var size = Dot(residual, residual);
        var first = size;
        for (var step = 0; step < MaxSteps && size > Enough * first; step++)
        {
            var image = Apply(rows, direction, shrinkage);
            var length = size / Dot(direction, image);
            for (var i = 0; i < dimensions; i++)
            {
                weights[i] += length * direction[i];
                residual[i] -= length * image[i];
            }

            var next = Dot(residual, residual);
            var keep = next / size;
            size = next;
            for (var i = 0; i < dimensions; i++)
            {
                direction[i] = residual[i] + (keep * direction[i]);
            }
        }

        return weights;
    }

    private static double[] Apply(IReadOnlyList<SparseVector> rows, double[] direction, double shrinkage)
    {
        var image = new double[direction.Length];
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = shrinkage * direction[i];
        }

        foreach (var row in rows)
        {
            row.AddTo(image, row.Dot(direction));
        }

        return image;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
