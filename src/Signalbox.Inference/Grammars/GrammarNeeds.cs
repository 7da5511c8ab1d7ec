namespace Signalbox.Inference.Grammars;

/// <summary>The shortest ways to the ends of all rules: least bytes first, then least depth.</summary>
internal static class GrammarNeeds
{
    /// <summary>A rule that lies this deep in others is beyond every limit of nesting; so many rounds settle all others.</summary>
    private const int MaximumRounds = 256;

    /// <summary>Whether all are known. Works against the order in which states were made, which is roughly from front to back, so that few rounds are needed.</summary>
    public static bool TryCompute(IReadOnlyList<GrammarState> states)
    {
        var changed = true;
        for (var round = 0; changed && round < MaximumRounds; round++)
        {
            changed = false;
            for (var i = states.Count - 1; i >= 0; i--)
            {
                changed |= Improve(states[i]);
            }
        }

        return !changed;
    }

    private static bool Improve(GrammarState state)
    {
        var (need, depth) = state.IsEnd ? (0, 0) : (GrammarState.Never, 0);
        foreach (var edge in state.Edges)
        {
            var way = edge.Target.Need;
            var nested = edge.Target.Depth;
            if (edge.Rule is { } rule)
            {
                way += rule.Start.Need;
                nested = Math.Max(nested, rule.Start.Depth + 1);
            }
            else if (edge.Terminal is { } terminal)
            {
                way = Math.Min(GrammarState.Never, way + terminal.Need(terminal.Start));
            }

            if (way < need || (way == need && nested < depth))
            {
                (need, depth) = (way, nested);
            }
        }

        var changed = need != state.Need || depth != state.Depth;
        (state.Need, state.Depth) = (need, depth);
        return changed;
    }
}
