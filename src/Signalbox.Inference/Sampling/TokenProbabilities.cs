using System.Numerics;
using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Sampling;

/// <summary>Logits to logarithms of probability at temperature 1. NaN counts as impossible.</summary>
internal static class TokenProbabilities
{
    /// <summary>What stands for an impossible token, as in OpenAI's API: JSON has no -infinity.</summary>
    public const float Impossible = -9999;

    private const int Block = 1024;

    /// <summary>ln of the sum of e^logit, as the greatest logit and what the others add to it: their sum could round the small part away.</summary>
    public static (double Max, double Others) LogSumExp(ReadOnlySpan<float> logits)
    {
        var max = Max(logits);
        if (max == float.NegativeInfinity)
        {
            return (0, 0);
        }

        // Sums of single precision stay short, so that 128,000 small terms do not drown in the large one.
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i += Block)
        {
            sum += SumExp(logits.Slice(i, Math.Min(Block, logits.Length - i)), max);
        }

        return (max, Math.Log(sum));
    }

    public static float LogProbability(float logit, (double Max, double Others) logSumExp)
    {
        var value = (float)(Math.Min(logit, float.MaxValue) - logSumExp.Max - logSumExp.Others);
        return value > Impossible ? Math.Min(value, 0) : Impossible;
    }

    private static float Max(ReadOnlySpan<float> logits)
    {
        var max = float.NegativeInfinity;
        var i = 0;
        if (logits.Length >= Vector<float>.Count)
        {
            var lanes = new Vector<float>(float.NegativeInfinity);
            for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var values = new Vector<float>(logits[i..]);
                lanes = Vector.ConditionalSelect(Vector.GreaterThan(values, lanes), values, lanes);
            }

            for (var lane = 0; lane < Vector<float>.Count; lane++)
            {
                max = lanes[lane] > max ? lanes[lane] : max;
            }
        }

        for (; i < logits.Length; i++)
        {
            max = logits[i] > max ? logits[i] : max;
        }

        return Math.Min(max, float.MaxValue);
    }

    private static float SumExp(ReadOnlySpan<float> logits, float max)
    {
        var sum = 0f;
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var lanes = Vector256<float>.Zero;
            for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var values = Vector256.Create(logits[i..]);
                var possible = Vector256.GreaterThan(values, Vector256.Create(float.NegativeInfinity));
                var powers = Vector256.Exp(Vector256.Min(values - Vector256.Create(max), Vector256<float>.Zero));
                lanes += Vector256.ConditionalSelect(possible, powers, Vector256<float>.Zero);
            }

            sum = Vector256.Sum(lanes);
        }

        for (; i < logits.Length; i++)
        {
            sum += logits[i] > float.NegativeInfinity ? MathF.Exp(Math.Min(logits[i] - max, 0)) : 0;
        }

        return sum;
    }
}
