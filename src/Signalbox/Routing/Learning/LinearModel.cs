namespace Signalbox.Routing.Learning;

/// <summary>Linear scores of a prompt for one or more outputs, in a byte per weight.</summary>
internal sealed class LinearModel
{
    private const float Largest = 127;
    private readonly sbyte[] _weights;
    private readonly float[] _units;
    private readonly float[] _biases;
    private readonly float[][] _cuts;
    private readonly float[][] _curves;
    private readonly float _wordScale;
    private readonly float _pairScale;

    private LinearModel(sbyte[] weights, float[] units, float[] biases, (float Words, float Pairs) scales, (float[][] Cuts, float[][] Curves) measures)
    {
        _weights = weights;
        _units = units;
        _biases = biases;
        (_wordScale, _pairScale) = scales;
        (_cuts, _curves) = measures;
    }

    public int Outputs => _biases.Length;

    private int Buckets => _weights.Length / _biases.Length;

    /// <summary>Packs trained weights, one vector per output over the dimensions of <paramref name="space"/>.</summary>
    public static LinearModel Pack(FeatureSpace space, IReadOnlyList<double[]> weights, float[] biases)
    {
        var outputs = weights.Count;
        var packed = new sbyte[space.Buckets * outputs];
        var units = new float[outputs];
        var curves = new float[space.Cuts.Length][];
        for (var j = 0; j < curves.Length; j++)
        {
            curves[j] = new float[(space.Cuts[j].Length + 1) * outputs];
        }

        for (var k = 0; k < outputs; k++)
        {
            units[k] = PackTerms(space, weights[k], packed.AsSpan(k), outputs);
            for (var j = 0; j < curves.Length; j++)
            {
                PackCurve(space, weights[k], j, curves[j].AsSpan(k), outputs);
            }
        }

        return new LinearModel(packed, units, biases, (space.Scales.Words, space.Scales.Pairs), (space.Cuts, curves));
    }

    public void Score(in PromptFeatures prompt, Span<float> scores)
    {
        var wordFactor = FeatureSpace.GroupFactor(_wordScale, prompt.WordCount);
        var pairFactor = FeatureSpace.GroupFactor(_pairScale, prompt.PairCount);
        var outputs = _biases.Length;
        var buckets = Buckets;
        scores = scores[..outputs];
        scores.Clear();
        foreach (var term in prompt.Terms)
        {
            var factor = term >> PromptFeatures.GroupShift == PromptFeatures.Words ? wordFactor : pairFactor;
            var row = _weights.AsSpan(FeatureSpace.Bucket(term, buckets) * outputs, outputs);
            for (var k = 0; k < row.Length; k++)
            {
                scores[k] += row[k] * factor;
            }
        }

        for (var k = 0; k < outputs; k++)
        {
            scores[k] = (scores[k] * _units[k]) + _biases[k];
        }

        AddCurves(prompt.Measures, scores);
    }

    public void Write(WeightsWriter output)
    {
        output.Write(_biases.Length);
        output.Write(Buckets);
        output.Write(_weights);
        output.Write(_units);
        output.Write(_biases);
        output.Write(_wordScale);
        output.Write(_pairScale);
        output.Write(_cuts.Length);
        for (var j = 0; j < _cuts.Length; j++)
        {
            output.Write(_cuts[j]);
            output.Write(_curves[j]);
        }
    }

    public static LinearModel Read(WeightsReader input)
    {
        var outputs = input.ReadInt(1, 4096, "outputs");
        var buckets = input.ReadInt(2, 1 << 20, "buckets");
        input.Require((buckets & (buckets - 1)) == 0 && (long)buckets * outputs <= 1 << 26, "the number of buckets");
        var weights = input.ReadBytes(buckets * outputs);
        var units = input.ReadFloats(outputs, "units");
        var biases = input.ReadFloats(outputs, "biases");
        var scales = (input.ReadFloat(), input.ReadFloat());
        input.Require(input.ReadInt(0, 4096, "measures") == PromptMeasures.Count, "the number of measures");
        var cuts = new float[PromptMeasures.Count][];
        var curves = new float[PromptMeasures.Count][];
        for (var j = 0; j < cuts.Length; j++)
        {
            cuts[j] = input.ReadFloats("cuts");
            curves[j] = input.ReadFloats((cuts[j].Length + 1) * outputs, "curves");
        }

        return new LinearModel(weights, units, biases, scales, (cuts, curves));
    }

    private void AddCurves(ReadOnlySpan<float> measures, Span<float> scores)
    {
        for (var j = 0; j < _cuts.Length; j++)
        {
            var step = FeatureSpace.StepOf(_cuts[j], measures[j]);
            var curve = _curves[j].AsSpan(step * scores.Length, scores.Length);
            for (var k = 0; k < curve.Length; k++)
            {
                scores[k] += curve[k];
            }
        }
    }

    private static float PackTerms(FeatureSpace space, double[] weights, Span<sbyte> packed, int outputs)
    {
        var largest = 0.0;
        for (var bucket = 0; bucket < space.Buckets; bucket++)
        {
            largest = Math.Max(largest, Math.Abs(TermWeight(space, weights, bucket)));
        }

        var unit = (float)(largest / Largest);
        for (var bucket = 0; bucket < space.Buckets && unit > 0; bucket++)
        {
            packed[bucket * outputs] = (sbyte)Math.Clamp(Math.Round(TermWeight(space, weights, bucket) / unit), -Largest, Largest);
        }

        return unit;
    }

    private static double TermWeight(FeatureSpace space, double[] weights, int bucket) =>
        space.IdentityOf(bucket) is >= 0 and var identity ? weights[identity] * space.RarityOf(identity) : 0;

    /// <summary>Steps become a value per interval.</summary>
    private static void PackCurve(FeatureSpace space, double[] weights, int measure, Span<float> curve, int outputs)
    {
        var cuts = space.Cuts[measure].Length;
        var scale = space.StepScaleOf(measure);
        for (var step = 0; step <= cuts; step++)
        {
            var value = 0.0;
            for (var i = 0; i < cuts; i++)
            {
                value += (i < step ? scale : -scale) * weights[space.FirstStepOf(measure) + i];
            }

            curve[step * outputs] = (float)value;
        }
    }
}
