namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>An automaton over code points as one over the bytes of JSON strings: quotes around, UTF-8 (table 3-7 of the Unicode standard), escapes where JSON needs them.</summary>
internal sealed class CharacterBytes
{
    private const string Escaped = "\"\\\b\f\n\r\t";
    private const string Escapes = "\"\\bfnrt";

    private readonly ByteAutomaton.Builder _builder = new();
    private readonly Dictionary<(int Left, int Target), int> _continuations = [];
    private readonly int[] _states;

    private CharacterBytes(CharacterAutomaton automaton)
    {
        _states = new int[automaton.Count];
        for (var state = 0; state < automaton.Count; state++)
        {
            _states[state] = _builder.Add();
        }

        var closed = _builder.Add();
        _builder.Accept(closed);
        _builder.Edge(0, (byte)'"', (byte)'"', _states[0]);
        for (var state = 0; state < automaton.Count; state++)
        {
            if (automaton.Accepts(state))
            {
                _builder.Edge(_states[state], (byte)'"', (byte)'"', closed);
            }

            var edges = automaton.EdgesOf(state);
            AddEscapes(_states[state], edges);
            AddAscii(_states[state], edges);
            AddLonger(_states[state], edges, 2, 0xC0, 0x80, 0x7FF);
            AddLonger(_states[state], edges, 3, 0xE0, 0x800, 0xD7FF);
            AddLonger(_states[state], edges, 3, 0xE0, 0xE000, 0xFFFF);
            AddLonger(_states[state], edges, 4, 0xF0, 0x10000, 0x10FFFF);
        }
    }

    /// <summary>What <see cref="ToTerminal"/> takes from a budget: a wide range of characters becomes many of bytes.</summary>
    public static long CostOf(CharacterAutomaton automaton)
    {
        var cost = 0L;
        for (var state = 0; state < automaton.Count; state++)
        {
            cost += 16;
            foreach (var (low, high, _) in automaton.EdgesOf(state))
            {
                cost += high < 0x80 ? 8 : high - low < 64 ? 32 : 128;
            }
        }

        return cost;
    }

    /// <summary>The terminal; null where no string is accepted.</summary>
    /// <param name="automaton">The strings without quotes and escapes.</param>
    /// <param name="maximum">Characters at most; <see cref="StringTerminal.Unbounded"/> for any number.</param>
    public static Terminal? ToTerminal(CharacterAutomaton automaton, int maximum = StringTerminal.Unbounded)
    {
        var bytes = new CharacterBytes(automaton);
        var terminal = bytes._builder.Build();
        if (terminal is null || maximum == StringTerminal.Unbounded)
        {
            return terminal;
        }

        var isWhole = new bool[bytes._builder.Count];
        foreach (var state in bytes._states)
        {
            isWhole[state] = true;
        }

        return LimitedTerminal.Create(terminal, isWhole, maximum);
    }

    private void AddEscapes(int from, IReadOnlyList<(int Low, int High, int Target)> edges)
    {
        var escape = -1;
        foreach (var (low, high, target) in edges)
        {
            for (var i = 0; i < Escaped.Length; i++)
            {
                if (Escaped[i] >= low && Escaped[i] <= high)
                {
                    if (escape < 0)
                    {
                        escape = _builder.Add();
                        _builder.Edge(from, (byte)'\\', (byte)'\\', escape);
                    }

                    _builder.Edge(escape, (byte)Escapes[i], (byte)Escapes[i], _states[target]);
                }
            }
        }
    }

    private void AddAscii(int from, IReadOnlyList<(int Low, int High, int Target)> edges)
    {
        foreach (var (low, high, target) in edges)
        {
            AddPart(from, Math.Max(low, ' '), Math.Min(high, '!'), target);
            AddPart(from, Math.Max(low, '#'), Math.Min(high, '['), target);
            AddPart(from, Math.Max(low, ']'), Math.Min(high, 0x7F), target);
        }
    }

    private void AddPart(int from, int low, int high, int target)
    {
        if (low <= high)
        {
            _builder.Edge(from, (byte)low, (byte)high, _states[target]);
        }
    }

    private void AddLonger(int from, IReadOnlyList<(int Low, int High, int Target)> edges, int length, int lead, int first, int last)
    {
        var inside = new List<(int Low, int High, int Target)>();
        foreach (var (low, high, target) in edges)
        {
            if (Math.Max(low, first) <= Math.Min(high, last))
            {
                inside.Add((Math.Max(low, first), Math.Min(high, last), target));
            }
        }

        // Two blocks share the lead byte 0xED (U+D000 to U+D7FF before the surrogates) with nobody: 0xEE starts at U+E000.
        if (inside.Count > 0)
        {
            Divide(from, inside, length - 1, lead);
        }
    }

    /// <summary>Adds the edges over one byte and what must follow it.</summary>
    /// <param name="node">Where the byte is read.</param>
    /// <param name="ranges">Sorted; all characters have the same bytes before this one.</param>
    /// <param name="left">Continuation bytes after this one.</param>
    /// <param name="marker">What the byte has beside bits of the character.</param>
    private void Divide(int node, List<(int Low, int High, int Target)> ranges, int left, int marker)
    {
        var size = 1 << (6 * left);
        var mask = marker == 0x80 ? 0x3F : 0x1F;
        var at = 0;
        for (var block = ranges[0].Low / size; block <= ranges[^1].High / size; block++)
        {
            while (ranges[at].High < block * size)
            {
                at++;
            }

            var next = (byte)(marker | (block & mask));
            if (ranges[at].Low <= block * size && ranges[at].High >= ((block + 1) * size) - 1)
            {
                _builder.Edge(node, next, next, Continuation(left, ranges[at].Target));
                continue;
            }

            var inside = new List<(int Low, int High, int Target)>();
            foreach (var (low, high, target) in ranges)
            {
                if (low < (block + 1) * size && high >= block * size)
                {
                    inside.Add((Math.Max(low, block * size), Math.Min(high, ((block + 1) * size) - 1), target));
                }
            }

            if (inside.Count == 0)
            {
                continue;
            }

            var inner = _builder.Add();
            _builder.Edge(node, next, next, inner);
            Divide(inner, inside, left - 1, 0x80);
        }
    }

    /// <summary>The shared state before any so many continuation bytes.</summary>
    private int Continuation(int left, int target)
    {
        if (left == 0)
        {
            return _states[target];
        }

        if (!_continuations.TryGetValue((left, target), out var state))
        {
            state = _builder.Add();
            _builder.Edge(state, 0x80, 0xBF, Continuation(left - 1, target));
            _continuations.Add((left, target), state);
        }

        return state;
    }
}
