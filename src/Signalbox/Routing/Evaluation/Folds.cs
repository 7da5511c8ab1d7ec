namespace Signalbox.Routing.Evaluation;

/// <summary>Divides rows into parts of equal size at random.</summary>
internal static class Folds
{
    public static int[] Assign(int rows, int folds, int seed)
    {
        var order = Enumerable.Range(0, rows).ToArray();
        new Random(seed).Shuffle(order);
        var assigned = new int[rows];
        for (var i = 0; i < rows; i++)
        {
            assigned[order[i]] = i % folds;
        }

        return assigned;
    }
}
