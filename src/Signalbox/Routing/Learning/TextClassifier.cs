namespace Signalbox.Routing.Learning;

/// <summary>Names what a text is: a multinomial linear model over <see cref="PromptFeatures"/>. Immutable and thread-safe.</summary>
internal sealed class TextClassifier
{
    private const uint Kind = 0x54584554;
    private const int FormatVersion = 1;
    private const int MaxLabels = 256;
    private readonly LinearModel _model;
    private readonly string[] _labels;

    private TextClassifier(LinearModel model, string[] labels)
    {
        _model = model;
        _labels = labels;
    }

    public IReadOnlyList<string> Labels => _labels;

    /// <summary>Trains on samples of two labels or more; the same samples and options give the same weights.</summary>
    public static TextClassifier Train(IReadOnlyList<TextSample> samples, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(options);
        var labels = samples.Select(static sample => sample.Label).Distinct().Order(StringComparer.Ordinal).ToArray();
        ArgumentOutOfRangeException.ThrowIfLessThan(labels.Length, 2, nameof(samples));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(labels.Length, MaxLabels, nameof(samples));
        var vectors = samples.Select(static sample => PromptVector.Of(sample.Text)).ToArray();
        var space = FeatureSpace.Fit(vectors, options.Scales);
        var targets = samples.Select(sample => Array.BinarySearch(labels, sample.Label, StringComparer.Ordinal)).ToArray();
        var (weights, biases) = LogisticTrainer.Train([.. vectors.Select(space.Vector)], targets, (space.Dimensions, labels.Length), options);
        return new TextClassifier(LinearModel.Pack(space, weights, biases), labels);
    }

    public Classification Classify(ReadOnlySpan<char> text)
    {
        Span<float> measures = stackalloc float[PromptMeasures.Count];
        using var features = PromptFeatures.Read(text, measures);
        return Classify(features);
    }

    /// <summary>Classifies what was read already.</summary>
    public Classification Classify(in PromptFeatures features)
    {
        Span<float> probabilities = stackalloc float[MaxLabels];
        Probabilities(features, probabilities);
        var best = 0;
        for (var k = 1; k < _labels.Length; k++)
        {
            best = probabilities[k] > probabilities[best] ? k : best;
        }

        return new Classification(_labels[best], probabilities[best]);
    }

    /// <summary>The chance of each of <see cref="Labels"/>, in their order.</summary>
    public void Probabilities(in PromptFeatures features, Span<float> probabilities)
    {
        _model.Score(features, probabilities);
        probabilities = probabilities[.._labels.Length];
        var largest = float.MinValue;
        foreach (var score in probabilities)
        {
            largest = Math.Max(largest, score);
        }

        var sum = 0f;
        foreach (ref var score in probabilities)
        {
            score = MathF.Exp(score - largest);
            sum += score;
        }

        foreach (ref var score in probabilities)
        {
            score /= sum;
        }
    }

    public void Save(Stream output) => WeightsFile.Save(output, Kind, FormatVersion, writer =>
    {
        writer.Write(_labels.Length);
        foreach (var label in _labels)
        {
            writer.Write(label);
        }

        _model.Write(writer);
    });

    /// <summary>Loads weights that are known to be good.</summary>
    /// <exception cref="InvalidDataException">They are not; the message says why and what to do.</exception>
    public static TextClassifier Load(Stream input) => TryLoad(input, out var problem) ?? throw new InvalidDataException(problem);

    /// <summary>Loads weights of a user, or says what is wrong with them.</summary>
    public static TextClassifier? TryLoad(Stream input, out string? problem) =>
        WeightsFile.TryLoad(input, (Kind, FormatVersion, "a text classifier"), Read, out problem);

    private static TextClassifier Read(WeightsReader input)
    {
        var labels = new string[input.ReadInt(2, MaxLabels, "the number of labels")];
        for (var k = 0; k < labels.Length; k++)
        {
            labels[k] = input.ReadText();
        }

        var model = LinearModel.Read(input);
        input.Require(model.Outputs == labels.Length, "the number of outputs");
        return new TextClassifier(model, labels);
    }
}
