namespace Signalbox.Benchmarking.Statistics;

/// <summary>The normal distribution and Student's, as far as intervals need them.</summary>
internal static class Distributions
{
    /// <summary>Share of a standard normal below <paramref name="z"/>, to a relative error of 1.2e-7 (Numerical Recipes, erfcc).</summary>
    public static double NormalBelow(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        var t = 1 / (1 + (0.5 * x));
        ReadOnlySpan<double> terms = [0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223];
        var sum = 0.0;
        foreach (var term in terms)
        {
            sum = (sum * t) + term;
        }

        var tail = 0.5 * t * Math.Exp((-x * x) + sum);
        return z > 0 ? 1 - tail : tail;
    }

    public static double NormalQuantile(double share) => Quantile(share, NormalBelow);

    /// <summary>Share of Student's t with <paramref name="freedom"/> degrees below <paramref name="t"/>, by the incomplete beta function.</summary>
    public static double StudentBelow(double t, double freedom)
    {
        if (double.IsInfinity(t))
        {
            return t > 0 ? 1 : 0;
        }

        var tail = 0.5 * IncompleteBeta(freedom / (freedom + (t * t)), freedom / 2, 0.5);
        return t > 0 ? 1 - tail : tail;
    }

    public static double StudentQuantile(double share, double freedom) => Quantile(share, t => StudentBelow(t, freedom));

    private static double Quantile(double share, Func<double, double> below)
    {
        double low = -1e6, high = 1e6;
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = below(middle) < share ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    // The continued fraction of Numerical Recipes, section 6.4, evaluated by Lentz's method.
    private static double IncompleteBeta(double x, double a, double b)
    {
        if (x is <= 0 or >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        var c = 1.0;
        var d = 1 / Away(1 - ((a + b) * x / (a + 1)));
        var value = d;
        for (var m = 1; m <= 10_000; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / Away(1 + (even * d));
            c = Away(1 + (even / c));
            value *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / Away(1 + (odd * d));
            c = Away(1 + (odd / c));
            value *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-13)
            {
                break;
            }
        }

        return value;

        static double Away(double number) => Math.Abs(number) < Tiny ? Tiny : number;
    }

    // Lanczos' approximation, g = 7.
    private static double LogGamma(double x)
    {
        ReadOnlySpan<double> terms =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
            12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        var sum = terms[0];
        for (var i = 1; i < terms.Length; i++)
        {
            sum += terms[i] / (x - 1 + i);
        }

        var t = x + 6.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
