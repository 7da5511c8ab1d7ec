using System.Buffers;
using System.Text.Json;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>
/// Topics with their questions and answers, from any number of files: <c>{"area", "topics": [{"id", "title", "answer", "answers", "questions",
/// "followUps": [{"questions", "answer"}]}]}</c>. Files are merged by the topic's id; a file may only add questions to a topic of another.
/// </summary>
internal sealed class TopicFiles(List<string> problems)
{
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private const int LongestId = 48;

    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly List<Topic> _order = [];

    public void Read(string path, ReadOnlyMemory<byte> text)
    {
        var json = new CorpusJson(path, problems);
        using var document = json.Parse(text);
        if (document is null || !json.IsObject(document.RootElement, "", "area", "topics"))
        {
            return;
        }

        json.Text(document.RootElement, "area", "", required: false);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (element, at) in json.Items(document.RootElement, "topics", "", required: true))
        {
            ReadTopic(json, path, element, at, ids);
        }
    }

    /// <summary>The examples of all files; to be called when the last has been read.</summary>
    public void Complete(List<TrainingExample> examples, List<CorpusTopic> topics)
    {
        foreach (var topic in _order)
        {
            if (topic.Answers.Count == 0)
            {
                problems.Add($"{topic.Place}: the topic \"{topic.Id}\" has no answer in any file; add \"answer\" here or in another file.");
                continue;
            }

            if (topic.Questions.Count == 0)
            {
                problems.Add($"{topic.Place}: the topic \"{topic.Id}\" has no questions in any file; add \"questions\" here or in another file.");
                continue;
            }

            var answer = new TrainingTurn(TrainingRole.Assistant, topic.Answers);
            examples.AddRange(topic.Questions.Select(question => new TrainingExample([User([question]), answer], topic.Id)));
            foreach (var (questions, followUp) in topic.FollowUps)
            {
                var opening = User(topic.Questions);
                var closing = new TrainingTurn(TrainingRole.Assistant, [followUp]);
                examples.AddRange(questions.Select(question => new TrainingExample([opening, answer, User([question]), closing], topic.Id) { IsFollowUp = true }));
            }
        }

        topics.AddRange(_order.OrderBy(static topic => topic.Id, StringComparer.Ordinal)
            .Select(static topic => new CorpusTopic(topic.Id, topic.Title, topic.Answers, topic.Questions.Count + topic.FollowUps.Sum(static followUp => followUp.Questions.Count))));
    }

    private void ReadTopic(CorpusJson json, string path, JsonElement element, string at, HashSet<string> ids)
    {
        if (!json.IsObject(element, at, "id", "title", "answer", "answers", "questions", "followUps") || json.Text(element, "id", at, required: true) is not { } id)
        {
            return;
        }

        if (id.Length > LongestId || id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            json.Report($"{at}.id", $"\"{id}\" must be at most {LongestId} lower-case letters, digits and hyphens, because a token is named after it.");
        }

        if (!ids.Add(id))
        {
            json.Report($"{at}.id", $"\"{id}\" is in this file before; put its questions together.");
        }

        if (!_topics.TryGetValue(id, out var topic))
        {
            topic = new Topic(id, $"{path}: {at}");
            _topics.Add(id, topic);
            _order.Add(topic);
        }

        topic.Title ??= json.Text(element, "title", at, required: false);
        if (json.Text(element, "answer", at, required: false) is { } answer)
        {
            AddAnswer(json, topic, answer, $"{at}.answer");
        }

        foreach (var (other, place) in json.Texts(element, "answers", at, required: false))
        {
            AddAnswer(json, topic, other, place);
        }

        var own = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (question, place) in json.Texts(element, "questions", at, required: false))
        {
            if (!own.Add(question))
            {
                json.Report(place, $"\"{question}\" is asked before in this topic; remove one of them.");
            }
            else if (topic.Known.Add(question))
            {
                // Those who write different files do not know of each other; what both ask counts once.
                topic.Questions.Add(question);
            }
        }

        foreach (var (followUp, place) in json.Items(element, "followUps", at, required: false))
        {
            if (json.IsObject(followUp, place, "questions", "answer")
                && json.Texts(followUp, "questions", place, required: true) is { Count: > 0 } questions
                && json.Text(followUp, "answer", place, required: true) is { } reply)
            {
                topic.FollowUps.Add(([.. questions.Select(static question => question.Text)], reply));
            }
        }
    }

    private static void AddAnswer(CorpusJson json, Topic topic, string answer, string at)
    {
        if (topic.Answers.Contains(answer))
        {
            json.Report(at, "this answer is given before; remove one of them.");
        }

        topic.Answers.Add(answer);
    }

    private static TrainingTurn User(IReadOnlyList<string> texts) => new(TrainingRole.User, texts);

    private sealed class Topic(string id, string place)
    {
        public string Id => id;

        public string Place => place;

        public string? Title { get; set; }

        public List<string> Answers { get; } = [];

        public List<string> Questions { get; } = [];

        public HashSet<string> Known { get; } = new(StringComparer.OrdinalIgnoreCase);

        public List<(List<string> Questions, string Answer)> FollowUps { get; } = [];
    }
}
