namespace Signalbox.Routing.Learning;

/// <summary>Knobs of boosting. Each tree sees a part of the rows, each node a part of the measures: that and the slow rate hold noise down.</summary>
internal sealed record TreeOptions
{
    public int Trees { get; init; } = 100;

    public int Depth { get; init; } = 5;

    public int LeastRows { get; init; } = 10;

    public double Rate { get; init; } = 0.03;

    public double RowShare { get; init; } = 0.6;

    public double MeasureShare { get; init; } = 0.3;

    /// <summary>Imagined rows of the mean in each leaf.</summary>
    public double Shrinkage { get; init; } = 20;

    public int Steps { get; init; } = 23;
}

/// <summary>Fits <see cref="BoostedTrees"/> to targets by least squares.</summary>
internal sealed class TreeTrainer
{
    private const double LeastGain = 1e-9;
    private readonly IReadOnlyList<PromptVector> _prompts;
    private readonly TreeOptions _options;
    private readonly float[][] _cuts;
    private readonly byte[][] _steps;
    private readonly double[] _residuals;
    private readonly Random _random;
    private readonly List<BoostedTrees.Node> _nodes = [];

    private TreeTrainer(IReadOnlyList<PromptVector> prompts, double[] targets, TreeOptions options, int seed)
    {
        _prompts = prompts;
        _options = options;
        _random = new Random(seed);
        _residuals = [.. targets];
        _cuts = FeatureSpace.CutMeasures(prompts, options.Steps);
        _steps = [.. _cuts.Select((cuts, j) => prompts.Select(prompt => (byte)FeatureSpace.StepOf(cuts, prompt.Measures[j])).ToArray())];
    }

    /// <summary>Targets are differences from their mean; so are the scores.</summary>
    public static BoostedTrees Fit(IReadOnlyList<PromptVector> prompts, double[] targets, TreeOptions options, int seed)
    {
        var trainer = new TreeTrainer(prompts, targets, options, seed);
        var roots = new int[options.Trees];
        for (var i = 0; i < roots.Length; i++)
        {
            roots[i] = trainer.Grow();
        }

        return new BoostedTrees(roots, [.. trainer._nodes]);
    }

    private int Grow()
    {
        var root = _nodes.Count;
        var rows = new List<int>(_residuals.Length);
        for (var i = 0; i < _residuals.Length; i++)
        {
            if (_random.NextDouble() < _options.RowShare)
            {
                rows.Add(i);
            }
        }

        Split([.. rows], _options.Depth);
        for (var i = 0; i < _residuals.Length; i++)
        {
            _residuals[i] -= ValueOf(root, i);
        }

        return root;
    }

    private double ValueOf(int node, int row)
    {
        while (_nodes[node].Measure != BoostedTrees.Node.Leaf)
        {
            var measure = _nodes[node].Measure;
            node = _prompts[row].Measures[measure] > _nodes[node].Cut ? _nodes[node].Right : node + 1;
        }

        return _nodes[node].Value;
    }

    private void Split(int[] rows, int depth)
    {
        var at = _nodes.Count;
        var sum = 0.0;
        foreach (var row in rows)
        {
            sum += _residuals[row];
        }

        _nodes.Add(new BoostedTrees.Node(BoostedTrees.Node.Leaf, 0, 0, (float)(_options.Rate * sum / (rows.Length + _options.Shrinkage))));
        if (depth == 0 || rows.Length < 2 * _options.LeastRows || BestCut(rows, sum) is not { } best)
        {
            return;
        }

        var steps = _steps[best.Measure];
        Split(Array.FindAll(rows, row => steps[row] <= best.Step), depth - 1);
        _nodes[at] = new BoostedTrees.Node((short)best.Measure, _cuts[best.Measure][best.Step], _nodes.Count, 0);
        Split(Array.FindAll(rows, row => steps[row] > best.Step), depth - 1);
    }

    private (int Measure, int Step)? BestCut(int[] rows, double sum)
    {
        (int, int)? best = null;
        var bestGain = LeastGain + (sum * sum / (rows.Length + _options.Shrinkage));
        Span<double> sums = stackalloc double[_options.Steps + 1];
        Span<int> counts = stackalloc int[_options.Steps + 1];
        for (var j = 0; j < _cuts.Length; j++)
        {
            if (_cuts[j].Length == 0 || _random.NextDouble() > _options.MeasureShare)
            {
                continue;
            }

            sums.Clear();
            counts.Clear();
            foreach (var row in rows)
            {
                sums[_steps[j][row]] += _residuals[row];
                counts[_steps[j][row]]++;
            }

            var (step, gain) = BestStep(sums[.._cuts[j].Length], counts, sum, rows.Length);
            if (gain > bestGain)
            {
                (best, bestGain) = ((j, step), gain);
            }
        }

        return best;
    }

    private (int Step, double Gain) BestStep(ReadOnlySpan<double> sums, ReadOnlySpan<int> counts, double sum, int count)
    {
        var (best, bestGain, left, leftCount) = (0, 0.0, 0.0, 0);
        for (var step = 0; step < sums.Length; step++)
        {
            left += sums[step];
            leftCount += counts[step];
            if (leftCount < _options.LeastRows || count - leftCount < _options.LeastRows)
            {
                continue;
            }

            var gain = (left * left / (leftCount + _options.Shrinkage)) + ((sum - left) * (sum - left) / (count - leftCount + _options.Shrinkage));
            if (gain > bestGain)
            {
                (best, bestGain) = (step, gain);
            }
        }

        return (best, bestGain);
    }
}
