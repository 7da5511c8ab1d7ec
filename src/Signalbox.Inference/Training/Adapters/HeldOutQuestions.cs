using System.Text;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Adapters;

/// <summary>A question whose right answers are known.</summary>
/// <param name="References">The question with each of them, at least one.</param>
internal sealed record HeldOutQuestion(IReadOnlyList<TrainingExample> References)
{
    /// <summary>What is asked.</summary>
    public string Text => References[0].Turns[^2].Texts[0];
}

/// <summary>
/// Questions with references: conversations (.jsonl), topics (.json), and lines <c>{"topic", "question"}</c> (.jsonl), whose references are the answers
/// of the topics. The topic <see cref="RefusalTopics.Any"/> stands for every refusal, each of which is right.
/// </summary>
internal static class HeldOutQuestions
{
    /// <param name="files">Of questions.</param>
    /// <param name="topicFiles">Topics with the answers of lines that only name one.</param>
    /// <param name="problems">Everything that is wrong.</param>
    public static IReadOnlyList<HeldOutQuestion> Read(IReadOnlyList<string> files, IReadOnlyList<string> topicFiles, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        var (named, others) = (new List<(string File, string Text)>(), new List<string>());
        foreach (var file in files)
        {
            if (Path.GetExtension(file) != ".jsonl")
            {
                others.Add(file);
            }
            else if (CorpusReader.ReadText(file, found) is not { } text)
            {
                continue;
            }
            else if (IsNamed(text))
            {
                named.Add((file, text));
            }
            else
            {
                others.Add(file);
            }
        }

        var questions = new List<HeldOutQuestion>();
        if (others.Count > 0)
        {
            // A plain text asks nothing.
            questions.AddRange(CorpusReader.Read(others, out var wrong, keepSystem: true).Examples.Where(static example => example.Turns.Count > 1).Select(static example => new HeldOutQuestion([example])));
            found.AddRange(wrong);
        }

        IReadOnlyList<CorpusTopic> topics = [];
        if (topicFiles.Count > 0)
        {
            topics = CorpusReader.Read(topicFiles, out var wrong).Topics;
            found.AddRange(wrong);
        }

        foreach (var (file, text) in named)
        {
            ReadNamed(file, text, [.. topics.Where(static topic => topic.Answers.Count > 0)], questions, found);
        }

        return questions;
    }

    private static bool IsNamed(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
            {
                return line.Contains("\"question\"", StringComparison.Ordinal) && !line.Contains("\"messages\"", StringComparison.Ordinal);
            }
        }

        return false;
    }

    private static void ReadNamed(string file, string text, List<CorpusTopic> topics, List<HeldOutQuestion> questions, List<string> problems)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace())
            {
                continue;
            }

            var json = new CorpusJson($"{file}:{number}", problems);
            using var document = json.Parse(Encoding.UTF8.GetBytes(line.ToString()));
            if (document is null || !json.IsObject(document.RootElement, "", "topic", "question", "answer")
                || json.Text(document.RootElement, "topic", "", required: true) is not { } topic || json.Text(document.RootElement, "question", "", required: true) is not { } question)
            {
                continue;
            }

            var right = topics.FindAll(each => RefusalTopics.Match(topic, each.Id));
            if (right.Count == 0)
            {
                json.Report("topic", $"\"{topic}\" has no answer in the files of --topics; add the file that has it.");
                continue;
            }

            var asked = new TrainingTurn(TrainingRole.User, [question]);
            questions.Add(new HeldOutQuestion([.. right.Select(each => new TrainingExample([asked, new TrainingTurn(TrainingRole.Assistant, [each.Answers[0]])], each.Id))]));
        }
    }
}
