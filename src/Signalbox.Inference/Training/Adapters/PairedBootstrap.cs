using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>The mean of differences between two models on the same questions, with an interval by drawing questions again (Efron 1979).</summary>
/// <param name="Mean">Of the differences.</param>
/// <param name="Low">2.5 % of the drawn means are below.</param>
/// <param name="High">2.5 % are above.</param>
internal readonly record struct PairedDifference(double Mean, double Low, double High)
{
    private const int Draws = 2000;

    /// <summary>Whether the interval leaves out zero.</summary>
    public bool IsShown => Low > 0 || High < 0;

    /// <param name="differences">One a question; at least one.</param>
    /// <param name="seed">Of the draws.</param>
    public static PairedDifference Of(IReadOnlyList<double> differences, ulong seed = 1)
    {
        var random = new Xoshiro256(seed);
        var means = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            var sum = 0.0;
            for (var i = 0; i < differences.Count; i++)
            {
                sum += differences[(int)(random.NextDouble() * differences.Count)];
            }

            means[draw] = sum / differences.Count;
        }

        Array.Sort(means);
        return new PairedDifference(differences.Average(), means[(int)(0.025 * Draws)], means[(int)(0.975 * Draws) - 1]);
    }
}
