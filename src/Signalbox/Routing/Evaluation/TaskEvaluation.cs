using Signalbox.Routing.Learning;

namespace Signalbox.Routing.Evaluation;

/// <summary>How well tasks are named: each label's hits and misses on rows that were not trained on.</summary>
internal sealed record TaskReport
{
    public required int Rows { get; init; }

    public required int Labels { get; init; }

    public required double Accuracy { get; init; }

    /// <summary>The mean over labels of the harmonic mean of precision and recall.</summary>
    public required double MacroF1 { get; init; }

    /// <summary>Always the label that is most frequent in training.</summary>
    public required double MajorityAccuracy { get; init; }

    /// <summary>What was taken for what, most frequent first.</summary>
    public required IReadOnlyList<(string Task, string Named, int Count)> Confusions { get; init; }

    public required string Protocol { get; init; }
}

/// <summary>Scores the naming of tasks.</summary>
internal static class TaskEvaluation
{
    private const int MaxProblems = 20;
    private const int ShownConfusions = 8;

    /// <summary>Reads rows of <c>{"prompt", "task"}</c>.</summary>
    public static List<TextSample> Read(string path, List<string> problems, CancellationToken cancellation)
    {
        var samples = new List<TextSample>();
        JsonLines.Read(path, problems, MaxProblems, row =>
        {
            var problem = JsonLines.Text(row, "prompt", out var prompt) ?? JsonLines.Text(row, "task", out _);
            if (problem is null)
            {
                JsonLines.Text(row, "task", out var task);
                samples.Add(new TextSample(prompt, task));
            }

            return problem;
        }, cancellation);
        if (samples.Count == 0 && problems.Count == 0)
        {
            problems.Add($"{path}: holds no rows; each line is {{\"prompt\": \"...\", \"task\": \"...\"}}");
        }

        return samples;
    }

    /// <summary>Divides samples at random. The same text is on one side only.</summary>
    public static (List<TextSample> Training, List<TextSample> Test) Divide(IReadOnlyList<TextSample> samples, double holdout, int seed)
    {
        var texts = samples.Select(static sample => sample.Text).Distinct(StringComparer.Ordinal).ToArray();
        new Random(seed).Shuffle(texts);
        var held = texts.Take((int)Math.Round(texts.Length * holdout)).ToHashSet(StringComparer.Ordinal);
        return ([.. samples.Where(sample => !held.Contains(sample.Text))], [.. samples.Where(sample => held.Contains(sample.Text))]);
    }

    public static TaskReport Run(IReadOnlyList<TextSample> training, IReadOnlyList<TextSample> test, TrainingOptions options, string protocol)
    {
        var classifier = TextClassifier.Train(training, options);
        var counts = new Dictionary<(string Task, string Named), int>();
        foreach (var sample in test)
        {
            var key = (sample.Label, classifier.Classify(sample.Text).Label);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        var majority = training.CountBy(static sample => sample.Label).OrderByDescending(static label => label.Value).ThenBy(static label => label.Key, StringComparer.Ordinal).First().Key;
        var labels = test.Select(static sample => sample.Label).Distinct(StringComparer.Ordinal).ToArray();
        return new TaskReport
        {
            Rows = test.Count,
            Labels = classifier.Labels.Count,
            Accuracy = counts.Where(static count => count.Key.Task == count.Key.Named).Sum(static count => count.Value) / (double)test.Count,
            MacroF1 = labels.Average(label => F1(counts, label)),
            MajorityAccuracy = test.Count(sample => sample.Label == majority) / (double)test.Count,
            Confusions = [.. counts.Where(static count => count.Key.Task != count.Key.Named).OrderByDescending(static count => count.Value)
                .ThenBy(static count => count.Key.Task, StringComparer.Ordinal).ThenBy(static count => count.Key.Named, StringComparer.Ordinal)
                .Take(ShownConfusions).Select(static count => (count.Key.Task, count.Key.Named, count.Value))],
            Protocol = protocol,
        };
    }

    private static double F1(Dictionary<(string Task, string Named), int> counts, string label)
    {
        var right = counts.GetValueOrDefault((label, label));
        var others = counts.Where(count => count.Key.Task == label ^ count.Key.Named == label).Sum(static count => count.Value);
        return right == 0 ? 0 : 2.0 * right / ((2.0 * right) + others);
    }
}
