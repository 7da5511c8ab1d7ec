namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>A deterministic automaton over code points. State 0 is the start; the ranges of a state are sorted and do not overlap.</summary>
internal sealed class CharacterAutomaton
{
    /// <summary>Of all automata of one string.</summary>
    public const int MaximumStates = 16_384;

    private readonly List<List<(int Low, int High, int Target)>> _edges = [];
    private readonly List<bool> _accepts = [];

    public int Count => _edges.Count;

    public IReadOnlyList<(int Low, int High, int Target)> EdgesOf(int state) => _edges[state];

    public bool Accepts(int state) => _accepts[state];

    public int Add(bool accepts)
    {
        _edges.Add([]);
        _accepts.Add(accepts);
        return _edges.Count - 1;
    }

    public void Edge(int from, int low, int high, int to) => _edges[from].Add((low, high, to));

    public bool Matches(string text)
    {
        var state = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var next = -1;
            foreach (var (low, high, target) in _edges[state])
            {
                if (rune.Value >= low && rune.Value <= high)
                {
                    next = target;
                }
            }

            if (next < 0)
            {
                return false;
            }

            state = next;
        }

        return _accepts[state];
    }

    /// <summary>All strings with so many characters or more.</summary>
    public static CharacterAutomaton AtLeast(int minimum)
    {
        var automaton = new CharacterAutomaton();
        for (var length = 0; length <= minimum; length++)
        {
            automaton.Add(length == minimum);
            automaton.Edge(length, 0, 0x10FFFF, Math.Min(length + 1, minimum));
        }

        return automaton;
    }

    /// <summary>All strings of characters of <see cref="CharacterSet.All"/> but some.</summary>
    public static CharacterAutomaton Except(IEnumerable<string> words)
    {
        var children = new List<SortedDictionary<int, int>> { new() };
        var isWord = new List<bool> { false };
        foreach (var word in words)
        {
            var state = 0;
            foreach (var rune in word.EnumerateRunes())
            {
                if (!children[state].TryGetValue(rune.Value, out var child))
                {
                    child = children.Count;
                    children[state].Add(rune.Value, child);
                    children.Add([]);
                    isWord.Add(false);
                }

                state = child;
            }

            isWord[state] = true;
        }

        var automaton = new CharacterAutomaton();
        foreach (var word in isWord)
        {
            automaton.Add(!word);
        }

        var other = automaton.Add(true);
        for (var state = 0; state <= other; state++)
        {
            foreach (var (low, high) in CharacterSet.All.Ranges)
            {
                automaton.EdgesBeside(state, low, high, state == other ? null : children[state], other);
            }
        }

        return automaton;
    }

    private void EdgesBeside(int state, int low, int high, SortedDictionary<int, int>? children, int other)
    {
        foreach (var (character, child) in children ?? [])
        {
            if (character < low || character > high)
            {
                continue;
            }

            if (low < character)
            {
                Edge(state, low, character - 1, other);
            }

            Edge(state, character, character, child);
            low = character + 1;
        }

        if (low <= high)
        {
            Edge(state, low, high, other);
        }
    }

    /// <summary>What both accept; null where that takes too many states.</summary>
    public static CharacterAutomaton? Intersect(CharacterAutomaton a, CharacterAutomaton b, PatternBudget budget)
    {
        var product = new CharacterAutomaton();
        var states = new Dictionary<(int, int), int>();
        var pending = new List<(int A, int B)>();
        int StateOf(int stateA, int stateB)
        {
            if (!states.TryGetValue((stateA, stateB), out var state))
            {
                state = product.Add(a.Accepts(stateA) && b.Accepts(stateB));
                states.Add((stateA, stateB), state);
                pending.Add((stateA, stateB));
            }

            return state;
        }

        StateOf(0, 0);
        for (var state = 0; state < pending.Count; state++)
        {
            var (stateA, stateB) = pending[state];
            var (edgesA, edgesB) = (a.EdgesOf(stateA), b.EdgesOf(stateB));
            if (product.Count > MaximumStates || !budget.Charge(8 + (4L * (edgesA.Count + edgesB.Count))))
            {
                return null;
            }

            // Both are sorted: the range that ends first has met everything that it can.
            for (var (i, j) = (0, 0); i < edgesA.Count && j < edgesB.Count;)
            {
                var (lowA, highA, targetA) = edgesA[i];
                var (lowB, highB, targetB) = edgesB[j];
                var (low, high) = (Math.Max(lowA, lowB), Math.Min(highA, highB));
                if (low <= high)
                {
                    product.Edge(state, low, high, StateOf(targetA, targetB));
                }

                (i, j) = highA <= highB ? (i + 1, highA == highB ? j + 1 : j) : (i, j + 1);
            }
        }

        return product;
    }
}
