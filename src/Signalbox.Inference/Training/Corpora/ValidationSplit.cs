using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>Examples that are kept out of the training, to see what it is worth on others.</summary>
internal static class ValidationSplit
{
    /// <summary>Takes the same share of every topic; a topic always keeps at least one example to learn from.</summary>
    /// <param name="examples">All.</param>
    /// <param name="share">0 to less than 1.</param>
    /// <param name="seed">Decides which.</param>
    public static (IReadOnlyList<TrainingExample> Training, IReadOnlyList<TrainingExample> Validation) Take(IReadOnlyList<TrainingExample> examples, double share, ulong seed)
    {
        var random = new Xoshiro256(seed ^ 0xA5A5A5A5A5A5A5A5);
        var held = new HashSet<int>();
        var carried = 0.0;
        foreach (var group in examples.Select(static (example, i) => (example.Topic, Index: i)).GroupBy(static each => each.Topic ?? "", StringComparer.Ordinal))
        {
            var indexes = group.Select(static each => each.Index).ToList();
            carried += indexes.Count * share;
            for (var wanted = Math.Min((int)carried, indexes.Count - 1); wanted > 0; wanted--)
            {
                var at = (int)(random.NextDouble() * indexes.Count);
                held.Add(indexes[at]);
                indexes.RemoveAt(at);
                carried--;
            }
        }

        return ([.. examples.Where((_, i) => !held.Contains(i))], [.. examples.Where((_, i) => held.Contains(i))]);
    }
}
