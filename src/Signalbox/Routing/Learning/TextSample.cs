namespace Signalbox.Routing.Learning;

/// <summary>A text and the name of what it is.</summary>
internal sealed record TextSample(string Text, string Label);

/// <summary>The likeliest label and the chance that it is right.</summary>
internal readonly record struct Classification(string Label, float Probability);

/// <summary>Knobs of training a <see cref="TextClassifier"/>. The defaults hold for a few thousand samples.</summary>
internal sealed record TrainingOptions
{
    public int Seed { get; init; } = 1;

    public int Epochs { get; init; } = 12;

    public double LearningRate { get; init; } = 0.25;

    /// <summary>How strongly weights are held near zero, per sample.</summary>
    public double Shrinkage { get; init; } = 2e-6;

    public FeatureScales Scales { get; init; } = new(4, 2, 6) { HashBits = 15, MinPrompts = 2, Rarity = 0.25f, Steps = 20 };

    public CancellationToken Cancellation { get; init; }
}
