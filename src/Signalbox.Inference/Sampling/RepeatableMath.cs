namespace Signalbox.Inference.Sampling;

/// <summary>Functions of which the platform's own differ in the last digit from system to system, which a seed's promise cannot bear.</summary>
internal static class RepeatableMath
{
    private const double InverseLn2 = 1.4426950408889634;
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>e^x for x of 0 or less, to about 1e-15 of it; 0 below -700 and for NaN.</summary>
    public static double Exp(double x)
    {
        if (!(x >= -700))
        {
            return 0;
        }

        var n = Math.Round(x * InverseLn2);
        var r = x - n * Ln2High - n * Ln2Low;
        // The Taylor series on |r| <= ln 2 / 2; only sums and products, which every processor rounds alike. Even and odd powers
        // apart are two chains that run side by side.
        var r2 = r * r;
        var even = 1.0 / 479001600;
        var odd = 1.0 / 6227020800;
        for (var i = 5; i >= 0; i--)
        {
            even = even * r2 + EvenTerms[i];
            odd = odd * r2 + OddTerms[i];
        }

        var sum = even + odd * r;
        return sum * BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
    }

    /// <summary>1 / (2i)!</summary>
    private static ReadOnlySpan<double> EvenTerms => [1, 1.0 / 2, 1.0 / 24, 1.0 / 720, 1.0 / 40320, 1.0 / 3628800];

    /// <summary>1 / (2i + 1)!</summary>
    private static ReadOnlySpan<double> OddTerms => [1, 1.0 / 6, 1.0 / 120, 1.0 / 5040, 1.0 / 362880, 1.0 / 39916800];
}
