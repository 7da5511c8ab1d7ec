namespace Signalbox.Routing.Learning;

/// <summary>Turns a score into a chance: 1 / (1 + exp(-(slope * score + offset))).</summary>
internal readonly record struct LogisticLink(float Slope, float Offset)
{
    private const int Rounds = 25;

    public float Chance(float score) => 1 / (1 + MathF.Exp(-((Slope * score) + Offset)));

    /// <summary>Fits chances of 0 to 1 by Newton's steps, held near the mean so that a useless score gives the mean and not noise.</summary>
    public static LogisticLink Fit(double[] scores, double[] chances)
    {
        var spread = Math.Sqrt(Math.Max(scores.Average(static score => score * score), 1e-12));
        var mean = Math.Clamp(chances.Average(), 0.001, 0.999);
        var (slope, offset) = (0.0, Math.Log(mean / (1 - mean)));
        for (var round = 0; round < Rounds; round++)
        {
            var (g0, g1, h00, h01, h11) = (slope, 0.0, 1.0, 0.0, 1e-6);
            for (var i = 0; i < scores.Length; i++)
            {
                var x = scores[i] / spread;
                var chance = 1 / (1 + Math.Exp(-((slope * x) + offset)));
                var weight = Math.Max(chance * (1 - chance), 1e-6);
                g0 += (chance - chances[i]) * x;
                g1 += chance - chances[i];
                h00 += weight * x * x;
                h01 += weight * x;
                h11 += weight;
            }

            var determinant = (h00 * h11) - (h01 * h01);
            slope -= ((h11 * g0) - (h01 * g1)) / determinant;
            offset -= ((h00 * g1) - (h01 * g0)) / determinant;
        }

        // A score that orders the wrong way in its own training data must not be turned round here: order and chance go together.
        return new LogisticLink((float)(Math.Max(slope, 0) / spread), (float)offset);
    }
}
