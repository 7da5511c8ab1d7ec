using Signalbox.Routing.Profiles;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Profiles;

/// <summary>
/// task-prompts.tsv was looked at while the cues were written; task-prompts-held-out.tsv was not, and is never to be: a failure there is
/// mended by cues for what people say, not for that line.
/// </summary>
public sealed class TaskClassifierTests
{
    [Theory]
    [InlineData("task-prompts", "en", 0.95)]
    [InlineData("task-prompts", "de", 0.95)]
    [InlineData("task-prompts", "fr", 0.95)]
    [InlineData("task-prompts", "es", 0.95)]
    [InlineData("task-prompts-held-out", "en", 0.9)]
    [InlineData("task-prompts-held-out", "de", 0.8)]
    [InlineData("task-prompts-held-out", "fr", 0.8)]
    [InlineData("task-prompts-held-out", "es", 0.8)]
    public void Tasks_are_named_as_people_would_name_them(string file, string language, double least)
    {
        var rows = Repository.Read($"tests/Signalbox.Tests/Routing/Profiles/{file}.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('\t')).Where(row => row[0] == language).ToArray();
        var wrong = rows.Where(static row => Classify(row[2]).Task != row[1]).ToArray();
        var share = 1 - (wrong.Length / (double)rows.Length);
        TestContext.Current.SendDiagnosticMessage($"{file} {language}: {share:P1} of {rows.Length}");
        Assert.True(share >= least, $"{share:P1}; wrong: {string.Join("\n", wrong.Select(static row => $"{row[1]} -> {Classify(row[2]).Task}: {row[2]}"))}");
    }

    [Fact]
    public void Sound_without_another_wish_is_written_down()
    {
        Assert.Equal(TaskNames.AudioTranscription, TaskClassifier.Classify(new PromptText("", "", ""), isAudio: true).Task);
        Assert.Equal(TaskNames.AudioTranscription, TaskClassifier.Classify(new PromptText("Please transcribe the recording", "", ""), isAudio: true).Task);
        Assert.Equal(TaskNames.Translation, TaskClassifier.Classify(new PromptText("Translate this voice memo into French", "", ""), isAudio: true).Task);
    }

    [Fact]
    public void The_wish_counts_before_the_material_wherever_it_stands()
    {
        var material = string.Concat(Enumerable.Repeat("The function of the class was to teach children poems and songs about the code of the sea. ", 40));
        Assert.Equal(TaskNames.TextSummarization, Classify("Summarize the following text.\n\n" + material).Task);
        Assert.Equal(TaskNames.TextSummarization, Classify(material + "\n\nSummarize the text above in three sentences.").Task);
        Assert.Equal(TaskNames.Translation, Classify(material + "\n\nTranslate the text above into Polish.").Task);
    }

    [Fact]
    public void A_short_follow_up_is_what_the_conversation_was() =>
        Assert.Equal(TaskNames.Translation, TaskClassifier.Classify(new PromptText("and this: ciao", "Translate into German: buongiorno", "You are a translator."), isAudio: false).Task);

    [Fact]
    public void Whatever_is_given_has_a_task_and_a_confidence()
    {
        foreach (var text in (string[])["", " ", "\0", "???", "你好，请问", new string('^', 5000), new string('a', 100_000), "\ud800", "a\n\n\nb ^^ ** ##"])
        {
            var (task, confidence) = Classify(text);
            Assert.Contains(task, TaskNames.All);
            Assert.InRange(confidence, 0.01, 1);
        }
    }

    private static (string Task, double Confidence) Classify(string prompt) => TaskClassifier.Classify(new PromptText(prompt, prompt, ""), isAudio: false);
}
