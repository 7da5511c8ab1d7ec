namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>A text as code points with the class of each.</summary>
internal readonly ref struct CodePointText(ReadOnlySpan<int> codePoints, ReadOnlySpan<CharacterClass> classes)
{
    public readonly ReadOnlySpan<int> CodePoints = codePoints;
    public readonly ReadOnlySpan<CharacterClass> Classes = classes;

    /// <summary>Whether a place before <paramref name="end"/> has one of the classes.</summary>
    public bool Is(int at, int end, CharacterClass classes) => at < end && (Classes[at] & classes) != 0;

    public bool IsCodePoint(int at, int end, int codePoint) => at < end && CodePoints[at] == codePoint;

    public bool IsLineEnd(int at, int end) => at < end && CodePoints[at] is '\r' or '\n';

    /// <summary>Where the run of the classes that begins at a place ends.</summary>
    public int RunEnd(int at, int end, CharacterClass classes)
    {
        while (at < end && (Classes[at] & classes) != 0)
        {
            at++;
        }

        return at;
    }
}
