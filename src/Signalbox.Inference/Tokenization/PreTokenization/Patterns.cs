namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>The parts that most split rules are made of.</summary>
internal static class Patterns
{
    /// <summary><c>'s|'t|'re|'ve|'m|'ll|'d</c>: its length, 0 without one.</summary>
    public static int Contraction(CodePointText text, int at, int end, bool anyCase)
    {
        if (at + 1 >= end || text.CodePoints[at] != '\'')
        {
            return 0;
        }

        var first = Fold(text.CodePoints[at + 1], anyCase);
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }

        if (at + 2 >= end)
        {
            return 0;
        }

        var second = Fold(text.CodePoints[at + 2], anyCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: all white space, save the last before a word. Its end.</summary>
    public static int Spaces(CodePointText text, int at, int end)
    {
        var run = text.RunEnd(at, end, CharacterClass.Space);
        return run < end && run - at > 1 ? run - 1 : run;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: white space up to its last line end; the rest by itself. Its end.</summary>
    public static int LinesOrSpaces(CodePointText text, int at, int end)
    {
        var run = text.RunEnd(at, end, CharacterClass.Space);
        for (var last = run; last > at; last--)
        {
            if (text.IsLineEnd(last - 1, end))
            {
                return last;
            }
        }

        return run < end && run - at > 1 ? run - 1 : run;
    }

    private static int Fold(int codePoint, bool anyCase) => anyCase && codePoint is >= 'A' and <= 'Z' ? codePoint | 0x20 : codePoint;
}
