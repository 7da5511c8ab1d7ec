namespace Signalbox.Experiments;

/// <summary>Logarithms of the gamma and the beta function for positive arguments.</summary>
internal static class LogGamma
{
    // From here on Stirling's series with four terms is exact to 1e-13.
    private const double StirlingFrom = 12;
    private static readonly double HalfLogTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>ln(Gamma(x)) for x above 0: Stirling's series, after moving x up by its recurrence.</summary>
    public static double Of(double x)
    {
        var product = 1.0;
        for (; x < StirlingFrom; x++)
        {
            product *= x;
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188))));
        return (x - 0.5) * Math.Log(x) - x + HalfLogTwoPi + series - Math.Log(product);
    }

    /// <summary>ln(B(a, b)).</summary>
    public static double Beta(double a, double b) => Of(a) + Of(b) - Of(a + b);
}
