using Signalbox.Routing.Learning;

namespace Signalbox.Routing.Evaluation;

/// <summary>Scores a difficulty predictor on recorded outcomes: with given weights, trained on other rows, or by folds.</summary>
internal sealed class RouterEvaluation
{
    private const int RandomRuns = 10;
    private const double EnoughQuality = 0.95;
    private readonly List<OutcomeRow> _rows;
    private readonly RoutedOutcome[] _outcomes;
    private readonly int _seed;
    private readonly string _costs;

    public RouterEvaluation(IReadOnlyList<OutcomeRow> rows, ModelPair pair, UnitCosts unitCosts, int seed)
    {
        Pair = pair;
        _seed = seed;
        _rows = [.. rows.Where(row => row.Has(pair.Weak, pair.Strong))];
        Dropped = rows.Count - _rows.Count;
        (_outcomes, _costs) = unitCosts.Rate(_rows, pair);
    }

    public ModelPair Pair { get; }

    /// <summary>Rows without an outcome of one of the two.</summary>
    public int Dropped { get; }

    public IReadOnlyList<OutcomeRow> Rows => _rows;

    public int Prompts => _rows.Select(static row => row.Prompt).Distinct(StringComparer.Ordinal).Count();

    /// <summary>Whether the models differ at all; where they do not, there is nothing to route.</summary>
    public bool HasGap => _rows.Count > 0 && _outcomes.Sum(static outcome => outcome.Strong) > _outcomes.Sum(static outcome => outcome.Weak);

    /// <summary>The weights have seen none of these rows, or it is said that they have.</summary>
    public RouterReport WithWeights(DifficultyPredictor predictor, string origin)
    {
        var scores = _rows.Select(row => (double)predictor.Predict(row.Prompt).Score).ToArray();
        return Report(scores, origin) with { Speed = SpeedOf(predictor) };
    }

    /// <summary>The rows of other files that may be trained on: without the prompts that are tested.</summary>
    public IReadOnlyList<OutcomeRow>[] Untested(IReadOnlyList<OutcomesFile> files)
    {
        var tested = _rows.Select(static row => row.Prompt).ToHashSet(StringComparer.Ordinal);
        return [.. files.Select(file => file.Rows.Where(row => !tested.Contains(row.Prompt)).ToArray()).Where(static rows => rows.Length > 0)];
    }

    /// <summary>Trains on the rows of other files.</summary>
    public RouterReport TrainedOn(IReadOnlyList<OutcomesFile> files, DifficultyOptions options)
    {
        var kept = Untested(files);
        var count = kept.Sum(static rows => rows.Count);
        var hasPair = kept.All(rows => rows.Any(row => row.Has(Pair.Weak, Pair.Strong)));
        var predictor = DifficultyTrainer.Train(kept, hasPair ? Pair : null, options with { Seed = _seed, IsDifficultyNeeded = false });
        var target = hasPair ? "on their outcomes of the two models" : "on the best third of their models against the worst third, because the two are not in them";
        return WithWeights(predictor, $"trained on {count} rows of {string.Join(", ", files.Select(static file => file.Path))} "
            + $"({files.Sum(static file => file.Rows.Count) - count} left out, because their prompts are tested), {target}; no label of the tested file was used");
    }

    /// <summary>Each row is scored by a predictor that was trained without its fold. The same prompt is in one fold only.</summary>
    public RouterReport ByFolds(int folds, DifficultyOptions options)
    {
        var prompts = _rows.Select(static row => row.Prompt).Distinct(StringComparer.Ordinal).Select(static (prompt, i) => (prompt, i))
            .ToDictionary(static pair => pair.prompt, static pair => pair.i, StringComparer.Ordinal);
        var assigned = Folds.Assign(prompts.Count, folds, _seed);
        var scores = new double[_rows.Count];
        var speed = default(PredictionSpeed);
        for (var fold = 0; fold < folds; fold++)
        {
            var training = _rows.Where(row => assigned[prompts[row.Prompt]] != fold).ToArray();
            var predictor = DifficultyTrainer.Train([training], Pair, options with { Seed = _seed, IsDifficultyNeeded = false });
            for (var i = 0; i < scores.Length; i++)
            {
                if (assigned[prompts[_rows[i].Prompt]] == fold)
                {
                    scores[i] = predictor.Predict(_rows[i].Prompt).Score;
                }
            }

            speed = fold == 0 ? SpeedOf(predictor) : speed;
        }

        return Report(scores, $"{folds} folds of the tested file: each row is scored by weights trained without its fold, and everything that is "
            + "chosen (mix of parts, scales, thresholds) is chosen inside the training folds; scores of a fold are differences from its own training mean")
            with
        { Speed = speed };
    }

    private RouterReport Report(double[] scores, string origin)
    {
        var curve = RoutingCurve.Of(scores, _outcomes, _seed);
        return new RouterReport
        {
            Rows = _rows.Count,
            Weak = 100 * curve.WeakQuality,
            Strong = 100 * curve.StrongQuality,
            Oracle = 100 * _outcomes.Average(static outcome => Math.Max(outcome.Weak, outcome.Strong)),
            Apgr = curve.Apgr(),
            Cpt50 = curve.CallsToClose(0.5),
            Cpt80 = curve.CallsToClose(0.8),
            RandomApgr = RandomCurve().Apgr(),
            LengthApgr = RoutingCurve.Of([.. _rows.Select(static row => (double)row.Prompt.Length)], _outcomes, _seed).Apgr(),
            CostAtStrongQuality = curve.CostAt(curve.StrongQuality),
            CostAt95 = curve.CostAt(EnoughQuality * curve.StrongQuality),
            StrongCost = curve.StrongCost,
            Curve = curve,
            Protocol = Protocol(origin),
        };
    }

    private RoutingCurve RandomCurve()
    {
        var random = new Random(_seed);
        return RoutingCurve.Mean([.. Enumerable.Range(0, RandomRuns).Select(_ =>
            RoutingCurve.Of([.. _rows.Select(_ => random.NextDouble())], _outcomes, _seed))]);
    }

    private string Protocol(string origin) =>
        $"weak {Pair.Weak}, strong {Pair.Strong}; {_rows.Count} rows"
        + (Dropped > 0 ? $" ({Dropped} more lack an outcome of one of them)" : "")
        + $"; {origin}; seed {_seed}; trapezoid over the 0,10,..,100 % score quantiles, ties in random order; random_apgr is the mean curve of {RandomRuns} random scores; "
        + $"costs: {_costs}, cost at a quality by linear interpolation at the first crossing";

    private PredictionSpeed SpeedOf(DifficultyPredictor predictor) => SpeedProbe.Measure(predictor, [.. _rows.Select(static row => row.Prompt)]);
}
