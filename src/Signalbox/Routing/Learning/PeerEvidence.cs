using Signalbox.Routing.Evaluation;

namespace Signalbox.Routing.Learning;

/// <summary>
/// A single right or wrong answer is half luck. Where a row has outcomes of more models, what they say about the gap of the two is mixed
/// into the target; the relation is fitted on other rows than it is used on.
/// </summary>
internal static class PeerEvidence
{
    private const int LeastPeers = 3;
    private const int FoldCount = 5;
    private const double Shrinkage = 20;

    /// <summary>The targets with a share of them replaced by what the other models' outcomes predict.</summary>
    public static double[] Smooth(double[] targets, IReadOnlyList<OutcomeRow> rows, ModelPair pair, double share, int seed)
    {
        var peers = rows.SelectMany(static row => row.Outcomes.Keys).Distinct().Where(model => model != pair.Weak && model != pair.Strong)
            .Order(StringComparer.Ordinal).Select(static (model, i) => (model, i)).ToDictionary(static peer => peer.model, static peer => peer.i);
        if (peers.Count < LeastPeers || share <= 0 || rows.Count < 2 * FoldCount)
        {
            return targets;
        }

        var means = peers.Keys.ToDictionary(static model => model, model => rows.Where(row => row.Outcomes.ContainsKey(model)).Average(row => row.Outcomes[model]));
        var vectors = rows.Select(row => Vector(row, peers, means)).ToArray();
        var folds = Folds.Assign(rows.Count, FoldCount, seed);
        var smooth = new double[targets.Length];
        for (var fold = 0; fold < FoldCount; fold++)
        {
            var training = Enumerable.Range(0, rows.Count).Where(i => folds[i] != fold).ToArray();
            var mean = training.Average(i => targets[i]);
            var weights = RidgeTrainer.Train([.. training.Select(i => vectors[i])], [.. training.Select(i => targets[i] - mean)], peers.Count, Shrinkage);
            for (var i = 0; i < rows.Count; i++)
            {
                if (folds[i] == fold)
                {
                    smooth[i] = ((1 - share) * targets[i]) + (share * (mean + vectors[i].Dot(weights)));
                }
            }
        }

        return smooth;
    }

    private static SparseVector Vector(OutcomeRow row, Dictionary<string, int> peers, Dictionary<string, double> means)
    {
        var known = row.Outcomes.Where(outcome => peers.ContainsKey(outcome.Key)).ToArray();
        return new SparseVector([.. known.Select(outcome => peers[outcome.Key])], [.. known.Select(outcome => (float)(outcome.Value - means[outcome.Key]))]);
    }
}
