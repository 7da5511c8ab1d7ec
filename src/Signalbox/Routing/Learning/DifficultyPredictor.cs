namespace Signalbox.Routing.Learning;

/// <summary>What is predicted of a prompt.</summary>
/// <param name="Score">Orders prompts by what the strong model would gain; compare it with a threshold of the same predictor.</param>
/// <param name="StrongNeeded">The chance that the strong model is right where the weak one is not.</param>
/// <param name="Difficulty">The share of models expected to fail, 0 to 1.</param>
internal readonly record struct DifficultyPrediction(float Score, float StrongNeeded, float Difficulty);

/// <summary>Predicts from a prompt alone whether a cheap model will do. Immutable and thread-safe; a prediction allocates nothing.</summary>
internal sealed class DifficultyPredictor
{
    private const uint Kind = 0x46464944;
    private const int FormatVersion = 1;
    private static readonly Lazy<DifficultyPredictor> Shipped = new(DifficultyWeights.LoadShipped);
    private readonly DifficultyHead _need;
    private readonly DifficultyHead _difficulty;

    internal DifficultyPredictor(DifficultyHead need, DifficultyHead difficulty, ThresholdTable thresholds, ModelPair? pair)
    {
        _need = need;
        _difficulty = difficulty;
        Thresholds = thresholds;
        Pair = pair;
    }

    /// <summary>The weights that come with Signalbox, loaded when they are first asked for.</summary>
    public static DifficultyPredictor Default => Shipped.Value;

    public ThresholdTable Thresholds { get; }

    /// <summary>The two models that the predictor was trained for; null when it was trained for weak and strong models in general.</summary>
    public ModelPair? Pair { get; }

    public DifficultyPrediction Predict(ReadOnlySpan<char> prompt)
    {
        Span<float> measures = stackalloc float[PromptMeasures.Count];
        using var features = PromptFeatures.Read(prompt, measures);
        return Predict(features);
    }

    /// <summary>Predicts from what was read already.</summary>
    public DifficultyPrediction Predict(in PromptFeatures features)
    {
        var score = _need.Model.Score(features);
        var difficulty = ReferenceEquals(_need, _difficulty) ? score : _difficulty.Model.Score(features);
        return new DifficultyPrediction(score, _need.Link.Chance(score), _difficulty.Link.Chance(difficulty));
    }

    /// <summary>The least <see cref="DifficultyPrediction.Score"/> that goes to the strong model when it is to get this share of the calls.</summary>
    public double ThresholdForShare(double strongShare) => Thresholds.ForShare(strongShare);

    /// <summary>The same for a quality to be kept, as a part (0 to 1) of the quality of always calling the strong model.</summary>
    public double ThresholdForQuality(double quality) => Thresholds.ForShare(Thresholds.ShareForQuality(quality));

    public void Save(Stream output) => WeightsFile.Save(output, Kind, FormatVersion, writer =>
    {
        writer.Write(Pair?.Weak ?? "");
        writer.Write(Pair?.Strong ?? "");
        Thresholds.Write(writer);
        _need.Write(writer);
        _difficulty.Write(writer);
    });

    /// <summary>Loads weights that are known to be good.</summary>
    /// <exception cref="InvalidDataException">They are not; the message says why and what to do.</exception>
    public static DifficultyPredictor Load(Stream input) => TryLoad(input, out var problem) ?? throw new InvalidDataException(problem);

    /// <summary>Loads weights of a user, or says what is wrong with them.</summary>
    public static DifficultyPredictor? TryLoad(Stream input, out string? problem) =>
        WeightsFile.TryLoad(input, (Kind, FormatVersion, "a difficulty predictor"), Read, out problem);

    private static DifficultyPredictor Read(WeightsReader input)
    {
        var (weak, strong) = (input.ReadText(), input.ReadText());
        var thresholds = ThresholdTable.Read(input);
        return new DifficultyPredictor(DifficultyHead.Read(input), DifficultyHead.Read(input), thresholds, weak.Length == 0 ? null : new ModelPair(weak, strong));
    }
}

/// <summary>A score and what it means as a chance.</summary>
internal sealed record DifficultyHead(ScoreModel Model, LogisticLink Link)
{
    public void Write(WeightsWriter output)
    {
        Model.Write(output);
        output.Write(Link.Slope);
        output.Write(Link.Offset);
    }

    public static DifficultyHead Read(WeightsReader input) => new(ScoreModel.Read(input), new LogisticLink(input.ReadFloat(), input.ReadFloat()));
}

/// <summary>The cheap model and the one that is called where it will not do.</summary>
internal sealed record ModelPair(string Weak, string Strong);
