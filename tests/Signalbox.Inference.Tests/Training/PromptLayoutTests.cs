using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Tests.Training;

/// <summary>What a model is trained on and what the engine gives it are the same tokens.</summary>
public sealed class PromptLayoutTests
{
    private static readonly Corpus Corpus = SmallCorpora.Random(3, 8, seed: 1);
    private static readonly TrainedVocabulary Vocabulary = SmallCorpora.Vocabulary(Corpus);

    [Theory]
    [InlineData("how do I open an account?")]
    [InlineData("HOW DO I OPEN AN ACCOUNT???")]
    [InlineData("  lost\tmy \n card,   can\u2019t pay!  ")]
    [InlineData("Über-card: 5 € (five), \"why\"? \U0001F600")]
    public void A_question_has_the_tokens_of_the_chat_template(string question) =>
        AssertSame([("user", question)], [question, "The answer."]);

    [Fact]
    public void So_has_a_conversation() =>
        AssertSame([("user", "Lost CARD"), ("assistant", " Freeze it. "), ("user", "and\nthen?")], ["Lost CARD", " Freeze it. ", "and\nthen?", "x"]);

    [Fact]
    public void Of_an_earlier_answer_the_first_words_are_kept()
    {
        const string Words = " one two\u00a0three\nfour  five six seven eight nine ten eleven twelve";
        AssertSame([("user", "lost card"), ("assistant", Words + " lost found"), ("user", "and then?")], ["lost card", Words + "\t card", "and then?", "x"]);
        Assert.Equal(PromptLayout.EarlierAnswer(Words), PromptLayout.EarlierAnswer(Words + " lost found"));
        Assert.Equal("one two", PromptLayout.EarlierAnswer(" one two "));
        Assert.Equal("", PromptLayout.EarlierAnswer(" \n"));
    }

    [Fact]
    public void The_last_two_exchanges_and_the_question_are_kept() =>
        AssertSame(
            [("user", "one"), ("assistant", "A"), ("user", "two"), ("assistant", "B"), ("user", "three"), ("assistant", "C"), ("user", "four")],
            ["one", "A", "two", "B", "three", "C", "four", "D"]);

    [Fact]
    public void System_messages_are_left_out() =>
        AssertSame([("system", "You are a pirate."), ("user", "where is my card")], ["where is my card", "x"]);

    [Fact]
    public void Only_the_answer_is_learned_and_it_begins_with_its_topic()
    {
        var builder = new SequenceBuilder(Vocabulary, new LabelWeights(0, 5, 1), 200);
        var sequence = builder.Build(Example(["lost card", "Freeze it.", "and then", "Wait."], "t1"));
        var layout = builder.Layout;
        var start = Array.LastIndexOf(sequence.Tokens, layout.Assistant);
        Assert.Equal(layout.Topic("t1"), sequence.Targets[start]);
        Assert.Equal(5, sequence.Weights[start]);
        Assert.All(sequence.Targets[..start], static target => Assert.Equal(PackedBatch.NoTarget, target));
        Assert.Equal(sequence.Tokens[(start + 1)..], sequence.Targets[start..^1]);
        Assert.Equal(layout.End, sequence.Targets[^1]);
        Assert.All(sequence.Weights[(start + 1)..], static weight => Assert.Equal(1, weight));
        Assert.Single(sequence.Tokens, token => token == layout.Topic("t1"));
    }

    [Fact]
    public void A_question_can_be_learned_too_but_not_whose_turn_it_is()
    {
        var builder = new SequenceBuilder(Vocabulary, new LabelWeights(0.25f, 5, 1), 200);
        var sequence = builder.Build(Example(["lost card", "Freeze it."], "t1"));
        var answer = Array.IndexOf(sequence.Tokens, builder.Layout.Assistant);
        Assert.Equal(sequence.Tokens[1..answer], sequence.Targets[..(answer - 1)]);
        Assert.Equal(PackedBatch.NoTarget, sequence.Targets[answer - 1]);
        Assert.All(sequence.Weights[..(answer - 1)], static weight => Assert.Equal(0.25f, weight));
    }

    [Fact]
    public void A_sequence_that_is_too_long_loses_old_turns_and_then_its_end()
    {
        var whole = new SequenceBuilder(Vocabulary, new LabelWeights(0, 1, 1), 500).Build(Example(["how is my card", "Lost."], "t0"));
        var builder = new SequenceBuilder(Vocabulary, new LabelWeights(0, 1, 1), whole.Length);
        Assert.Equal(whole.Tokens, builder.Build(Example(["what is a fee", "Money.", "how is my card", "Lost."], "t0")).Tokens);
        Assert.Equal(whole.Tokens, builder.Build(Example(["how is my card", "Lost. Where is the money? My account is open."], "t0")).Tokens[..(whole.Length - 1)].Append(whole.Tokens[^1]));
    }

    private static TrainingExample Example(string[] texts, string? topic) =>
        new([.. texts.Select(static (text, i) => new TrainingTurn(i % 2 == 0 ? TrainingRole.User : TrainingRole.Assistant, [text]))], topic);

    private static void AssertSame((string Role, string Text)[] messages, string[] turns)
    {
        var builder = new SequenceBuilder(Vocabulary, new LabelWeights(0, 5, 1), 500);
        var sequence = builder.Build(Example(turns, "t2"));
        var prompt = sequence.Tokens[..(Array.LastIndexOf(sequence.Tokens, builder.Layout.Assistant) + 1)];
        var tokenizer = Vocabulary.CreateTokenizer(builder.Layout.End);
        Assert.True(ChatTemplate.TryCreate(PromptLayout.ChatTemplate, tokenizer, out var template, out var fault), fault?.Message);
        Assert.True(template.TryRender([.. messages.Select(static message => new ChatMessage(new ChatRole(message.Role), message.Text))], out var text, out fault), fault?.Message);
        var tokens = new List<int>();
        tokenizer.Encode(text, tokens, parseSpecial: true, addSpecial: true);
        Assert.Equal(tokens, prompt);
    }
}
