namespace Signalbox.Routing.Learning;

/// <summary>
/// One score of a prompt: what linear features and trees say where the prompt is like the training data, and the length of the prompt
/// where it is not. A score has no unit and no offset; it is for ordering and, through a <see cref="LogisticLink"/>, for chances.
/// </summary>
internal sealed class ScoreModel(LinearModel linear, BoostedTrees trees, LengthLine length, DomainGate[] domains, LengthLine fallback, float trust)
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

        var byLength = fallback.At(prompt.Measures);
        if (open <= 0)
        {
            return byLength;
        }

        Span<float> score = [0];
        linear.Score(prompt, score);
        open *= trust;
        return (open * (score[0] + trees.Score(prompt.Measures) + length.At(prompt.Measures))) + ((1 - open) * byLength);
    }

    public void Write(WeightsWriter output)
    {
        linear.Write(output);
        trees.Write(output);
        length.Write(output);
        output.Write(domains.Length);
        foreach (var domain in domains)
        {
            domain.Write(output);
        }

        fallback.Write(output);
        output.Write(trust);
    }

    public static ScoreModel Read(WeightsReader input)
    {
        var linear = LinearModel.Read(input);
        input.Require(linear.Outputs == 1, "the number of outputs");
        var trees = BoostedTrees.Read(input);
        var length = LengthLine.Read(input);
        var domains = new DomainGate[input.ReadInt(0, MaxDomains, "the number of domains")];
        for (var i = 0; i < domains.Length; i++)
        {
            domains[i] = DomainGate.Read(input);
        }

        return new ScoreModel(linear, trees, length, domains, LengthLine.Read(input), input.ReadFloat());
    }
}

/// <summary>A score by the logarithm of a prompt's length.</summary>
internal readonly record struct LengthLine(float Slope, float Middle)
{
    /// <summary>The least spread of the line's scores, as a part of the spread of the model's: where both meet, neither drowns the other.</summary>
    private const double LeastSpread = 1.0;

    /// <summary>The line that is fallen back on: it never falls, and its scores spread about as far as the model's.</summary>
    public static LengthLine Fallback(IReadOnlyList<PromptVector> prompts, double[] targets, double[] scores)
    {
        var line = Regress(prompts, targets);
        var spread = Math.Sqrt(scores.Average(static score => score * score) / Math.Max(SquareOf(prompts, line.Middle) / prompts.Count, 1e-6));
        return line with { Slope = Math.Max((float)Math.Max(LeastSpread * spread, 1e-4), line.Slope) };
    }

    /// <summary>The line through targets that are differences from their mean.</summary>
    public static LengthLine Regress(IReadOnlyList<PromptVector> prompts, double[] targets)
    {
        var middle = (float)prompts.Average(static prompt => (double)prompt.Measures[PromptMeasures.Length]);
        var product = 0.0;
        for (var i = 0; i < prompts.Count; i++)
        {
            product += (prompts[i].Measures[PromptMeasures.Length] - middle) * targets[i];
        }

        return new LengthLine((float)(product / SquareOf(prompts, middle)), middle);
    }

    public float At(ReadOnlySpan<float> measures) => Slope * (measures[PromptMeasures.Length] - Middle);

    public void Write(WeightsWriter output)
    {
        output.Write(Slope);
        output.Write(Middle);
    }

    public static LengthLine Read(WeightsReader input) => new(input.ReadFloat(), input.ReadFloat());

    private static double SquareOf(IReadOnlyList<PromptVector> prompts, float middle) =>
        1e-9 + prompts.Sum(prompt => Math.Pow(prompt.Measures[PromptMeasures.Length] - middle, 2));
}
