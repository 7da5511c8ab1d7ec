namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>
/// The work that all patterns of one schema may take together: edges, ways between them, steps of closures, states kept. A unit stands for about 100 ns and 50 bytes,
/// so that no schema holds a thread for long.
/// </summary>
internal sealed class PatternBudget(long units = PatternBudget.Usual)
{
    public const long Usual = 3_000_000;

    private long _left = units;

    public bool IsSpent => _left < 0;

    /// <summary>Whether the work may be done.</summary>
    public bool Charge(long units)
    {
        _left -= units;
        return _left >= 0;
    }
}
