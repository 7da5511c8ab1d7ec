namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>A part of a regular expression.</summary>
internal abstract record PatternNode
{
    internal sealed record Characters(CharacterSet Set) : PatternNode;

    internal sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    internal sealed record Choice(IReadOnlyList<PatternNode> Branches) : PatternNode;

    /// <param name="Part">What is repeated.</param>
    /// <param name="Minimum">Times at least.</param>
    /// <param name="Maximum">Times at most; null for any number.</param>
    internal sealed record Repeat(PatternNode Part, int Minimum, int? Maximum) : PatternNode;

    /// <summary>The start or the end of the string.</summary>
    internal sealed record Anchor(bool IsStart) : PatternNode;
}

/// <summary>A regular expression (the subset of ECMA 262 that is regular) as a deterministic automaton.</summary>
internal sealed class Pattern
{
    private const int MaximumNfaStates = 4096;
    private const int MaximumWork = 300_000;

    private static readonly PatternNode Anything = new PatternNode.Repeat(new PatternNode.Characters(CharacterSet.All), 0, null);

    private readonly List<List<(CharacterSet? Set, int Target)>> _edges = [];
    private bool _tooLarge;

    /// <summary>The strings in which a pattern matches somewhere, as <c>pattern</c> has it; null and why where it cannot be.</summary>
    public static CharacterAutomaton? Compile(string pattern, out string? reason)
    {
        var tree = PatternParser.Parse(pattern, out reason);
        if (tree is null || Anchored(tree) is not { } whole)
        {
            reason ??= "anchors stand only at the start and the end of an alternative of the whole pattern";
            return null;
        }

        var builder = new Pattern();
        var start = builder.Add();
        var end = builder.Build(whole, start);
        var automaton = builder._tooLarge ? null : builder.Determine(start, end);
        reason = automaton is null ? "it needs too many states; repeat less often" : null;
        return automaton;
    }

    /// <summary>Puts "anything" where an alternative has no anchor; null where an anchor stands elsewhere.</summary>
    private static PatternNode.Choice? Anchored(PatternNode tree)
    {
        var branches = tree is PatternNode.Choice choice ? choice.Branches : [tree];
        var whole = new List<PatternNode>();
        foreach (var branch in branches)
        {
            List<PatternNode> parts = branch is PatternNode.Sequence sequence ? [.. sequence.Parts] : [branch];
            if (parts is [PatternNode.Anchor { IsStart: true }, ..])
            {
                parts.RemoveAt(0);
            }
            else
            {
                parts.Insert(0, Anything);
            }

            if (parts is [.., PatternNode.Anchor { IsStart: false }])
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                parts.Add(Anything);
            }

            if (parts.Exists(HasAnchor))
            {
                return null;
            }

            whole.Add(new PatternNode.Sequence(parts));
        }

        return new PatternNode.Choice(whole);
    }

    private static bool HasAnchor(PatternNode node) => node switch
    {
        PatternNode.Anchor => true,
        PatternNode.Sequence sequence => sequence.Parts.Any(HasAnchor),
        PatternNode.Choice choice => choice.Branches.Any(HasAnchor),
        PatternNode.Repeat repeat => HasAnchor(repeat.Part),
        _ => false,
    };

    private int Add()
    {
        _tooLarge |= _edges.Count >= MaximumNfaStates;
        _edges.Add([]);
        return _edges.Count - 1;
    }

    /// <summary>Thompson's construction: adds the states of a part behind a state and gives the one behind it.</summary>
    private int Build(PatternNode node, int from)
    {
        if (_tooLarge)
        {
            return from;
        }

        switch (node)
        {
            case PatternNode.Characters characters:
                var next = Add();
                _edges[from].Add((characters.Set, next));
                return next;
            case PatternNode.Sequence sequence:
                return sequence.Parts.Aggregate(from, (at, part) => Build(part, at));
            case PatternNode.Choice choice:
                var joined = Add();
                foreach (var branch in choice.Branches)
                {
                    var first = Add();
                    _edges[from].Add((null, first));
                    _edges[Build(branch, first)].Add((null, joined));
                }

                return joined;
            case PatternNode.Repeat repeat:
                return BuildRepeat(repeat, from);
            default:
                throw new InvalidOperationException("Anchors are gone before this.");
        }
    }

    private int BuildRepeat(PatternNode.Repeat repeat, int from)
    {
        for (var i = 0; i < repeat.Minimum && !_tooLarge; i++)
        {
            from = Build(repeat.Part, from);
        }

        if (repeat.Maximum is not { } maximum)
        {
            var loop = Add();
            _edges[from].Add((null, loop));
            _edges[Build(repeat.Part, loop)].Add((null, loop));
            var behind = Add();
            _edges[loop].Add((null, behind));
            return behind;
        }

        var end = Add();
        for (var i = repeat.Minimum; i < maximum && !_tooLarge; i++)
        {
            _edges[from].Add((null, end));
            var first = Add();
            _edges[from].Add((null, first));
            from = Build(repeat.Part, first);
        }

        _edges[from].Add((null, end));
        return end;
    }

    /// <summary>The subset construction; null where it takes too many states.</summary>
    private CharacterAutomaton? Determine(int start, int end)
    {
        var automaton = new CharacterAutomaton();
        var states = new Dictionary<string, int>(StringComparer.Ordinal);
        var sets = new List<int[]>();
        int StateOf(int[] set)
        {
            var key = string.Join(',', set);
            if (!states.TryGetValue(key, out var state))
            {
                state = automaton.Add(set.AsSpan().Contains(end));
                states.Add(key, state);
                sets.Add(set);
            }

            return state;
        }

        StateOf(Closure([start]));
        var work = 0L;
        for (var state = 0; state < sets.Count; state++)
        {
            work += sets[state].Length;
            if (automaton.Count > CharacterAutomaton.MaximumStates || work > MaximumWork)
            {
                return null;
            }

            foreach (var (low, high, targets) in Ways(sets[state]))
            {
                automaton.Edge(state, low, high, StateOf(Closure(targets)));
            }
        }

        return automaton;
    }

    /// <summary>The ranges between the bounds of all edges, each with everything it leads to.</summary>
    private IEnumerable<(int Low, int High, List<int> Targets)> Ways(int[] set)
    {
        var bounds = new SortedSet<int>();
        var edges = new List<(int Low, int High, int Target)>();
        foreach (var state in set)
        {
            foreach (var (characters, target) in _edges[state])
            {
                foreach (var (low, high) in characters?.Ranges ?? [])
                {
                    bounds.Add(low);
                    bounds.Add(high + 1);
                    edges.Add((low, high, target));
                }
            }
        }

        var from = -1;
        foreach (var bound in bounds)
        {
            if (from >= 0)
            {
                var targets = new List<int>();
                foreach (var (low, high, target) in edges)
                {
                    if (low <= from && bound - 1 <= high)
                    {
                        targets.Add(target);
                    }
                }

                if (targets.Count > 0)
                {
                    yield return (from, bound - 1, targets);
                }
            }

            from = bound;
        }
    }

    private int[] Closure(List<int> states)
    {
        var seen = new SortedSet<int>(states);
        var pending = new Stack<int>(states);
        while (pending.TryPop(out var state))
        {
            foreach (var (characters, target) in _edges[state])
            {
                if (characters is null && seen.Add(target))
                {
                    pending.Push(target);
                }
            }
        }

        return [.. seen];
    }
}
