namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>A set of byte strings that is read byte by byte, such as a literal or all strings of up to 20 characters. Immutable.</summary>
internal abstract class Terminal
{
    /// <summary>The position that no byte leads to a member from.</summary>
    public const long Dead = -1;

    /// <summary>Where reading starts. The empty string is never a member.</summary>
    public abstract long Start { get; }

    /// <summary>The position after a byte, or <see cref="Dead"/>.</summary>
    public abstract long Step(long position, byte next);

    /// <summary>Whether what was read is a member.</summary>
    public abstract bool Accepts(long position);

    /// <summary>Whether a longer member starts with what was read.</summary>
    public abstract bool Continues(long position);

    /// <summary>Bytes of the shortest end of a member from here; 0 where what was read is one.</summary>
    public abstract int Need(long position);
}
