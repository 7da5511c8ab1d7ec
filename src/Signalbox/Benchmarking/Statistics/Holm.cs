namespace Signalbox.Benchmarking.Statistics;

/// <summary>
/// Many differences tested at once: Holm's step-down procedure (1979) keeps the chance that any null difference is called below the
/// error rate, however many there are.
/// </summary>
internal static class Holm
{
    /// <summary>For each p-value whether it is called, and the error rate at which it was judged: its interval is shown at 1 minus that.</summary>
    public static (bool IsCalled, double Alpha)[] Judge(IReadOnlyList<double> pValues, double errorRate)
    {
        var judged = new (bool, double)[pValues.Count];
        var going = true;
        var alpha = errorRate;
        var left = pValues.Count;
        foreach (var i in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]))
        {
            if (going)
            {
                alpha = errorRate / left;
                going = pValues[i] <= alpha;
                left--;
            }

            judged[i] = (going, alpha);
        }

        return judged;
    }
}
