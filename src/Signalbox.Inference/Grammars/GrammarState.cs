using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars;

/// <summary>A way on: over a terminal, through a whole rule, or (neither) at once.</summary>
internal sealed class GrammarEdge(Terminal? terminal, GrammarRule? rule, GrammarState target)
{
    public Terminal? Terminal => terminal;

    public GrammarRule? Rule => rule;

    public GrammarState Target => target;
}

/// <summary>A state of a rule.</summary>
internal sealed class GrammarState
{
    /// <summary>More than any document has; sums of two still fit.</summary>
    public const int Never = 1 << 29;

    public List<GrammarEdge> Edges { get; } = [];

    /// <summary>Whether the rule is complete here. Such a state has no edges.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Bytes of the shortest way to the end of the rule; <see cref="Never"/> where there is none.</summary>
    public int Need { get; set; } = Never;

    /// <summary>How many rules lie inside each other on that way.</summary>
    public int Depth { get; set; }

    public void To(Terminal terminal, GrammarState target) => Edges.Add(new GrammarEdge(terminal, null, target));

    public void Through(GrammarRule rule, GrammarState target) => Edges.Add(new GrammarEdge(null, rule, target));

    public void AtOnce(GrammarState target) => Edges.Add(new GrammarEdge(null, null, target));
}

/// <summary>All texts of one value. Reading one starts with a byte, so that a rule never begins with itself.</summary>
internal sealed class GrammarRule
{
    public GrammarState Start { get; } = new();
}
