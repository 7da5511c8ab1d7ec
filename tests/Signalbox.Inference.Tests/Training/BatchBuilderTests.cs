using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Tests.Training;

public sealed class BatchBuilderTests
{
    private const int BatchTokens = 200;

    private static readonly Corpus Corpus = SmallCorpora.Random(5, 12, seed: 1);
    private static readonly TrainedVocabulary Vocabulary = SmallCorpora.Vocabulary(Corpus);
    private static readonly Augmentation Noise = new() { Mistyped = 0.5, TyposPerWord = 0.3, DroppedWords = 0.1, BpeDropout = 0.1, CutAnswers = 0.5, CutAnswersAfter = 3 };

    [Fact]
    public void An_epoch_holds_every_example_once()
    {
        var builder = Builder(Augmentation.None);
        var expected = Corpus.Examples.Select(example => Text(Sequences().Build(example).Tokens)).Order().ToList();
        Assert.Equal(expected, Epoch(builder).SelectMany(Pieces).Order());
        Assert.Equal(1, builder.Epoch);
        Assert.Equal(expected, Epoch(builder).SelectMany(Pieces).Order());
    }

    [Fact]
    public void Batches_are_full_and_never_too_full()
    {
        var batches = Epoch(Builder(Augmentation.None));
        Assert.All(batches, static batch => Assert.True(batch.Tokens.Length <= BatchTokens));
        Assert.All(batches.SkipLast(2), static batch => Assert.True(batch.Tokens.Length > BatchTokens * 0.9, $"{batch.Tokens.Length} tokens"));
        Assert.All(batches, static batch =>
        {
            Assert.Equal((0, batch.Tokens.Length), (batch.Starts[0], batch.Starts[^1]));
            Assert.Equal((batch.Tokens.Length, batch.Tokens.Length), (batch.Targets.Length, batch.Weights.Length));
        });
    }

