namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>
/// A JSON string with a length. The standard counts code points, many validators UTF-16 units; they differ above U+FFFF. A string of this
/// terminal holds in both: the minimum counts code points, the maximum units.
/// </summary>
/// <param name="minimum">Characters at least.</param>
/// <param name="maximum">Characters at most; <see cref="Unbounded"/> for any number.</param>
internal sealed class StringTerminal(int minimum, int maximum) : Terminal
{
    public const int Unbounded = int.MaxValue;

    /// <summary>The longest length that is told apart from <see cref="Unbounded"/>.</summary>
    public const int Longest = 1 << 20;

    public override long Start => Position(StringBytes.Open, minimum, maximum);

    public override long Step(long position, byte next)
    {
        var (state, least, most) = Parts(position);
        var reached = StringBytes.Step(state, next);
        switch (reached)
        {
            case StringBytes.Dead:
                return Dead;
            case StringBytes.Closed:
                return least > 0 ? Dead : Position(reached, 0, 0);
            case StringBytes.Content when state == StringBytes.Open:
                return Position(reached, least, most);
            case StringBytes.Content:
                var units = Math.Max(1, StringBytes.UnitsOf(state));
                return units > most ? Dead : Position(reached, Math.Max(0, least - 1), most == Unbounded ? most : most - units);
            default:
                return StringBytes.UnitsOf(reached) > most ? Dead : Position(reached, least, most);
        }
    }

    public override bool Accepts(long position) => Parts(position).State == StringBytes.Closed;

    public override bool Continues(long position) => Parts(position).State != StringBytes.Closed;

    public override int Need(long position)
    {
        var (state, least, _) = Parts(position);
        return state switch
        {
            StringBytes.Closed => 0,
            StringBytes.Open => least + 2,
            StringBytes.Content => least + 1,
            _ => StringBytes.RestOf(state) + Math.Max(0, least - 1) + 1,
        };
    }

    /// <summary>Between two characters, with so many still due and so many still free.</summary>
    public static long Position(byte state, int least, int most) => state | ((long)least << 8) | ((long)most << 32);

    public static (byte State, int Least, int Most) Parts(long position) =>
        ((byte)position, (int)(position >> 8) & 0xFFFFFF, (int)(position >> 32));
}
