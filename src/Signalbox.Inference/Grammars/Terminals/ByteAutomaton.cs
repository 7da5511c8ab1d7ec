namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>A deterministic automaton over bytes, as ranges per state. State 0 is the start.</summary>
internal sealed class ByteAutomaton : Terminal
{
    private readonly int[] _first;
    private readonly (byte Low, byte High, int Target)[] _ranges;
    private readonly bool[] _accepts;
    private readonly int[] _need;

    private ByteAutomaton(int[] first, (byte Low, byte High, int Target)[] ranges, bool[] accepts, int[] need)
    {
        _first = first;
        _ranges = ranges;
        _accepts = accepts;
        _need = need;
    }

    public override long Start => 0;

    public ReadOnlySpan<(byte Low, byte High, int Target)> RangesOf(int state) => _ranges.AsSpan(_first[state].._first[state + 1]);

    public override long Step(long position, byte next)
    {
        for (var i = _first[position]; i < _first[position + 1]; i++)
        {
            if (next >= _ranges[i].Low && next <= _ranges[i].High)
            {
                return _ranges[i].Target;
            }
        }

        return Dead;
    }

    public override bool Accepts(long position) => _accepts[position];

    public override bool Continues(long position) => _first[position] < _first[position + 1];

    public override int Need(long position) => _need[position];

    /// <summary>The members listed, none of them empty.</summary>
    public static ByteAutomaton Of(IEnumerable<byte[]> members)
    {
        var builder = new Builder();
        foreach (var member in members)
        {
            var state = 0;
            foreach (var next in member)
            {
                state = builder.Child(state, next);
            }

            builder.Accept(state);
        }

        return builder.Build()!;
    }

    /// <summary>Collects states; ways that end nowhere are cut off when it builds.</summary>
    internal sealed class Builder
    {
        private readonly List<List<(byte Low, byte High, int Target)>> _edges = [[]];
        private readonly List<bool> _accepts = [false];

        public int Count => _edges.Count;

        public int Add()
        {
            _edges.Add([]);
            _accepts.Add(false);
            return _edges.Count - 1;
        }

        public void Accept(int state) => _accepts[state] = true;

        /// <summary>The ranges of one state must not overlap.</summary>
        public void Edge(int from, byte low, byte high, int to)
        {
            var edges = _edges[from];
            if (edges.Count > 0 && edges[^1].Target == to && edges[^1].High + 1 == low)
            {
                edges[^1] = (edges[^1].Low, high, to);
            }
            else
            {
                edges.Add((low, high, to));
            }
        }

        /// <summary>Where one byte leads, made where it led nowhere.</summary>
        public int Child(int from, byte next)
        {
            foreach (var (low, _, target) in _edges[from])
            {
                if (low == next)
                {
                    return target;
                }
            }

            var added = Add();
            Edge(from, next, next, added);
            return added;
        }

        /// <summary>The automaton; null where it has no member.</summary>
        public ByteAutomaton? Build()
        {
            var need = Needs();
            if (need[0] == int.MaxValue)
            {
                return null;
            }

            var first = new int[_edges.Count + 1];
            var ranges = new List<(byte, byte, int)>();
            for (var state = 0; state < _edges.Count; state++)
            {
                first[state] = ranges.Count;
                foreach (var edge in _edges[state])
                {
                    if (need[edge.Target] != int.MaxValue)
                    {
                        ranges.Add(edge);
                    }
                }
            }

            first[^1] = ranges.Count;
            return new ByteAutomaton(first, [.. ranges], [.. _accepts], need);
        }

        /// <summary>Distances to the nearest member, breadth first against the edges.</summary>
        private int[] Needs()
        {
            var sources = new List<int>[_edges.Count];
            for (var state = 0; state < _edges.Count; state++)
            {
                foreach (var edge in _edges[state])
                {
                    (sources[edge.Target] ??= []).Add(state);
                }
            }

            var need = new int[_edges.Count];
            Array.Fill(need, int.MaxValue);
            var queue = new Queue<int>();
            for (var state = 0; state < _edges.Count; state++)
            {
                if (_accepts[state])
                {
                    need[state] = 0;
                    queue.Enqueue(state);
                }
            }

            while (queue.TryDequeue(out var state))
            {
                foreach (var source in sources[state] ?? [])
                {
                    if (need[source] == int.MaxValue)
                    {
                        need[source] = need[state] + 1;
                        queue.Enqueue(source);
                    }
                }
            }

            return need;
        }
    }
}
