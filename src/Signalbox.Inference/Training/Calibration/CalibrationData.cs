using System.Text;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Calibration;

/// <summary>
/// Reads questions with known answers, a JSON object a line: <c>{"topic": "atm-fees", "question": "..."}</c> for a model that names topics,
/// <c>{"question": "...", "answer": "..."}</c> for any other. With <c>"before": "..."</c>, a question that is asked and answered first.
/// </summary>
/// <param name="topics">Of the model's vocabulary; none for a model that names none.</param>
/// <param name="nearest">The known name that a wrong one was probably meant to be.</param>
internal sealed class CalibrationData(IReadOnlyList<string> topics, Func<string, IEnumerable<string>, string?> nearest)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly HashSet<string> _topics = new(topics, StringComparer.Ordinal);

    /// <summary>The questions; with problems, not all of them.</summary>
    /// <param name="path">A file of JSON lines.</param>
    /// <param name="problems">Everything that is wrong, each with its line.</param>
    public IReadOnlyList<CalibrationQuestion> Read(string path, out IReadOnlyList<string> problems)
    {
        var (found, questions) = (new List<string>(), new List<CalibrationQuestion>());
        problems = found;
        try
        {
            var number = 0;
            foreach (var line in File.ReadLines(path, Strict))
            {
                number++;
                if (!string.IsNullOrWhiteSpace(line) && ReadLine(new CorpusJson($"{path}:{number}", found), number, line) is { } question)
                {
                    questions.Add(question);
                }
            }
        }
        catch (DecoderFallbackException)
        {
            found.Add($"{path}: this is not UTF-8; save it in that encoding.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            found.Add($"{path}: cannot be read: {e.Message}");
        }

        return questions;
    }

    private CalibrationQuestion? ReadLine(CorpusJson json, int number, string line)
    {
        using var document = json.Parse(Encoding.UTF8.GetBytes(line));
        if (document is null || !json.IsObject(document.RootElement, "", "topic", "question", "answer", "before"))
        {
            return null;
        }

        var text = json.Text(document.RootElement, "question", "", required: true);
        var before = json.Text(document.RootElement, "before", "", required: false);
        var field = _topics.Count > 0 ? "topic" : "answer";
        if (!document.RootElement.TryGetProperty(field, out _))
        {
            json.Report(field, _topics.Count > 0
                ? "is missing; this model names topics, so each line needs the right one."
                : "is missing; this model names no topics, so each line needs the right answer, word for word.");
            return null;
        }

        var expected = json.Text(document.RootElement, field, "", required: true);
        if (expected is not null && _topics.Count > 0 && !IsKnown(expected))
        {
            var meant = nearest(expected, topics) is { } near ? $"; did you mean \"{near}\"?" : "; use a topic that the model was trained on.";
            json.Report("topic", $"\"{expected}\" is no topic of this model{meant}");
            return null;
        }

        return text is null || expected is null ? null : new CalibrationQuestion(number, text, expected)
        {
            Before = before,
            Answer = _topics.Count > 0 ? json.Text(document.RootElement, "answer", "", required: false) : null,
        };
    }

    private bool IsKnown(string topic) => _topics.Contains(topic) || (topic == RefusalTopics.Any && topics.Any(RefusalTopics.Includes));
}
