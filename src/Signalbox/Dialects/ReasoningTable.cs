namespace Signalbox.Dialects;

/// <summary>
/// How reasoning efforts in words and budgets in tokens stand for each other, where a protocol has only one of them. A
/// conversion is always reported as approximated.
/// </summary>
internal static class ReasoningTable
{
    private static readonly (string Effort, int Budget)[] Rows =
    [
        ("none", 0), ("minimal", 512), ("low", 1024), ("medium", 8192), ("high", 24576), ("xhigh", 32768), ("max", 64000),
    ];

    /// <summary>Thinking tokens for an effort word; medium for an unknown word.</summary>
    public static int BudgetOf(string effort) => Rows[IndexOf(effort)].Budget;

    /// <summary>The largest effort whose budget is not above the given one.</summary>
    public static string EffortOf(int budget)
    {
        var best = Rows[0].Effort;
        foreach (var (effort, least) in Rows)
        {
            if (budget >= least)
            {
                best = effort;
            }
        }

        return best;
    }

    /// <summary>The known effort that stands nearest; the lower of two that are equally near.</summary>
    public static string Nearest(string effort, IReadOnlyList<string> known)
    {
        var wanted = IndexOf(effort);
        var best = known[0];
        for (var i = 1; i < known.Count; i++)
        {
            if (Math.Abs(IndexOf(known[i]) - wanted) < Math.Abs(IndexOf(best) - wanted))
            {
                best = known[i];
            }
        }

        return best;
    }

    private static int IndexOf(string effort)
    {
        for (var i = 0; i < Rows.Length; i++)
        {
            if (Rows[i].Effort == effort)
            {
                return i;
            }
        }

        return 3;
    }
}
