namespace Signalbox.Routing.Learning;

/// <summary>How much each group of features may say, and where measures are cut into steps.</summary>
internal sealed record FeatureScales(float Words, float Pairs, float Measures)
{
    public int HashBits { get; init; } = 17;

    /// <summary>A term that fewer training prompts have is left out: nothing can be learned of it.</summary>
    public int MinPrompts { get; init; } = 3;

    public int Steps { get; init; } = 12;

    /// <summary>How far rare terms count for more than common ones: 0 not at all, 1 with the full logarithm.</summary>
    public float Rarity { get; init; } = 0.5f;
}

/// <summary>
/// The linear feature space of a training set: its common terms, of hashed buckets, and steps of each measure. Terms of a group share a
/// length of one, so a long prompt does not shout, and words that training has not seen add nothing: the score shrinks to the measures'.
/// </summary>
internal sealed class FeatureSpace
{
    private readonly int[] _identities;
    private readonly float[] _rarity;
    private readonly int[] _firstSteps;

    private FeatureSpace(FeatureScales scales, int[] identities, float[] rarity, float[][] cuts)
    {
        Scales = scales;
        Cuts = cuts;
        _identities = identities;
        _rarity = rarity;
        _firstSteps = new int[cuts.Length];
        Dimensions = rarity.Length;
        for (var i = 0; i < cuts.Length; i++)
        {
            _firstSteps[i] = Dimensions;
            Dimensions += cuts[i].Length;
        }
    }

    public FeatureScales Scales { get; }

    public float[][] Cuts { get; }

    /// <summary>Terms come first, then steps.</summary>
    public int Dimensions { get; }

    public int Terms => _rarity.Length;

    public int Buckets => _identities.Length;

    public static FeatureSpace Fit(IReadOnlyList<PromptVector> prompts, FeatureScales scales)
    {
        var buckets = 1 << scales.HashBits;
        var prompted = new int[buckets];
        foreach (var prompt in prompts)
        {
            foreach (var term in prompt.Terms)
            {
                prompted[Bucket(term, buckets)]++;
            }
        }

        var identities = new int[buckets];
        var rarity = new List<float>();
        for (var i = 0; i < buckets; i++)
        {
            identities[i] = -1;
            if (prompted[i] >= scales.MinPrompts)
            {
                identities[i] = rarity.Count;
                rarity.Add(MathF.Pow(MathF.Max(0.1f, MathF.Log((prompts.Count + 1f) / prompted[i]) + 0.1f), scales.Rarity));
            }
        }

        return new FeatureSpace(scales, identities, [.. rarity], CutMeasures(prompts, scales.Steps));
    }

    /// <summary>Where a measure is cut: at even shares of the training prompts; equal cuts are one.</summary>
    public static float[][] CutMeasures(IReadOnlyList<PromptVector> prompts, int steps)
    {
        var cuts = new float[PromptMeasures.Count][];
        var values = new float[prompts.Count];
        for (var j = 0; j < cuts.Length; j++)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = prompts[i].Measures[j];
            }

            Array.Sort(values);
            var distinct = new SortedSet<float>();
            for (var step = 1; step <= steps && values.Length > 0; step++)
            {
                var cut = values[(int)((long)step * values.Length / (steps + 1))];
                if (cut < values[^1])
                {
                    distinct.Add(cut);
                }
            }

            cuts[j] = [.. distinct];
        }

        return cuts;
    }

    public static int Bucket(uint term, int buckets) => (int)(term & (uint)(buckets - 1));

    /// <summary>How many cuts a value lies above.</summary>
    public static int StepOf(ReadOnlySpan<float> cuts, float value)
    {
        var step = 0;
        while (step < cuts.Length && value > cuts[step])
        {
            step++;
        }

        return step;
    }

    public static (int Words, int Pairs) CountGroups(ReadOnlySpan<uint> terms)
    {
        var pairs = 0;
        foreach (var term in terms)
        {
            pairs += (int)(term >> PromptFeatures.GroupShift);
        }

        return (terms.Length - pairs, pairs);
    }

    /// <summary>The factor of a group with so many terms in the prompt.</summary>
    public static float GroupFactor(float scale, int terms) => scale / MathF.Sqrt(Math.Max(1, terms));

    /// <summary>The identity of a bucket's term, or -1.</summary>
    public int IdentityOf(int bucket) => _identities[bucket];

    public float RarityOf(int identity) => _rarity[identity];

    public int FirstStepOf(int measure) => _firstSteps[measure];

    public float StepScaleOf(int measure) => Scales.Measures / MathF.Sqrt(Cuts.Length * Math.Max(1, Cuts[measure].Length));

    public SparseVector Vector(PromptVector prompt)
    {
        var indices = new List<int>(prompt.Terms.Length + 256);
        var values = new List<float>(prompt.Terms.Length + 256);
        Span<float> factors = [GroupFactor(Scales.Words, prompt.Words), GroupFactor(Scales.Pairs, prompt.Pairs)];
        foreach (var term in prompt.Terms)
        {
            var identity = _identities[Bucket(term, Buckets)];
            var factor = factors[(int)(term >> PromptFeatures.GroupShift)];
            if (identity >= 0 && factor > 0)
            {
                indices.Add(identity);
                values.Add(factor * _rarity[identity]);
            }
        }

        for (var j = 0; j < Cuts.Length && Scales.Measures > 0; j++)
        {
            var step = StepScaleOf(j);
            for (var i = 0; i < Cuts[j].Length; i++)
            {
                indices.Add(_firstSteps[j] + i);
                values.Add(prompt.Measures[j] > Cuts[j][i] ? step : -step);
            }
        }

        return new SparseVector([.. indices], [.. values]);
    }
}

/// <summary>A row of a training matrix.</summary>
internal sealed record SparseVector(int[] Indices, float[] Values)
{
    public double Dot(ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var i = 0; i < Indices.Length; i++)
        {
            sum += weights[Indices[i]] * Values[i];
        }

        return sum;
    }

    public void AddTo(Span<double> weights, double factor)
    {
        for (var i = 0; i < Indices.Length; i++)
        {
            weights[Indices[i]] += factor * Values[i];
        }
    }
}
