using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training.Adapters;

namespace Signalbox.Inference.Tests.Training;

public sealed class HeldOutQuestionTests : IDisposable
{
    private const string Topics = """
        {"topics": [
          {"id": "fees", "answer": "Fees.", "questions": ["q1"]}, {"id": "refuse-fraud", "answer": "No.", "questions": ["q2"]},
          {"id": "care-harm", "answer": "Please call.", "questions": ["q3"]}, {"id": "refused", "answer": "Declined.", "questions": ["q4"]}
        ]}
        """;

    private readonly SmallCorpora _files = new();

    [Fact]
    public void The_topic_refuse_stands_for_every_refusal_as_in_calibration()
    {
        var (questions, problems) = Read("""
            {"topic": "fees", "question": "what does it cost"}
            {"topic": "refuse", "question": "rob a bank"}

            {"topic": "refuse-fraud", "question": "fake a card"}
            """);
        Assert.Empty(problems);
        Assert.Equal(["what does it cost", "rob a bank", "fake a card"], questions.Select(static question => question.Text));
        Assert.Equal(["fees", "care-harm|refuse-fraud", "refuse-fraud"], questions.Select(static question => string.Join('|', question.References.Select(static reference => reference.Topic))));
        Assert.Equal(["Please call.", "No."], questions[1].References.Select(static reference => reference.Turns[^1].Texts[0]));
    }

    [Fact]
    public void Every_problem_names_its_line()
    {
        var (_, problems) = Read("""
            {"topic": "weather", "question": "rain?"}
            {"topic": "fees"}
            {"topic": "fees", "question": "q", "id": 1}
            []
            """);
        Assert.Collection(
            problems,
            static p => Assert.Equal("held.jsonl:1: topic: \"weather\" has no answer in the files of --topics; add the file that has it.", p),
            static p => Assert.Equal("held.jsonl:2: question: is missing; give a text.", p),
            static p => Assert.StartsWith("held.jsonl:3: id: is not a known field", p, StringComparison.Ordinal),
            static p => Assert.Equal("held.jsonl:4: must be an object, not a list.", p));

        Assert.Contains("\"refuse\" has no answer", Assert.Single(Read("""{"topic": "refuse", "question": "q"}""", """{"topics": [{"id": "fees", "answer": "a", "questions": ["q"]}]}""").Problems));
    }

    [Fact]
    public void Conversations_and_topics_are_questions_and_plain_texts_are_none()
    {
        string[] files =
        [
            _files.Write("chat.jsonl", """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"""), _files.Write("topics.json", Topics), _files.Write("text.txt", "words"),
        ];
        Assert.Equal(["q", "q1", "q2", "q3", "q4"], HeldOutQuestions.Read(files, [], out var problems).Select(static question => question.Text));
        Assert.Empty(problems);
    }

    public void Dispose() => _files.Dispose();

    private (IReadOnlyList<HeldOutQuestion> Questions, IReadOnlyList<string> Problems) Read(string lines, string topics = Topics)
    {
        var questions = HeldOutQuestions.Read([_files.Write("held.jsonl", lines)], [_files.Write("topics.json", topics)], out var problems);
        return (questions, [.. problems.Select(problem => problem.Replace(_files.Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))]);
    }
}
