using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Tests.Training;

public sealed class CorpusReaderTests : IDisposable
{
    private readonly SmallCorpora _files = new();

    [Fact]
    public void Topics_of_several_files_are_merged_by_their_id()
    {
        var (corpus, problems) = _files.Read(
            ("a.json", """{"area": "x", "topics": [{"id": "b", "title": "B", "answer": "One.", "questions": ["q1"]}, {"id": "a", "answer": "A.", "questions": ["p"]}]}"""),
            ("b.json", """{"area": "x", "topics": [{"id": "b", "answers": ["Two."], "questions": ["q2", "q3"]}]}"""));
        Assert.Empty(problems);
        Assert.Equal(["a", "b"], corpus.Topics.Select(static topic => topic.Id));
        var topic = corpus.Topics[1];
        Assert.Equal(("B", 3), (topic.Title, topic.Questions));
        Assert.Equal(["One.", "Two."], topic.Answers);
        Assert.Equal(["q1", "q2", "q3"], corpus.Examples.Where(static example => example.Topic == "b").Select(static example => example.Turns[0].Texts[0]));
    }

    [Fact]
    public void A_follow_up_comes_after_the_topics_own_question_and_answer_and_is_a_topic_of_its_own()
    {
        var (corpus, problems) = _files.Read(
            ("a.json", """{"topics": [{"id": "a", "answer": "A.", "questions": ["p", "q"], "followUps": [{"id": "then-b", "answer": "Then B.", "questions": ["and then?"]}]}]}"""));
        Assert.Empty(problems);
        var (turns, topic) = corpus.Examples[2];
        Assert.Equal(["p|q", "A.", "and then?", "Then B."], turns.Select(static turn => string.Join('|', turn.Texts)));
        Assert.Equal([TrainingRole.User, TrainingRole.Assistant, TrainingRole.User, TrainingRole.Assistant], turns.Select(static turn => turn.Role));
        Assert.Equal("then-b", topic);
        Assert.Equal([("a", 2), ("then-b", 1)], corpus.Topics.Select(static each => (each.Id, each.Questions)));
    }

    [Fact]
    public void A_follow_up_without_an_answer_has_that_of_the_topic_it_names_in_whatever_file_that_is()
    {
        var (corpus, problems) = _files.Read(
            ("a.json", """{"topics": [{"id": "a", "followUps": [{"id": "b", "questions": ["and then?", "and later?"]}]}]}"""),
            ("b.json", """{"topics": [{"id": "a", "answer": "A.", "questions": ["p"]}, {"id": "b", "answer": "B.", "questions": ["q"]}]}"""));
        Assert.Empty(problems);
        Assert.Equal(["a: p A.", "b: p A. and then? B.", "b: p A. and later? B.", "b: q B."],
            corpus.Examples.Select(static example => $"{example.Topic}: {string.Join(' ', example.Turns.Select(static turn => turn.Texts[0]))}"));
        Assert.Equal(3, corpus.Topics[1].Questions);
    }

    [Fact]
    public void Each_answer_of_a_conversation_is_an_example()
    {
        var (corpus, problems) = _files.Read(("c.jsonl",
            """
            {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "q1"}, {"role": "assistant", "content": "a1"}, {"role": "user", "content": "q2"}, {"role": "assistant", "content": "a2"}]}

            {"messages": [{"role": "user", "content": "q3"}, {"role": "assistant", "content": "a3"}]}
            """));
        Assert.Empty(problems);
        Assert.Equal(["q1 a1", "q1 a1 q2 a2", "q3 a3"], corpus.Examples.Select(static example => string.Join(' ', example.Turns.Select(static turn => turn.Texts[0]))));
        Assert.All(corpus.Examples, static example => Assert.Null(example.Topic));
    }

    [Fact]
    public void A_line_of_a_plain_text_is_a_sequence()
    {
        var (corpus, problems) = _files.Read(("t.txt", "one line\r\n\n  another \n"));
        Assert.Empty(problems);
        Assert.Equal(["one line", "another"], corpus.Examples.Select(static example => Assert.Single(example.Turns).Texts[0]));
    }

