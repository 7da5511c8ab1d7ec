namespace Signalbox.Routing.Learning;

/// <summary>
/// How far a prompt is like what was trained on, by the shape of prompts and by their words: 1 where the model may speak, 0 where it knows nothing. Each
/// training file is a domain of its own; a prompt need be like one of them.
/// </summary>
internal sealed class DomainGate
{
    private const int Steps = 12;
    private const float Smoothing = 0.5f;
    private readonly float[][] _cuts;
    private readonly float[][] _chances;
    private readonly Vocabulary _words;
    private readonly (float Strange, float Familiar) _shape;
    private readonly (float Strange, float Familiar) _known;

    private DomainGate((float[][] Cuts, float[][] Chances) measures, Vocabulary words, (float Strange, float Familiar) shape, (float Strange, float Familiar) known)
    {
        (_cuts, _chances) = measures;
        _words = words;
        _shape = shape;
        _known = known;
    }

    /// <summary>Learns where these prompts lie: what lies further out than a share of them is strange.</summary>
    public static DomainGate Fit(IReadOnlyList<PromptVector> prompts, ScoreOptions options)
    {
        var cuts = FeatureSpace.CutMeasures(prompts, Steps);
        for (var j = 0; j < cuts.Length; j++)
        {
            // What lies outside of all that was seen has steps of its own.
            var least = prompts.Min(prompt => prompt.Measures[j]);
            var most = prompts.Max(prompt => prompt.Measures[j]);
            cuts[j] = [.. cuts[j].Append(MathF.BitDecrement(least)).Append(most).Distinct().Order()];
        }

        var chances = new float[cuts.Length][];
        for (var j = 0; j < cuts.Length; j++)
        {
            chances[j] = new float[cuts[j].Length + 1];
            Array.Fill(chances[j], Smoothing);
            foreach (var prompt in prompts)
            {
                chances[j][FeatureSpace.StepOf(cuts[j], prompt.Measures[j])]++;
            }

            var sum = chances[j].Sum();
            // A step that many share is no likelier to be theirs: only how rare it is against an even spread counts.
            chances[j] = [.. chances[j].Select(count => MathF.Min(0, MathF.Log(count / sum * Steps)))];
        }

        var (words, known) = Vocabulary.Fit(prompts);
        var gate = new DomainGate((cuts, chances), words, default, default);
        var likeness = prompts.Select(prompt => gate.Likeness(prompt.Measures)).ToArray();
        return new DomainGate((cuts, chances), words, Quantiles(likeness, options.FamiliarShape), Quantiles(known, options.FamiliarWords));
    }

    public float Open(ReadOnlySpan<uint> terms, ReadOnlySpan<float> measures) =>
        Math.Min(Between(_shape, Likeness(measures)), Between(_known, _words.KnownShare(terms)));

    public void Write(WeightsWriter output)
    {
        _words.Write(output);
        output.Write(_shape.Strange);
        output.Write(_shape.Familiar);
        output.Write(_known.Strange);
        output.Write(_known.Familiar);
        output.Write(_cuts.Length);
        for (var j = 0; j < _cuts.Length; j++)
        {
            output.Write(_cuts[j]);
            output.Write(_chances[j]);
        }
    }

    public static DomainGate Read(WeightsReader input)
    {
        var words = Vocabulary.Read(input);
        var shape = (input.ReadFloat(), input.ReadFloat());
        var known = (input.ReadFloat(), input.ReadFloat());
        var cuts = new float[input.ReadInt(PromptMeasures.Count, PromptMeasures.Count, "the number of measures")][];
        var chances = new float[cuts.Length][];
        for (var j = 0; j < cuts.Length; j++)
        {
            cuts[j] = input.ReadFloats("cuts");
            chances[j] = input.ReadFloats(cuts[j].Length + 1, "chances");
        }

        return new DomainGate((cuts, chances), words, shape, known);
    }

    /// <summary>The sum of the logarithms, 0 at most.</summary>
    private float Likeness(ReadOnlySpan<float> measures)
    {
        var sum = 0f;
        for (var j = 0; j < _cuts.Length; j++)
        {
            sum += _chances[j][FeatureSpace.StepOf(_cuts[j], measures[j])];
        }

        return sum;
    }

    private static float Between((float Strange, float Familiar) marks, float value) =>
        value >= marks.Familiar ? 1 : Math.Clamp((value - marks.Strange) / Math.Max(marks.Familiar - marks.Strange, 1e-6f), 0, 1);

    private static (float Strange, float Familiar) Quantiles(float[] values, (double Strange, double Familiar) shares)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(int)(shares.Strange * (sorted.Length - 1))], sorted[(int)(shares.Familiar * (sorted.Length - 1))]);
    }
}
