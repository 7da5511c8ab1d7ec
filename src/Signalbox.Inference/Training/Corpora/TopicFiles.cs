using System.Buffers;
using System.Text.Json;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>
/// Topics with their questions and answers, from any number of files: <c>{"area", "topics": [{"id", "title", "answer", "answers", "questions",
/// "followUps": [{"id", "answer", "questions"}]}]}</c>. Files are merged by the topic's id; a file may only add questions to a topic of another. What is asked
/// after a topic's answer has a topic as its answer: one that is asked alone too, or one that comes only there, with its answer.
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
        var following = _order.SelectMany(static topic => topic.FollowUps).GroupBy(static followUp => followUp.Topic).ToDictionary(static each => each.Key, static each => each.Sum(static followUp => followUp.Questions.Count));
        foreach (var topic in _order)
        {
            if (topic.Answers.Count == 0)
            {
                problems.Add($"{topic.Place}: the topic \"{topic.Id}\" has no answer in any file; add \"answer\" here or in another file.");
            }
            else if (topic.Questions.Count == 0 && (topic.FollowUps.Count > 0 || !following.ContainsKey(topic)))
            {
                problems.Add($"{topic.Place}: the topic \"{topic.Id}\" has no questions in any file; add \"questions\" here or in another file.");
            }
            else if (topic is { AnswerOfFollowUp: { } place, Answers.Count: > 1 })
            {
                problems.Add($"{place}: the topic \"{topic.Id}\" has another answer; leave this one out, or give the follow-up an id of its own.");
            }
            else
            {
                AddExamples(topic, examples);
            }
        }

        topics.AddRange(_order.OrderBy(static topic => topic.Id, StringComparer.Ordinal)
            .Select(topic => new CorpusTopic(topic.Id, topic.Title, topic.Answers, topic.Questions.Count + following.GetValueOrDefault(topic))));
    }

    private static void AddExamples(Topic topic, List<TrainingExample> examples)
    {
        var answer = Answer(topic);
        examples.AddRange(topic.Questions.Select(question => new TrainingExample([User([question]), answer], topic.Id)));
        var opening = User(topic.Questions);
        foreach (var (next, questions) in topic.FollowUps)
        {
            var closing = Answer(next);
            examples.AddRange(questions.Select(question => new TrainingExample([opening, answer, User([question]), closing], next.Id)));
        }
    }

    private void ReadTopic(CorpusJson json, string path, JsonElement element, string at, HashSet<string> ids)
    {
        if (!json.IsObject(element, at, "id", "title", "answer", "answers", "questions", "followUps") || json.Text(element, "id", at, required: true) is not { } id)
        {
            return;
        }

        if (!ids.Add(id))
        {
            json.Report($"{at}.id", $"\"{id}\" is in this file before; put its questions together.");
        }

        var topic = Named(json, path, id, at);
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
            ReadFollowUp(json, path, followUp, place, topic);
        }
    }

    private void ReadFollowUp(CorpusJson json, string path, JsonElement element, string at, Topic after)
    {
        if (!json.IsObject(element, at, "id", "answer", "questions")
            || json.Text(element, "id", at, required: true) is not { } id
            || json.Texts(element, "questions", at, required: true) is not { Count: > 0 } questions)
        {
            return;
        }

        var topic = Named(json, path, id, at);
        if (json.Text(element, "answer", at, required: false) is { } answer)
        {
            AddAnswer(json, topic, answer, $"{at}.answer");
            topic.AnswerOfFollowUp = $"{path}: {at}.answer";
        }

        foreach (var (question, place) in questions.Where(question => !after.KnownAfter.Add(question.Text)))
        {
            json.Report(place, $"\"{question}\" is asked before after this topic's answer; remove one of them.");
        }

        after.FollowUps.Add((topic, [.. questions.Select(static question => question.Text)]));
    }

    private Topic Named(CorpusJson json, string path, string id, string at)
    {
        if (id.Length > LongestId || id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            json.Report($"{at}.id", $"\"{id}\" must be at most {LongestId} lower-case letters, digits and hyphens, because a token is named after it.");
        }

        if (!_topics.TryGetValue(id, out var topic))
        {
            topic = new Topic(id, $"{path}: {at}");
            _topics.Add(id, topic);
            _order.Add(topic);
        }

        return topic;
    }

    private static void AddAnswer(CorpusJson json, Topic topic, string answer, string at)
    {
        if (topic.Answers.Contains(answer))
        {
            json.Report(at, "this answer is given before; remove one of them.");
        }

        topic.Answers.Add(answer);
    }

    private static TrainingTurn Answer(Topic topic) => new(TrainingRole.Assistant, topic.Answers);

    private static TrainingTurn User(IReadOnlyList<string> texts) => new(TrainingRole.User, texts);

    private sealed class Topic(string id, string place)
    {
        public string Id => id;

        public string Place => place;

        public string? Title { get; set; }

        public List<string> Answers { get; } = [];

        public List<string> Questions { get; } = [];

        public HashSet<string> Known { get; } = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Where a follow-up gives the answer; null where none does.</summary>
        public string? AnswerOfFollowUp { get; set; }

        /// <summary>Questions after this topic's answer.</summary>
        public HashSet<string> KnownAfter { get; } = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>What is asked after this topic's answer, and the topic that answers it.</summary>
        public List<(Topic Topic, List<string> Questions)> FollowUps { get; } = [];
    }
}
