using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars;

/// <summary>
/// The deterministic automaton of a grammar, made as it is walked and kept up to a bound; beyond it everything is forgotten and made again.
/// Safe for any number of threads.
/// </summary>
/// <param name="root">The rule of a whole text.</param>
/// <param name="depth">How many rules may lie inside each other.</param>
internal sealed class GrammarAutomaton(GrammarRule root, int depth)
{
    /// <summary>Readings kept at once; the ones with the longest ways to an end are given up beyond, so that what is left still ends.</summary>
    private const int MaximumReadings = 512;

    private const int MaximumPositions = 4096;

    /// <summary>16 MiB.</summary>
    private const int MaximumMaskWords = 2 << 20;

    /// <summary>Where no byte leads: a marker in <see cref="GrammarPosition.SetNext"/>.</summary>
    private static readonly GrammarPosition DeadEnd = new([], false);

    private readonly Lock _gate = new();
    private readonly Dictionary<(GrammarState, GrammarFrame?), GrammarFrame> _frames = [];
    private readonly Dictionary<GrammarReading[], GrammarPosition> _open = new(ReadingsComparer.Instance);
    private readonly Dictionary<GrammarReading[], GrammarPosition> _complete = new(ReadingsComparer.Instance);
    private readonly List<GrammarReading> _readings = [];
    private readonly HashSet<GrammarReading> _seenReadings = [];
    private readonly HashSet<(GrammarState, GrammarFrame?)> _seenStates = [];
    private readonly Stack<(GrammarState State, GrammarFrame? Outer)> _pending = [];
    private GrammarPosition? _start;
    private bool _ended;
    private long _maskWords;

    /// <summary>Bytes of the shortest text.</summary>
    public int Need => root.Start.Need;

    public GrammarPosition Start
    {
        get
        {
            lock (_gate)
            {
                if (_start is null)
                {
                    Reset();
                    Close(root.Start, null);
                    _start = Intern();
                }

                return _start;
            }
        }
    }

    /// <summary>The position after a byte; null where it may not come.</summary>
    public GrammarPosition? Step(GrammarPosition from, byte next)
    {
        var known = from.Next(next) ?? Make(from, next);
        return ReferenceEquals(known, DeadEnd) ? null : known;
    }

    /// <summary>The position after some bytes; null where they may not come.</summary>
    public GrammarPosition? Walk(GrammarPosition from, ReadOnlySpan<byte> bytes)
    {
        foreach (var next in bytes)
        {
            if (Step(from, next) is not { } reached)
            {
                return null;
            }

            from = reached;
        }

        return from;
    }

    /// <summary>The position after the closing quote, were no more characters due.</summary>
    public GrammarPosition AfterString(GrammarPosition inString)
    {
        var reading = inString.Readings[0] with { Position = StringTerminal.Position(StringBytes.Content, 0, 0) };
        GrammarPosition content;
        lock (_gate)
        {
            Reset();
            Add(reading);
            content = Intern();
        }

        return Step(content, (byte)'"')!;
    }

    /// <summary>Keeps a mask with its position. Masks are bounded: beyond, the automaton starts again, and positions that answers still hold go with them.</summary>
    public void Keep(GrammarPosition position, TokenMask mask)
    {
        lock (_gate)
        {
            position.Mask = mask;
            _maskWords += mask.Words.Length;
            if (_maskWords > MaximumMaskWords)
            {
                Forget();
            }
        }
    }

    private GrammarPosition Make(GrammarPosition from, byte next)
    {
        lock (_gate)
        {
            Reset();
            foreach (var reading in from.Readings)
            {
                var terminal = reading.Edge.Terminal!;
                var position = terminal.Step(reading.Position, next);
                if (position == Terminal.Dead)
                {
                    continue;
                }

                if (terminal.Continues(position))
                {
                    Add(reading with { Position = position });
                }

                if (terminal.Accepts(position))
                {
                    Close(reading.Edge.Target, reading.Outer);
                }
            }

            var made = _readings.Count == 0 && !_ended ? DeadEnd : Intern();
            from.SetNext(next, made);
            return made;
        }
    }

    private void Reset()
    {
        _readings.Clear();
        _seenReadings.Clear();
        _seenStates.Clear();
        _ended = false;
    }

    private void Add(GrammarReading reading)
    {
        if (_seenReadings.Add(reading))
        {
            _readings.Add(reading);
        }
    }

    /// <summary>Adds every reading that starts at a state, without a byte. Ways whose shortest end would lie too deep are left out, and only those.</summary>
    private void Close(GrammarState from, GrammarFrame? outside)
    {
        _pending.Push((from, outside));
        while (_pending.TryPop(out var at))
        {
            var around = at.Outer?.Depth ?? 0;
            if (at.State.Need >= GrammarState.Never || around + at.State.Depth > depth || !_seenStates.Add(at))
            {
                continue;
            }

            if (at.State.IsEnd)
            {
                if (at.Outer is { } frame)
                {
                    _pending.Push((frame.Target, frame.Outer));
                }
                else
                {
                    _ended = true;
                }
            }

            foreach (var edge in at.State.Edges)
            {
                if (edge.Target.Need >= GrammarState.Never || around + edge.Target.Depth > depth)
                {
                    continue;
                }

                if (edge.Terminal is { } terminal)
                {
                    Add(new GrammarReading(edge, terminal.Start, at.Outer));
                }
                else if (edge.Rule is { } rule)
                {
                    _pending.Push((rule.Start, Frame(edge.Target, at.Outer)));
                }
                else
                {
                    _pending.Push((edge.Target, at.Outer));
                }
            }
        }
    }

    private GrammarFrame Frame(GrammarState target, GrammarFrame? outer)
    {
        if (!_frames.TryGetValue((target, outer), out var frame))
        {
            frame = new GrammarFrame(target, outer);
            _frames.Add((target, outer), frame);
        }

        return frame;
    }

    private GrammarPosition Intern()
    {
        if (_readings.Count > MaximumReadings)
        {
            var kept = _readings.OrderBy(static reading => reading.Need).Take(MaximumReadings).ToList();
            _readings.Clear();
            _readings.AddRange(kept);
        }

        var readings = _readings.ToArray();
        var known = _ended ? _complete : _open;
        if (known.TryGetValue(readings, out var position))
        {
            return position;
        }

        if (_open.Count + _complete.Count >= MaximumPositions)
        {
            Forget();
        }

        position = new GrammarPosition(readings, _ended);
        known.Add(readings, position);
        return position;
    }

    private void Forget()
    {
        _open.Clear();
        _complete.Clear();
        _frames.Clear();
        _start = null;
        _maskWords = 0;
    }

    private sealed class ReadingsComparer : IEqualityComparer<GrammarReading[]>
    {
        public static readonly ReadingsComparer Instance = new();

        public bool Equals(GrammarReading[]? x, GrammarReading[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(GrammarReading[] readings)
        {
            var hash = new HashCode();
            foreach (var reading in readings)
            {
                hash.Add(reading);
            }

            return hash.ToHashCode();
        }
    }
}
