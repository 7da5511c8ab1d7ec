using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Tests.Training;

public sealed class AugmenterTests
{
    private const string Question = "Can't I withdraw money, please, with the new card?";

    [Fact]
    public void Without_shares_a_question_only_becomes_lower_case() =>
        Assert.Equal(Question.ToLowerInvariant(), Change(Augmentation.None, 1));

    [Fact]
    public void Typing_errors_change_a_few_letters()
    {
        var all = new Augmentation { Mistyped = 1, TyposPerWord = 1 };
        for (ulong seed = 0; seed < 200; seed++)
        {
            var changed = Change(all, seed);
            Assert.NotEqual(Question.ToLowerInvariant(), changed);
            Assert.InRange(changed.Length, Question.Length - 14, Question.Length + 10);
        }
    }

    [Fact]
    public void A_mistyped_word_is_the_word_but_for_one_error()
    {
        var random = new Xoshiro256(3);
        for (var i = 0; i < 500; i++)
        {
            var word = TypingErrors.Make("account", ref random);
            Assert.InRange(word.Length, 6, 8);
            Assert.Equal('a', word[0] == 'c' ? word[1] : word[0]);
            Assert.True(word.Except("account").Count() <= 1);
        }

        Assert.Equal("cant", TypingErrors.Make("can't", ref random));
        Assert.Equal("my", TypingErrors.Make("my", ref random));
    }

    [Fact]
    public void Words_are_dropped_but_three_stay()
    {
        var words = Change(new Augmentation { DroppedWords = 1 }, 1).Split(' ');
        Assert.Equal(3, words.Length);
        Assert.Subset(Question.ToLowerInvariant().Split(' ').ToHashSet(), words.ToHashSet());
    }

    [Fact]
    public void Punctuation_can_be_left_out() =>
        Assert.Equal("cant i withdraw money please with the new card", Change(new Augmentation { NoPunctuation = 1 }, 1));

    [Fact]
    public void Greetings_and_closings_stand_around_a_question() =>
        Assert.Equal(
            $"hello, {Question.ToLowerInvariant()} thanks",
            Change(new Augmentation { Greetings = 1, GreetingTexts = ["hello,"], Closings = 1, ClosingTexts = ["thanks"] }, 1));

    [Fact]
    public void Synonyms_keep_the_punctuation_after_them()
    {
        var changed = Change(new Augmentation { Synonyms = 1, SynonymGroups = [["withdraw money", "get cash"], ["card", "debit card"]] }, 1);
        Assert.Equal("can't i get cash, please, with the new debit card?", changed);
    }

    [Fact]
    public void A_seed_repeats_every_change()
    {
        var options = new Augmentation { Mistyped = 0.5, DroppedWords = 0.2, NoPunctuation = 0.5, Greetings = 0.5, GreetingTexts = ["hi", "hello"] };
        var changes = Enumerable.Range(0, 50).Select(seed => Change(options, (ulong)seed)).ToList();
        Assert.Equal(changes, Enumerable.Range(0, 50).Select(seed => Change(options, (ulong)seed)));
        Assert.True(changes.Distinct().Count() > 20);
    }

    [Fact]
    public void A_cut_answer_keeps_its_first_tokens_and_no_end()
    {
        var corpus = SmallCorpora.Random(2, 2, seed: 4);
        var builder = new SequenceBuilder(SmallCorpora.Vocabulary(corpus), new LabelWeights(0, 1, 1), 200);
        var cut = new Augmentation { CutAnswers = 1, CutAnswersAfter = 3 };
        var random = new Xoshiro256(1);
        var whole = builder.Build(corpus.Examples[0]);
        var part = builder.Build(corpus.Examples[0], new Augmenter(cut), cut, ref random);
        var start = Array.LastIndexOf(whole.Tokens, builder.Layout.Assistant);
        Assert.Equal(whole.Targets[..(start + 4)], part.Targets);
        Assert.DoesNotContain(builder.Layout.End, part.Targets);
    }

    private static string Change(Augmentation options, ulong seed)
    {
        var random = new Xoshiro256(seed);
        return new Augmenter(options).Change(Question, ref random);
    }
}
