using Signalbox.Routing.Evaluation;

namespace Signalbox.Routing.Learning;

/// <summary>Knobs of training a <see cref="DifficultyPredictor"/>.</summary>
internal sealed record DifficultyOptions
{
    public int Seed { get; init; } = 1;

    /// <summary>Whether the difficulty is trained too, and not only the need of the strong model; it takes as long again.</summary>
    public bool IsDifficultyNeeded { get; init; } = true;

    /// <summary>How far the score of models in general is believed for two that are not known; the rest is left to the prompt's length.</summary>
    public double GeneralTrust { get; init; } = 0.35;

    /// <summary>And it is asked more of the prompt's words before it is believed at all.</summary>
    public (double Strange, double Familiar) GeneralWords { get; init; } = (0.05, 0.2);

    /// <summary>How much of a pair's target comes from what other models' outcomes of the same rows say about it.</summary>
    public double PeerShare { get; init; } = 0.7;

    public ScoreOptions Scores { get; init; } = new();

    public CancellationToken Cancellation { get; init; }

    /// <summary>Called with the parts that are done and how many there are.</summary>
    public Action<int, int>? Progress { get; init; }
}

/// <summary>Fits the difficulty predictor to recorded outcomes, of one pair of models or of all there are.</summary>
internal static class DifficultyTrainer
{
    private const int Tiers = 3;

    /// <summary>Trains on files of rows. Without a pair, weak and strong are the worst and the best third of each file's models.</summary>
    public static DifficultyPredictor Train(IReadOnlyList<IReadOnlyList<OutcomeRow>> files, ModelPair? pair, DifficultyOptions options)
    {
        var examples = files.SelectMany((rows, domain) => Examples(rows, pair, domain)).ToArray();
        ArgumentOutOfRangeException.ThrowIfZero(examples.Length, nameof(files));
        var parts = (options.Scores.InnerFolds + 1) * (options.IsDifficultyNeeded ? 2 : 1);
        var done = 0;
        var scores = options.Scores with
        {
            Seed = options.Seed,
            Trust = pair is null ? options.GeneralTrust : 1,
            FamiliarWords = pair is null ? options.GeneralWords : options.Scores.FamiliarWords,
            Cancellation = options.Cancellation,
            Progress = () => options.Progress?.Invoke(++done, parts),
        };
        PromptVector[] prompts = [.. examples.Select(static example => example.Prompt)];
        int[] domains = [.. examples.Select(static example => example.Domain)];
        double[] weak = [.. examples.Select(static example => example.Weak)];
        double[] strong = [.. examples.Select(static example => example.Strong)];
        var (model, outOfFold) = ScoreTrainer.Fit(new ScoreSamples(prompts, Gaps(examples, files.Count, pair, options), domains), scores);
        var need = new DifficultyHead(model, LogisticLink.Fit(outOfFold, [.. examples.Select(static example => Math.Max(0, example.Strong - example.Weak))]));
        var thresholds = ThresholdTable.Fit(outOfFold, weak, strong);
        return new DifficultyPredictor(need, options.IsDifficultyNeeded ? Difficulty(examples, prompts, domains, scores) : need, thresholds, pair);
    }

    /// <summary>What the strong model gains on each example, smoothed file by file.</summary>
    private static double[] Gaps(Example[] examples, int files, ModelPair? pair, DifficultyOptions options)
    {
        double[] gaps = [.. examples.Select(static example => example.Strong - example.Weak)];
        for (var file = 0; file < files && pair is not null; file++)
        {
            var own = Enumerable.Range(0, examples.Length).Where(i => examples[i].Domain == file).ToArray();
            var smooth = PeerEvidence.Smooth([.. own.Select(i => gaps[i])], [.. own.Select(i => examples[i].Row)], pair, options.PeerShare, options.Seed);
            for (var i = 0; i < own.Length; i++)
            {
                gaps[own[i]] = smooth[i];
            }
        }

        return gaps;
    }

    private static DifficultyHead Difficulty(Example[] examples, PromptVector[] prompts, int[] domains, ScoreOptions options)
    {
        double[] failures = [.. examples.Select(static example => example.Failures)];
        var (model, outOfFold) = ScoreTrainer.Fit(new ScoreSamples(prompts, failures, domains), options);
        return new DifficultyHead(model, LogisticLink.Fit(outOfFold, failures));
    }

    private static IEnumerable<Example> Examples(IReadOnlyList<OutcomeRow> rows, ModelPair? pair, int domain)
    {
        var (weak, strong) = pair is null ? Thirds(rows) : ([pair.Weak], [pair.Strong]);
        foreach (var row in rows)
        {
            if (Mean(row, weak) is { } weakQuality && Mean(row, strong) is { } strongQuality)
            {
                yield return new Example(PromptVector.Of(row.Prompt), weakQuality, strongQuality, 1 - row.Outcomes.Values.Average(), domain, row);
            }
        }
    }

    private static double? Mean(OutcomeRow row, HashSet<string> models)
    {
        var (sum, count) = (0.0, 0);
        foreach (var (model, quality) in row.Outcomes)
        {
            if (models.Contains(model))
            {
                sum += quality;
                count++;
            }
        }

        return count == 0 ? null : sum / count;
    }

    private static (HashSet<string> Weak, HashSet<string> Strong) Thirds(IReadOnlyList<OutcomeRow> rows)
    {
        var ordered = rows.SelectMany(static row => row.Outcomes).GroupBy(static outcome => outcome.Key, static outcome => outcome.Value)
            .OrderBy(static model => model.Average()).ThenBy(static model => model.Key, StringComparer.Ordinal).Select(static model => model.Key).ToArray();
        var third = Math.Max(1, ordered.Length / Tiers);
        return ([.. ordered.Take(third)], [.. ordered.TakeLast(third)]);
    }

    private sealed record Example(PromptVector Prompt, double Weak, double Strong, double Failures, int Domain, OutcomeRow Row);
}
