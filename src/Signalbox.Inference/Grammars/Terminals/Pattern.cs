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
    private const int StateCost = 10;

    private const string TooMuch = "it needs too many states, or too many together with the other patterns; repeat less often and list fewer alternatives";

    private static readonly PatternNode Anything = new PatternNode.Repeat(new PatternNode.Characters(CharacterSet.All), 0, null);

    private readonly List<List<(CharacterSet? Set, int Target)>> _edges = [];
    private readonly PatternBudget _budget;
    private bool[] _isSeen = [];
    private bool _tooLarge;

    private Pattern(PatternBudget budget) => _budget = budget;

    /// <summary>The strings in which a pattern matches somewhere, as <c>pattern</c> has it; null and why where it cannot be.</summary>
    public static CharacterAutomaton? Compile(string pattern, PatternBudget budget, out string? reason)
    {
        if (!budget.Charge(4L * pattern.Length))
        {
            reason = TooMuch;
            return null;
        }

        var tree = PatternParser.Parse(pattern, out reason);
        if (tree is null || Anchored(tree) is not { } whole)
        {
            reason ??= "anchors stand only at the start and the end of an alternative of the whole pattern";
            return null;
        }

        var builder = new Pattern(budget);
        var start = builder.Add();
        var end = builder.Build(whole, start);
        var automaton = builder._tooLarge ? null : builder.Determine(start, end);
        reason = automaton is null ? TooMuch : null;
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
        _tooLarge |= _edges.Count >= MaximumNfaStates || !_budget.Charge(StateCost);
        _edges.Add([]);
        return _edges.Count - 1;
    }

    /// <summary>Thompson's construction: adds the states of a part behind a state and gives the one behind it.</summary>
    private int Build(PatternNode node, int from)
    {
        // Parts that add no state cost something too: nothing, repeated again and again, would take for ever.
        if (_tooLarge || !_budget.Charge(4))
        {
            _tooLarge = true;
            return from;
        }

        switch (node)
        {
            case PatternNode.Characters characters:
                var next = Add();
                _edges[from].Add((characters.Set, next));
                return next;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                {
                    from = Build(part, from);
                }

                return from;
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
        _isSeen = new bool[_edges.Count];
        var automaton = new CharacterAutomaton();
        var states = new Dictionary<int[], int>(SetComparer.Instance);
        var sets = new List<int[]>();
        int StateOf(int[] set)
        {
            if (!states.TryGetValue(set, out var state))
            {
                state = automaton.Add(set.AsSpan().Contains(end));
                states.Add(set, state);
                sets.Add(set);
                _budget.Charge(StateCost);
            }

            return state;
        }

        StateOf(Closure([start]));
        for (var state = 0; state < sets.Count; state++)
        {
            foreach (var (low, high, targets) in Ways(sets[state]))
            {
                automaton.Edge(state, low, high, StateOf(Closure(targets)));
            }

            if (automaton.Count > CharacterAutomaton.MaximumStates || _budget.IsSpent)
            {
                return null;
            }
        }

        return automaton;
    }

    /// <summary>The ranges between the bounds of all edges, each with everything it leads to. Stops where the budget is spent.</summary>
    private IEnumerable<(int Low, int High, List<int> Targets)> Ways(int[] set)
    {
        var bounds = new List<int>();
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

        if (!_budget.Charge(set.Length + (4L * edges.Count)))
        {
            yield break;
        }

        bounds.Sort();
        edges.Sort();
        var open = new List<(int Low, int High, int Target)>();
        var next = 0;
        for (var i = 0; i + 1 < bounds.Count; i++)
        {
            var (from, behind) = (bounds[i], bounds[i + 1]);
            if (from == behind)
            {
                continue;
            }

            open.RemoveAll(edge => edge.High < from);
            for (; next < edges.Count && edges[next].Low <= from; next++)
            {
                open.Add(edges[next]);
            }

            if (!_budget.Charge(8 + open.Count))
            {
                yield break;
            }

            if (open.Count > 0)
            {
                yield return (from, behind - 1, open.ConvertAll(static edge => edge.Target));
            }
        }
    }

    /// <summary>Sorted, so that equal sets are equal lists.</summary>
    private int[] Closure(List<int> states)
    {
        var found = new List<int>();
        void See(int state)
        {
            if (!_isSeen[state])
            {
                _isSeen[state] = true;
                found.Add(state);
            }
        }

        states.ForEach(See);
        var work = 0;
        for (var i = 0; i < found.Count; i++)
        {
            var edges = _edges[found[i]];
            work += 1 + edges.Count;
            foreach (var (characters, target) in edges)
            {
                if (characters is null)
                {
                    See(target);
                }
            }
        }

        _budget.Charge(8 + work);
        found.ForEach(state => _isSeen[state] = false);
        found.Sort();
        return [.. found];
    }

    private sealed class SetComparer : IEqualityComparer<int[]>
    {
        public static readonly SetComparer Instance = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] set)
        {
            var hash = new HashCode();
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(set.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
