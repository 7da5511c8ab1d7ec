using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Tests.Training;

public sealed class ChatSequencesTests
{
    private static readonly Corpus Corpus = SmallCorpora.Random(3, 6, 2);

    /// <summary>What the file's template and tokenizer make of an example is what the model was trained on.</summary>
    [Fact]
    public void A_model_trained_here_is_given_the_sequences_of_its_training()
    {
        var expected = new SequenceBuilder(SmallCorpora.Vocabulary(Corpus), new LabelWeights(0, 1, 1), 200);
        var sequences = Create(200);
        foreach (var example in Corpus.Examples)
        {
            var (theirs, ours) = (expected.Build(example), sequences.Build(example));
            Assert.Equal(theirs.Tokens, ours.Tokens);
            Assert.Equal(theirs.Targets, ours.Targets);
            Assert.Equal(SequenceFit.Whole, sequences.Check(example, out _));
        }
    }

    [Fact]
    public void A_topic_without_a_token_is_answered_without_one()
    {
        var sequences = Create(200);
        var unknown = Corpus.Examples[0] with { Topic = "juniper" };
        Assert.Equal(sequences.Build(Corpus.Examples[0]).Length - 1, sequences.Build(unknown).Length);
    }

    [Fact]
    public void Only_the_last_answer_is_learned_and_old_turns_go_first()
    {
        var one = Corpus.Examples[0];
        var two = new TrainingExample([.. one.Turns, .. one.Turns], null);
        var length = Create(200).Build(two).Length;
        var whole = Create(length).Build(two);
        var shorter = Create(length - 1).Build(two);

        Assert.Equal(SequenceFit.Whole, Create(length).Check(two, out _));
        Assert.Equal(SequenceFit.Cut, Create(length - 1).Check(two, out _));
        Assert.True(shorter.Length < length - 4, $"{shorter.Length} of {length}");
        Assert.Equal(Learned(whole), Learned(shorter));
        Assert.Equal(SequenceFit.Nothing, Create(3).Check(two, out _));

        static int[] Learned(TrainingSequence sequence) => [.. sequence.Targets.Where(static target => target != PackedBatch.NoTarget)];
    }

    [Fact]
    public void A_system_message_is_kept_where_it_is_asked_for()
    {
        using var files = new SmallCorpora();
        var path = files.Write("chat.jsonl", """{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}""");
        Assert.Equal([TrainingRole.System, TrainingRole.User, TrainingRole.Assistant], CorpusReader.Read([path], out _, keepSystem: true).Examples[0].Turns.Select(static turn => turn.Role));
        Assert.Equal([TrainingRole.User, TrainingRole.Assistant], CorpusReader.Read([path], out _).Examples[0].Turns.Select(static turn => turn.Role));
    }

    [Theory]
    [InlineData("The fee is 3 euros.", "the fee is 3 euros", 1)]
    [InlineData("The fee", "no words alike", 0)]
    [InlineData("a b", "a b c d", 2.0 / 3)]
    public void The_overlap_counts_words(string said, string reference, double expected) => Assert.Equal(expected, AnswerScorer.Overlap(said, reference), 1e-9);

    [Fact]
    public void A_difference_is_shown_only_where_there_is_one()
    {
        var random = new Random(1);
        double[] noise = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() - 0.5)];
        var centre = noise.Average();
        Assert.False(PairedDifference.Of([.. noise.Select(value => value - centre)]).IsShown);
        var planted = PairedDifference.Of([.. noise.Select(value => value - centre + 0.2)]);
        Assert.True(planted.IsShown);
        Assert.InRange(0.2, planted.Low, planted.High);
    }

    private static ChatSequences Create(int contextLength)
    {
        var vocabulary = SmallCorpora.Vocabulary(Corpus);
        using var path = new TemporaryFile(".gguf");
        vocabulary.WriteTo(new GgufWriter().Set("general.architecture", "llama"), vocabulary.ControlStart, PromptLayout.ChatTemplate)
            .Add("x", TensorType.F32, [1], static stream => stream.Write(new byte[4])).WriteTo(path.Path);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);
        using (file)
        {
            Assert.True(ChatSequences.TryCreate(file.Metadata, contextLength, out var sequences, out fault), fault?.Message);
            return sequences;
        }
    }
}