    [Fact]
    public void Epochs_differ_and_seeds_repeat_them()
    {
        var (first, again) = (Builder(Noise), Builder(Noise));
        var epoch = Epoch(first).Select(static batch => Text(batch.Tokens)).ToList();
        Assert.Equal(epoch, Epoch(again).Select(static batch => Text(batch.Tokens)));
        Assert.NotEqual(epoch, Epoch(first).Select(static batch => Text(batch.Tokens)));
        Assert.NotEqual(epoch, Epoch(Builder(Noise, seed: 8)).Select(static batch => Text(batch.Tokens)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void A_restored_builder_goes_on_exactly(int done)
    {
        var whole = Builder(Noise);
        for (var i = 0; i < done; i++)
        {
            whole.Next();
        }

        var resumed = Builder(Noise);
        Assert.True(resumed.TryRestore(whole.SaveState(), out var problem), problem);
        for (var i = 0; i < 30; i++)
        {
            var (expected, actual) = (whole.Next(), resumed.Next());
            Assert.Equal(expected.Tokens, actual.Tokens);
            Assert.Equal(expected.Targets, actual.Targets);
            Assert.Equal(expected.Weights, actual.Weights);
        }
    }

    [Fact]
    public void A_state_of_other_data_is_refused()
    {
        var other = SmallCorpora.Random(5, 12, seed: 2);
        var state = new BatchBuilder(other.Examples, Sequences(), new BatchOptions(BatchTokens, 7, 0, Noise)).SaveState();
        Assert.False(Builder(Noise).TryRestore(state, out var problem));
        Assert.Contains("has changed since the checkpoint", problem);
        Assert.False(Builder(Noise).TryRestore([1, 2], out problem));
    }

    [Fact]
    public void Topics_with_few_questions_can_be_balanced()
    {
        var uneven = Corpus.Examples.Where(static (example, i) => example.Topic != "t0" || i < 3).ToList();
        var batches = Epoch(new BatchBuilder(uneven, Sequences(), new BatchOptions(BatchTokens, 7, 1, Augmentation.None)));
        var sequences = Sequences();
        var few = batches.SelectMany(static batch => batch.Targets).Count(target => target == sequences.Layout.Topic("t0"));
        Assert.Equal(12, few);
    }

    [Fact]
    public void Of_topics_with_many_questions_a_balanced_epoch_leaves_some_out_others_each_time()
    {
        var many = Corpus.Examples.Where(static (example, i) => example.Topic == "t0" || i % 4 == 0).ToList();
        var builder = new BatchBuilder(many, Sequences(), new BatchOptions(BatchTokens, 7, 1, Augmentation.None));
        var sequences = Sequences();
        var epochs = Enumerable.Range(0, 40).Select(_ => Epoch(builder).SelectMany(Pieces).ToList()).ToList();
        var own = many.Where(static example => example.Topic == "t0").Select(example => Text(sequences.Build(example).Tokens)).ToHashSet();

        Assert.InRange(epochs.Sum(epoch => epoch.Count(own.Contains)), 40 * 3 * 0.8, 40 * 3 * 1.2);
        Assert.Equal(own.Count, epochs.SelectMany(epoch => epoch.Where(own.Contains)).Distinct().Count());
    }

    [Fact]
    public void Answers_are_learned_whole_equally_often_however_many_questions_a_topic_has()
    {
        var uneven = Corpus.Examples.Where(static (example, i) => example.Topic != "t0" || i < 3).Concat(Enumerable.Repeat(Corpus.Examples.Last(static example => example.Topic == "t1"), 48)).ToList();
        var sequences = Sequences();
        var builder = new BatchBuilder(uneven, Sequences(), new BatchOptions(BatchTokens, 7, 0, new Augmentation { CutAnswers = 0.75, CutAnswersAfter = 3 }));
        const int Epochs = 60;
        var whole = Enumerable.Range(0, Epochs).SelectMany(_ => Epoch(builder)).SelectMany(Split).Where(piece => piece.Targets[^1] == sequences.Layout.End)
            .CountBy(piece => piece.Targets[Array.LastIndexOf(piece.Tokens, sequences.Layout.Assistant)]).ToDictionary();

        // A quarter of the median topic's twelve.
        Assert.All(["t0", "t1", "t2"], topic => Assert.InRange(whole[sequences.Layout.Topic(topic)], Epochs * 3 * 0.8, Epochs * 3 * 1.2));
    }

    [Fact]
    public void Some_questions_come_after_exchanges_of_which_nothing_is_learned()
    {
        var sequences = Sequences();
        var alone = Corpus.Examples.Select(example => Text(sequences.Build(example).Tokens)).ToHashSet();
        var pieces = Epoch(Builder(new Augmentation { EarlierExchanges = 0.5 })).SelectMany(Split).ToList();
        var longer = pieces.Where(piece => !alone.Contains(Text(piece.Tokens))).ToList();

        Assert.Equal(Corpus.Examples.Count, pieces.Count);
        Assert.InRange(longer.Count, Corpus.Examples.Count / 4, Corpus.Examples.Count * 3 / 4);
        Assert.All(longer, piece =>
        {
            var question = Array.LastIndexOf(piece.Tokens, sequences.Layout.User);
            Assert.Contains(Text(piece.Tokens[question..]), alone);
            Assert.All(piece.Targets[..question], static target => Assert.Equal(PackedBatch.NoTarget, target));
            Assert.InRange(piece.Tokens[..question].Count(token => token == sequences.Layout.Assistant), 1, 2);
        });
    }

    [Fact]
    public void Topics_count_more_where_their_ids_begin_so_and_the_longest_beginning_decides()
    {
        var weights = new LabelWeights(0.5f, 5, 1) { Topics = new Dictionary<string, float> { ["t"] = 3, ["t1"] = 2 } };
        var sequences = new SequenceBuilder(Vocabulary, weights, 120);
        foreach (var example in Corpus.Examples)
        {
            var sequence = sequences.Build(example);
            Assert.Equal(example.Topic == "t1" ? 10 : 15, sequence.Weights[Array.IndexOf(sequence.Targets, sequences.Layout.Topic(example.Topic!))]);
        }

        Assert.Equal(5, new LabelWeights(0.5f, 5, 1).Of("t1"));
        Assert.Equal(5, weights.Of("other"));
    }

    [Fact]
    public void Validation_takes_its_share_of_every_topic()
    {
        var (training, validation) = ValidationSplit.Take(Corpus.Examples, 0.25, 1);
        Assert.Equal(Corpus.Examples.Count, training.Count + validation.Count);
        Assert.All(validation.CountBy(static example => example.Topic!), static topic => Assert.Equal(3, topic.Value));
        Assert.Empty(training.Intersect(validation));
        Assert.Equal(validation, ValidationSplit.Take(Corpus.Examples, 0.25, 1).Validation);
        Assert.Empty(ValidationSplit.Take(Corpus.Examples, 0, 1).Validation);
    }

    [Fact]
    public void A_topic_with_one_question_is_trained_on_it()
    {
        var lonely = new[] { Corpus.Examples[0] };
        Assert.Empty(ValidationSplit.Take(lonely, 0.9, 1).Validation);
    }

    private static SequenceBuilder Sequences() => new(Vocabulary, new LabelWeights(0.5f, 5, 1), 120);

    private static BatchBuilder Builder(Augmentation augmentation, ulong seed = 7) => new(Corpus.Examples, Sequences(), new BatchOptions(BatchTokens, seed, 0, augmentation));

    private static List<PackedBatch> Epoch(BatchBuilder builder)
    {
        var batches = new List<PackedBatch>();
        for (var epoch = builder.Epoch; builder.Epoch == epoch;)
        {
            batches.Add(builder.Next());
        }

        return batches;
    }

    private static IEnumerable<string> Pieces(PackedBatch batch) => Split(batch).Select(static piece => Text(piece.Tokens));

    private static IEnumerable<(int[] Tokens, int[] Targets)> Split(PackedBatch batch) =>
        Enumerable.Range(1, batch.Starts.Length - 1).Select(i => (batch.Starts[i - 1]..batch.Starts[i])).Select(range => (batch.Tokens[range], batch.Targets[range]));

    private static string Text(int[] tokens) => string.Join(' ', tokens);
}
