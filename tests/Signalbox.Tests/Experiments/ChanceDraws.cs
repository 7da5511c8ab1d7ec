namespace Signalbox.Tests.Experiments;

/// <summary>Seeded draws for simulated experiments.</summary>
internal static class ChanceDraws
{
    /// <summary>A standard normal number (Box and Muller 1958).</summary>
    public static double NextNormal(this Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public static double NextBernoulli(this Random random, double share) => random.NextDouble() < share ? 1 : 0;
}
