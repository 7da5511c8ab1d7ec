using System.Text;
using System.Text.Json;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>
/// Questions with references: conversations (.jsonl), topics (.json), and lines <c>{"topic", "question"}</c> (.jsonl), whose references are the answers
/// of the topics.
/// </summary>
internal static class HeldOutQuestions
{
    /// <param name="files">Of questions.</param>
    /// <param name="topicFiles">Topics with the answers of lines that only name one.</param>
    /// <param name="problems">Everything that is wrong.</param>
    public static IReadOnlyList<TrainingExample> Read(IReadOnlyList<string> files, IReadOnlyList<string> topicFiles, out IReadOnlyList<string> problems)
    {
        var named = files.Where(IsNamed).ToList();
        var examples = new List<TrainingExample>();
        problems = [];
        if (named.Count < files.Count)
        {
            examples.AddRange(CorpusReader.Read(files.Except(named), out problems, keepSystem: true).Examples);
        }

        var found = new List<string>(problems);
        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (topicFiles.Count > 0)
        {
            var topics = CorpusReader.Read(topicFiles, out problems).Topics;
            found.AddRange(problems);
            answers = topics.Where(static topic => topic.Answers.Count > 0).ToDictionary(static topic => topic.Id, static topic => topic.Answers[0], StringComparer.Ordinal);
        }

        foreach (var file in named)
        {
            ReadNamed(file, answers, examples, found);
        }

        problems = found;
        return examples;
    }

    private static bool IsNamed(string file) =>
        Path.GetExtension(file) == ".jsonl" && File.ReadLines(file).FirstOrDefault(static line => !string.IsNullOrWhiteSpace(line)) is { } line && line.Contains("\"question\"", StringComparison.Ordinal) && !line.Contains("\"messages\"", StringComparison.Ordinal);

    private static void ReadNamed(string file, Dictionary<string, string> answers, List<TrainingExample> examples, List<string> problems)
    {
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var json = new CorpusJson($"{file}:{number}", problems);
            using var document = json.Parse(Encoding.UTF8.GetBytes(line));
            if (document is null || document.RootElement.ValueKind != JsonValueKind.Object
                || json.Text(document.RootElement, "topic", "", required: true) is not { } topic || json.Text(document.RootElement, "question", "", required: true) is not { } question)
            {
                continue;
            }

            if (!answers.TryGetValue(topic, out var answer))
            {
                json.Report("topic", $"\"{topic}\" has no answer in the files of --topics; add the file that has it.");
                continue;
            }

            examples.Add(new TrainingExample([new TrainingTurn(TrainingRole.User, [question]), new TrainingTurn(TrainingRole.Assistant, [answer])], topic));
        }
    }
}
