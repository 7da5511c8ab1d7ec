namespace Signalbox.Routing.Learning;

/// <summary>
/// One score of a prompt: what linear features and trees say where the prompt is like the training data, and the length of the prompt
/// where it is not. A score has no unit and no offset; it is for ordering and, through a <see cref="LogisticLink"/>, for chances.
/// </summary>
internal sealed class ScoreModel(LinearModel linear, BoostedTrees trees, DomainGate[] domains, LengthLine length, float trust)
{
    private const int MaxDomains = 64;

    public float Score(in PromptFeatures prompt)
    {
        var open = 0f;
        foreach (var domain in domains)
        {
            open = Math.Max(open, domain.Open(prompt.Terms, prompt.Measures));
            if (open >= 1)
            {
                break;
            }
        }

        var fallback = length.At(prompt.Measures);
        if (open <= 0)
        {
            return fallback;
        }

        Span<float> score = [0];
        linear.Score(prompt, score);
        open *= trust;
        return (open * (score[0] + trees.Score(prompt.Measures))) + ((1 - open) * fallback);
    }

    public void Write(WeightsWriter output)
    {
        linear.Write(output);
        trees.Write(output);
        output.Write(domains.Length);
        foreach (var domain in domains)
        {
            domain.Write(output);
        }

        output.Write(length.Slope);
        output.Write(length.Middle);
        output.Write(trust);
    }

    public static ScoreModel Read(WeightsReader input)
    {
        var linear = LinearModel.Read(input);
        input.Require(linear.Outputs == 1, "the number of outputs");
        var trees = BoostedTrees.Read(input);
        var domains = new DomainGate[input.ReadInt(0, MaxDomains, "the number of domains")];
        for (var i = 0; i < domains.Length; i++)
        {
            domains[i] = DomainGate.Read(input);
        }

        return new ScoreModel(linear, trees, domains, new LengthLine(input.ReadFloat(), input.ReadFloat()), input.ReadFloat());
    }
}

/// <summary>The score of the logarithm of a prompt's length. It never falls: without other knowledge the longer prompt is the harder one.</summary>
internal readonly record struct LengthLine(float Slope, float Middle)
{
    /// <summary>The least spread of the line's scores, as a part of the spread of the model's: where both meet, neither drowns the other.</summary>
    private const double LeastSpread = 0.5;

    public static LengthLine Fit(IReadOnlyList<PromptVector> prompts, double[] targets, double[] scores)
    {
        var middle = prompts.Average(static prompt => (double)prompt.Measures[PromptMeasures.Length]);
        var (product, square) = (0.0, 1e-9);
        for (var i = 0; i < prompts.Count; i++)
        {
            var distance = prompts[i].Measures[PromptMeasures.Length] - middle;
            product += distance * targets[i];
            square += distance * distance;
        }

        var spread = Math.Sqrt(scores.Average(static score => score * score) / Math.Max(square / prompts.Count, 1e-6));
        return new LengthLine((float)Math.Max(Math.Max(LeastSpread * spread, 1e-4), product / square), (float)middle);
    }

    public float At(ReadOnlySpan<float> measures) => Slope * (measures[PromptMeasures.Length] - Middle);
}
