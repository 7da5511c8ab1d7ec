namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>
/// The strings of an automaton with at most so many characters. The count stands beside the state, so that a long maximum takes no states; every position
/// keeps enough characters for the way to the end that has the fewest.
/// </summary>
internal sealed class LimitedTerminal : Terminal
{
    private readonly ByteAutomaton _inner;
    private readonly bool[] _isWhole;
    private readonly (int Characters, int Bytes)[] _rest;
    private readonly int _maximum;

    private LimitedTerminal(ByteAutomaton inner, bool[] isWhole, int maximum)
    {
        _inner = inner;
        _isWhole = isWhole;
        _maximum = maximum;
        _rest = Rests();
    }

    public override long Start => (long)_maximum << 32;

    /// <summary>Null where no string is that short.</summary>
    /// <param name="inner">Strings with their quotes, the first one read from state 0.</param>
    /// <param name="isWhole">For each of its states, whether it is between two characters.</param>
    /// <param name="maximum">Characters at most.</param>
    public static LimitedTerminal? Create(ByteAutomaton inner, bool[] isWhole, int maximum)
    {
        var terminal = new LimitedTerminal(inner, isWhole, maximum);
        return terminal._rest[0].Characters <= maximum ? terminal : null;
    }

    public override long Step(long position, byte next)
    {
        var from = (int)position;
        var to = (int)_inner.Step(from, next);
        if (to < 0)
        {
            return Dead;
        }

        var left = (int)(position >> 32) - Completed(from, to);
        return _rest[to].Characters > left ? Dead : ((long)left << 32) | (uint)to;
    }

    public override bool Accepts(long position) => _inner.Accepts((int)position);

    public override bool Continues(long position) => _inner.Continues((int)position);

    public override int Need(long position) => _rest[(int)position].Bytes;

    private int Completed(int from, int to) => from != 0 && _isWhole[to] ? 1 : 0;

    /// <summary>From each state the way to the end with the fewest characters, and among those the fewest bytes.</summary>
    private (int Characters, int Bytes)[] Rests()
    {
        var rests = new (int Characters, int Bytes)[_isWhole.Length];
        Array.Fill(rests, (int.MaxValue, int.MaxValue));
        var sources = new List<int>[_isWhole.Length];
        var queue = new PriorityQueue<int, (int, int)>();
        for (var state = 0; state < sources.Length; state++)
        {
            foreach (var (_, _, target) in _inner.RangesOf(state))
            {
                (sources[target] ??= []).Add(state);
            }

            if (_inner.Accepts(state))
            {
                rests[state] = (0, 0);
                queue.Enqueue(state, (0, 0));
            }
        }

        while (queue.TryDequeue(out var state, out var rest))
        {
            foreach (var source in rest == rests[state] ? sources[state] ?? [] : [])
            {
                var longer = (rest.Item1 + Completed(source, state), rest.Item2 + 1);
                if (longer.CompareTo(rests[source]) < 0)
                {
                    rests[source] = longer;
                    queue.Enqueue(source, longer);
                }
            }
        }

        return rests;
    }
}
