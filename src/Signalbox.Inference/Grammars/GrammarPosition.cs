using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars;

/// <summary>Where a text goes on once an inner rule is complete. Frames of equal content are one object.</summary>
internal sealed class GrammarFrame(GrammarState target, GrammarFrame? outer)
{
    public GrammarState Target => target;

    public GrammarFrame? Outer => outer;

    /// <summary>How many rules lie around.</summary>
    public int Depth { get; } = (outer?.Depth ?? 0) + 1;

    /// <summary>Bytes of the shortest way from here to the end of the text.</summary>
    public int Need { get; } = Math.Min(GrammarState.Never, target.Need + (outer?.Need ?? 0));
}

/// <summary>One reading of the text so far: inside a terminal, inside frames.</summary>
internal readonly record struct GrammarReading(GrammarEdge Edge, long Position, GrammarFrame? Outer)
{
    /// <summary>Bytes of the shortest way to the end of the text.</summary>
    public int Need => Math.Min(GrammarState.Never, Edge.Terminal!.Need(Position) + Edge.Target.Need + (Outer?.Need ?? 0));
}

/// <summary>All readings of the text so far: a state of the deterministic automaton, made when first reached.</summary>
internal sealed class GrammarPosition
{
    private GrammarPosition?[]? _next;

    public GrammarPosition(GrammarReading[] readings, bool complete)
    {
        Readings = readings;
        Complete = complete;
        Need = complete ? 0 : GrammarState.Never;
        foreach (var reading in readings)
        {
            Need = Math.Min(Need, reading.Need);
        }
    }

    public GrammarReading[] Readings { get; }

    /// <summary>Whether the text may end here.</summary>
    public bool Complete { get; }

    /// <summary>Bytes of the shortest way to an end.</summary>
    public int Need { get; }

    /// <summary>The position after a byte; null where nobody has gone yet.</summary>
    public GrammarPosition? Next(byte next) => Volatile.Read(ref _next) is { } row ? Volatile.Read(ref row[next]) : null;

    /// <summary>One thread at a time.</summary>
    public void SetNext(byte next, GrammarPosition position)
    {
        if (_next is null)
        {
            Volatile.Write(ref _next, new GrammarPosition?[256]);
        }

        Volatile.Write(ref _next[next], position);
    }

    /// <summary>Filled when first asked for.</summary>
    public TokenMask? Mask { get; set; }

    /// <summary>Set where finding all tokens takes too long, so that only those of one byte are allowed. Never cleared.</summary>
    public bool IsNarrow { get; set; }

    /// <summary>For a position inside a string: the one after its last quote.</summary>
    public GrammarPosition? AfterString { get; set; }

    /// <summary>For a position after a string's last quote: which tokens may close the string and go on.</summary>
    public StringClosings? Closings { get; set; }

    /// <summary>Where only one reading is left and it is between two characters of a string, its position; else <see cref="Terminal.Dead"/>.</summary>
    public long InString =>
        Readings is [{ Edge.Terminal: StringTerminal, Position: var position }] && (byte)position == StringBytes.Content ? position : Terminal.Dead;
}
