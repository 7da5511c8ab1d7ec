namespace Signalbox.Routing.Learning;

/// <summary>
/// For each whole percent of calls to the strong model: the score from which on it is called, and the quality expected of it (1 = always
/// strong). Taken from training prompts, each scored by parts that had not seen it.
/// </summary>
internal sealed class ThresholdTable
{
    private const int Percents = 100;
    private readonly float[] _scores;
    private readonly float[] _qualities;

    private ThresholdTable(float[] scores, float[] qualities)
    {
        _scores = scores;
        _qualities = qualities;
    }

    public static ThresholdTable Fit(double[] scores, double[] weak, double[] strong)
    {
        var order = Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ToArray();
        var thresholds = new float[Percents + 1];
        var qualities = new float[Percents + 1];
        var always = Math.Max(strong.Sum(), 1e-9);
        var sum = weak.Sum();
        var called = 0;
        for (var percent = 0; percent <= Percents; percent++)
        {
            var calls = (int)Math.Round(percent / (double)Percents * order.Length);
            for (; called < calls; called++)
            {
                sum += strong[order[called]] - weak[order[called]];
            }

            thresholds[percent] = calls == 0 ? float.MaxValue : calls == order.Length ? float.MinValue : (float)scores[order[calls - 1]];
            qualities[percent] = (float)(sum / always);
        }

        return new ThresholdTable(thresholds, qualities);
    }

    /// <summary>The least score of a call to the strong model when it is to get this share (0 to 1) of the calls.</summary>
    public float ForShare(double share) => _scores[(int)Math.Round(Math.Clamp(share, 0, 1) * Percents)];

    /// <summary>The least share of strong calls at which the expected quality reaches this part of always-strong; 1 when none does.</summary>
    public double ShareForQuality(double quality)
    {
        for (var percent = 0; percent <= Percents; percent++)
        {
            if (_qualities[percent] >= quality)
            {
                return percent / (double)Percents;
            }
        }

        return 1;
    }

    public void Write(WeightsWriter output)
    {
        output.Write(_scores);
        output.Write(_qualities);
    }

    public static ThresholdTable Read(WeightsReader input) =>
        new(input.ReadFloats(Percents + 1, "thresholds"), input.ReadFloats(Percents + 1, "qualities"));
}
