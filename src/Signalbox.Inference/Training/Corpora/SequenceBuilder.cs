using Signalbox.Inference.Sampling;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>A sequence to learn from.</summary>
/// <param name="Tokens">What the model reads.</param>
/// <param name="Targets">What follows each; <see cref="PackedBatch.NoTarget"/> where nothing is learned.</param>
/// <param name="Weights">How much each target counts.</param>
internal sealed record TrainingSequence(int[] Tokens, int[] Targets, float[] Weights)
{
    public int Length => Tokens.Length;
}

/// <summary>How much the parts of an example count in the loss.</summary>
/// <param name="Question">Tokens of the last question; 0 does not learn them.</param>
/// <param name="Topic">The token that names the topic.</param>
/// <param name="Answer">Tokens of the answer and its end.</param>
internal readonly record struct LabelWeights(float Question, float Topic, float Answer)
{
    /// <summary>Times that <see cref="Topic"/> counts where the topic's id begins with a key; of several keys the longest decides. Null: once, for all.</summary>
    public IReadOnlyDictionary<string, float>? Topics { get; init; }

    /// <summary>How much the token of this topic counts.</summary>
    public float Of(string topic) =>
        Topic * (Topics?.Where(pair => topic.StartsWith(pair.Key, StringComparison.Ordinal)).OrderByDescending(static pair => pair.Key.Length).Select(static pair => (float?)pair.Value).FirstOrDefault() ?? 1);
}

/// <summary>Examples to sequences of tokens with targets: in the layout of a model that is trained here, or by the template of one that is there.</summary>
internal interface ISequenceBuilder
{
    /// <summary>Builds the example as it is: the first text of each turn, nothing changed, nothing cut.</summary>
    TrainingSequence Build(TrainingExample example);

    /// <param name="example">What to learn.</param>
    /// <param name="augmenter">Changes questions; null leaves everything as it is.</param>
    /// <param name="augmentation">The shares of the rest.</param>
    /// <param name="random">Decides everything.</param>
    TrainingSequence Build(TrainingExample example, Augmenter? augmenter, Augmentation augmentation, ref Xoshiro256 random);
}

/// <summary>Examples to sequences of tokens with targets, in the <see cref="PromptLayout"/>.</summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="weights">What counts how much.</param>
/// <param name="contextLength">Most tokens of a sequence; longer ones lose old turns first, then their end.</param>
internal sealed class SequenceBuilder(TrainedVocabulary vocabulary, LabelWeights weights, int contextLength) : ISequenceBuilder
{
    private readonly DropoutEncoder _encoder = new(vocabulary);

    public PromptLayout Layout { get; } = new(vocabulary);

    public int ContextLength => contextLength;

    /// <summary>Builds the example as it is: the first text of each turn, nothing changed, nothing cut.</summary>
    public TrainingSequence Build(TrainingExample example)
    {
        var random = new Xoshiro256(0);
        return Build(example, null, Augmentation.None, ref random);
    }

    /// <param name="example">What to learn.</param>
    /// <param name="augmenter">Changes questions; null leaves everything as it is.</param>
    /// <param name="augmentation">The shares of the rest.</param>
    /// <param name="random">Decides everything.</param>
    public TrainingSequence Build(TrainingExample example, Augmenter? augmenter, Augmentation augmentation, ref Xoshiro256 random)
    {
        var first = Math.Max(0, example.Turns.Count - PromptLayout.KeptTurns - 1);
        var parts = new List<Part>();
        for (var i = first; i < example.Turns.Count; i++)
        {
            parts.Add(Encode(example, i, augmenter, augmentation, ref random));
        }

        while (parts.Count > 2 && parts.Sum(static part => part.Tokens.Count) > contextLength + 1)
        {
            parts.RemoveAt(0);
        }

        return Join(parts);
    }

    private Part Encode(TrainingExample example, int turn, Augmenter? augmenter, Augmentation augmentation, ref Xoshiro256 random)
    {
        var (role, texts) = example.Turns[turn];
        var text = augmenter is null || texts.Count == 1 ? texts[0] : Augmenter.Pick(texts, ref random);
        var isLast = turn == example.Turns.Count - 1;
        var tokens = new List<int>();
        if (role == TrainingRole.User)
        {
            text = augmenter?.Change(text, ref random) ?? text;
            tokens.Add(Layout.User);
            _encoder.Encode(PromptLayout.Question(text), augmenter is null ? 0 : augmentation.BpeDropout, ref random, tokens);
            tokens.Add(Layout.End);
            return new Part(tokens, turn == example.Turns.Count - 2 ? weights.Question : 0, null);
        }

        tokens.Add(role == TrainingRole.Assistant ? Layout.Assistant : Layout.End);
        if (isLast && example.Topic is { } topic)
        {
            tokens.Add(Layout.Topic(topic));
        }

        var spoken = tokens.Count;
        _encoder.Encode(isLast ? PromptLayout.Answer(text) : PromptLayout.EarlierAnswer(text), 0, ref random, tokens);
        tokens.Add(Layout.End);
        if (augmenter is not null && isLast && role == TrainingRole.Assistant && random.NextDouble() < augmentation.CutAnswers && tokens.Count > spoken + augmentation.CutAnswersAfter)
        {
            tokens.RemoveRange(spoken + augmentation.CutAnswersAfter, tokens.Count - spoken - augmentation.CutAnswersAfter);
        }

        return new Part(tokens, isLast ? weights.Answer : 0, isLast && example.Topic is not null ? weights.Of(example.Topic) : null);
    }

    private TrainingSequence Join(List<Part> parts)
    {
        var tokens = new List<int>();
        var counts = new List<float>();
        foreach (var (added, weight, topicWeight) in parts)
        {
            for (var i = 0; i < added.Count; i++)
            {
                // Where a turn begins and whose it is, is not the model's to say.
                counts.Add(i == 0 ? 0 : i == 1 && topicWeight is { } topic ? topic : weight);
            }

            tokens.AddRange(added);
        }

        var length = Math.Min(contextLength, tokens.Count - 1);
        var targets = new int[length];
        for (var i = 0; i < length; i++)
        {
            targets[i] = counts[i + 1] > 0 ? tokens[i + 1] : PackedBatch.NoTarget;
        }

        return new TrainingSequence([.. tokens.Take(length)], targets, [.. counts.Skip(1).Take(length)]);
    }

    /// <param name="Tokens">Of a turn.</param>
    /// <param name="Weight">Of each but the first.</param>
    /// <param name="TopicWeight">Of the second, where it names the topic.</param>
    private readonly record struct Part(List<int> Tokens, float Weight, float? TopicWeight);
}
