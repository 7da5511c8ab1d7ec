namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>
/// The inside of a JSON string byte by byte: well-formed UTF-8 (table 3-7 of the Unicode standard), escapes (RFC 8259, section 7), and
/// surrogate escapes only in pairs.
/// </summary>
internal static class StringBytes
{
    public const byte Content = 0;
    public const byte Open = 24;
    public const byte Closed = 25;
    public const byte Dead = 255;

    private const byte Escape = 1, Hex1 = 2, Hex2 = 3, Hex2AfterD = 4, Hex3 = 5, Hex4 = 6;
    private const byte High3 = 7, High4 = 8, LowSlash = 9, LowU = 10, LowD = 11, Low2 = 12, Low3 = 13, Low4 = 14;
    private const byte Last1 = 15, Last2 = 16, AfterE0 = 17, AfterEd = 18, AfterF0 = 19, AfterF1 = 20, AfterF4 = 21, Astral2 = 22, Astral1 = 23;
    private const int States = 26;

    private static readonly byte[] Table = Build();

    /// <summary>Bytes that finish the character begun.</summary>
    private static ReadOnlySpan<byte> Rest => [0, 1, 4, 3, 3, 2, 1, 8, 7, 6, 5, 4, 3, 2, 1, 1, 2, 2, 2, 3, 3, 3, 2, 1, 0, 0];

    /// <summary>UTF-16 units of the character begun, as far as it is known.</summary>
    private static ReadOnlySpan<byte> PendingUnits => [0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 2, 0, 0];

    public static byte Step(byte state, byte next) => Table[(state << 8) | next];

    public static int RestOf(byte state) => Rest[state];

    public static int UnitsOf(byte state) => PendingUnits[state];

    private static byte[] Build()
    {
        var table = new byte[States * 256];
        Array.Fill(table, Dead);
        void Set(byte state, int low, int high, byte target) => Array.Fill(table, target, (state << 8) | low, high - low + 1);
        void Hex(byte state, byte target)
        {
            Set(state, '0', '9', target);
            Set(state, 'A', 'F', target);
            Set(state, 'a', 'f', target);
        }

        void Continuation(byte state, byte target) => Set(state, 0x80, 0xBF, target);

        Set(Open, '"', '"', Content);
        Set(Content, 0x20, 0x7F, Content);
        Set(Content, '"', '"', Closed);
        Set(Content, '\\', '\\', Escape);
        foreach (var simple in "\"\\/bfnrt")
        {
            Set(Escape, simple, simple, Content);
        }

        Set(Escape, 'u', 'u', Hex1);
        Hex(Hex1, Hex2);
        Set(Hex1, 'D', 'D', Hex2AfterD);
        Set(Hex1, 'd', 'd', Hex2AfterD);
        Hex(Hex2, Hex3);
        Set(Hex2AfterD, '0', '7', Hex3);
        Set(Hex2AfterD, '8', '9', High3);
        Set(Hex2AfterD, 'A', 'B', High3);
        Set(Hex2AfterD, 'a', 'b', High3);
        Hex(Hex3, Hex4);
        Hex(Hex4, Content);
        Hex(High3, High4);
        Hex(High4, LowSlash);
        Set(LowSlash, '\\', '\\', LowU);
        Set(LowU, 'u', 'u', LowD);
        Set(LowD, 'D', 'D', Low2);
        Set(LowD, 'd', 'd', Low2);
        Set(Low2, 'C', 'F', Low3);
        Set(Low2, 'c', 'f', Low3);
        Hex(Low3, Low4);
        Hex(Low4, Content);

        Set(Content, 0xC2, 0xDF, Last1);
        Set(Content, 0xE0, 0xE0, AfterE0);
        Set(Content, 0xE1, 0xEF, Last2);
        Set(Content, 0xED, 0xED, AfterEd);
        Set(Content, 0xF0, 0xF0, AfterF0);
        Set(Content, 0xF1, 0xF3, AfterF1);
        Set(Content, 0xF4, 0xF4, AfterF4);
        Continuation(Last1, Content);
        Continuation(Last2, Last1);
        Set(AfterE0, 0xA0, 0xBF, Last1);
        Set(AfterEd, 0x80, 0x9F, Last1);
        Set(AfterF0, 0x90, 0xBF, Astral2);
        Continuation(AfterF1, Astral2);
        Set(AfterF4, 0x80, 0x8F, Astral2);
        Continuation(Astral2, Astral1);
        Continuation(Astral1, Content);
        return table;
    }
}
