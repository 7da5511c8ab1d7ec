using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Training.Runs;

/// <summary>A configuration and its corpus, ready to train: vocabulary, sequences, batches.</summary>
internal sealed class TrainingPlan
{
    private readonly SequenceBuilder _sequences;

    private TrainingPlan(TrainingConfig config, Corpus corpus, TrainedVocabulary? vocabulary, CancellationToken cancel)
    {
        Config = config;
        Corpus = corpus;
        var seed = (ulong)config.Learning.Seed;
        (Training, Validation) = ValidationSplit.Take(corpus.Examples, config.ValidationShare, seed);
        Vocabulary = vocabulary ?? BpeTrainer.Train(
            Count(Training, config.Vocabulary.AnswerWeight), config.Vocabulary.Size, config.Vocabulary.MinimumFrequency,
            PromptLayout.ControlTokens(corpus.Topics.Select(static topic => topic.Id)), cancel);
        Shape = config.Shape with { VocabularySize = Vocabulary.Tokens.Count };
        _sequences = new SequenceBuilder(Vocabulary, config.Weights, Shape.ContextLength);
        Tokenizer = Vocabulary.CreateTokenizer(Layout.End);
        Batches = NewBatches();
        ValidationBatches = Pack(config.Weights);
        TopicBatches = Pack(new LabelWeights(0, 1, 0));
    }

    public TrainingConfig Config { get; }

    public Corpus Corpus { get; }

    public IReadOnlyList<TrainingExample> Training { get; }

    public IReadOnlyList<TrainingExample> Validation { get; }

    public TrainedVocabulary Vocabulary { get; }

    public Tokenizer Tokenizer { get; }

    public PromptLayout Layout => _sequences.Layout;

    public ModelShape Shape { get; }

    /// <summary>What is learned from.</summary>
    public BatchBuilder Batches { get; }

    /// <summary>The validation examples as they are, weighted as in training.</summary>
    public IReadOnlyList<PackedBatch> ValidationBatches { get; }

    /// <summary>The same with the topic's token as the only target: the share of hits is that of right topics.</summary>
    public IReadOnlyList<PackedBatch> TopicBatches { get; }

    /// <param name="config">The configuration.</param>
    /// <param name="cancel">Looked at while the vocabulary is trained.</param>
    /// <param name="problems">What is wrong with the corpus, or with the model that the run is to begin with.</param>
    /// <returns>Null with problems.</returns>
    public static TrainingPlan? Create(TrainingConfig config, CancellationToken cancel, out IReadOnlyList<string> problems)
    {
        var corpus = CorpusReader.Read(config.Data, out problems);
        if (problems.Count == 0)
        {
            problems = [.. (config.Weights.Topics?.Keys ?? []).Where(start => !corpus.Topics.Any(topic => topic.Id.StartsWith(start, StringComparison.Ordinal)))
                .Select(static start => $"weights.topics.{start}: no topic of the corpus begins with \"{start}\".")];
        }

        if (problems.Count > 0)
        {
            return null;
        }

        string? problem = null;
        var vocabulary = config.From is { } from ? ModelImport.ReadVocabulary(from, config.Shape, corpus.Topics.Select(static topic => topic.Id), out problem) : null;
        problems = problem is null ? [] : [$"from: {problem}"];
        return problem is null ? new TrainingPlan(config, corpus, vocabulary, cancel) : null;
    }

    /// <summary>Batches from the first epoch on.</summary>
    public BatchBuilder NewBatches() => new(
        Training, _sequences, new BatchOptions(Config.Learning.BatchTokens, (ulong)Config.Learning.Seed, Config.Learning.Balance, Config.Augmentation));

    /// <summary>The tokens of a question up to where its answer begins.</summary>
    public List<int> Prompt(string question)
    {
        var tokens = new List<int> { Layout.User };
        Tokenizer.Encode(PromptLayout.Question(question), tokens, parseSpecial: false, addSpecial: false);
        tokens.AddRange([Layout.End, Layout.Assistant]);
        return tokens;
    }

    private static WordCounts Count(IReadOnlyList<TrainingExample> examples, int answerWeight)
    {
        var counts = new WordCounts();
        var counted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var turn in examples.SelectMany(static example => example.Turns))
        {
            foreach (var text in turn.Texts.Where(counted.Add))
            {
                counts.Add(turn.Role == TrainingRole.User ? PromptLayout.Question(text) : PromptLayout.Answer(text), turn.Role == TrainingRole.Assistant ? answerWeight : 1);
            }
        }

        return counts;
    }

    private List<PackedBatch> Pack(LabelWeights weights)
    {
        var sequences = new SequenceBuilder(Vocabulary, weights, Shape.ContextLength);
        return BatchBuilder.Pack(Validation.Select(sequences.Build), Config.Learning.BatchTokens);
    }
}