    [Theory]
    [InlineData("a.json", "{", "a.json: this is no JSON at line 1, byte 2")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answr": "x", "questions": ["q"]}]}""", "a.json: topics[0].answr: is not a known field; the fields here are id, title, answer,")]
    [InlineData("a.json", """{"topics": [{"id": "a", "questions": ["q"]}]}""", "a.json: topics[0]: the topic \"a\" has no answer in any file")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x"}]}""", "has no questions in any file")]
    [InlineData("a.json", """{"topics": [{"id": "A b", "answer": "x", "questions": ["q"]}]}""", "a.json: topics[0].id: \"A b\" must be at most 48 lower-case letters")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": ["q", " "]}]}""", "a.json: topics[0].questions[1]: is empty")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": ["q", "Q"]}]}""", "a.json: topics[0].questions[1]: \"Q\" is asked before")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": 1, "questions": ["q"]}]}""", "a.json: topics[0].answer: must be a text, not a number.")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": "q"}]}""", "a.json: topics[0].questions: must be a list, not a text.")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": ["q"], "followUps": [{"answer": "y", "questions": ["r"]}]}]}""", "a.json: topics[0].followUps[0].id: is missing")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": ["q"], "followUps": [{"id": "b", "questions": ["r"]}]}]}""", "a.json: topics[0].followUps[0]: the topic \"b\" has no answer in any file")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": ["q"], "followUps": [{"id": "B", "answer": "y", "questions": ["r"]}]}]}""", "a.json: topics[0].followUps[0].id: \"B\" must be at most 48")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": ["q"], "followUps": [{"id": "b", "answer": "y", "questions": ["r"]}, {"id": "a", "questions": ["s", "R"]}]}]}""", "a.json: topics[0].followUps[1].questions[1]: \"R\" is asked before after this topic's answer")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "questions": ["q"], "followUps": [{"id": "b", "answer": "y", "questions": ["r"]}]}, {"id": "b", "answer": "z", "questions": ["s"]}]}""", "a.json: topics[0].followUps[0].answer: the topic \"b\" has another answer")]
    [InlineData("a.json", """{"topics": [{"id": "a", "answer": "x", "followUps": [{"id": "b", "answer": "y", "questions": ["r"]}]}]}""", "a.json: topics[0]: the topic \"a\" has no questions in any file")]
    [InlineData("c.jsonl", "{\"messages\": []}", "c.jsonl:1: messages: is empty")]
    [InlineData("c.jsonl", "\n{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}", "c.jsonl:2: messages[0].role: must be \"user\" here")]
    [InlineData("c.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", "c.jsonl:1: messages: has no answer to learn from")]
    [InlineData("c.jsonl", "{\"messages\": [{\"role\": \"robot\", \"content\": \"a\"}]}", "\"robot\" is not known; write system, user or assistant.")]
    [InlineData("c.jsonl", "{\"messages\": [], \"id\": 1}", "c.jsonl:1: id: is not a known field")]
    [InlineData("t.txt", "\n", "there is nothing to learn from in 1 file")]
    public void A_problem_names_its_place_and_what_to_do(string name, string text, string expected) =>
        Assert.Contains(_files.Read((name, text)).Problems, problem => problem.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void All_problems_come_at_once()
    {
        var (_, problems) = _files.Read(
            ("a.json", """{"topics": [{"id": "a", "x": 1, "answer": "x", "questions": [1]}]}"""), ("c.jsonl", "{\n"));
        Assert.Equal(4, problems.Count);
    }

    [Fact]
    public void A_pattern_finds_files_in_the_order_of_their_names()
    {
        _files.Write("b.json", "");
        _files.Write("a.json", "");
        _files.Write("note.md", "");
        Assert.Equal(["a.json", "b.json"], CorpusReader.Find(_files.Folder, "*.json", out var problem).Select(Path.GetFileName));
        Assert.Null(problem);
        Assert.Equal(2, CorpusReader.Find(_files.Folder, ".", out _).Count);
        Assert.Empty(CorpusReader.Find(_files.Folder, "none/*.json", out problem));
        Assert.Contains("means no file", problem);
        Assert.Empty(CorpusReader.Find(_files.Folder, "*.md", out problem));
        Assert.Contains("note.md: a corpus is made of", problem);
    }

    public void Dispose() => _files.Dispose();
}
