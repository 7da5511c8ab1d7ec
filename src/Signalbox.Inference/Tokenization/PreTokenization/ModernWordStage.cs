namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>Where <c>'s</c>, <c>'ll</c>, ... stand in a rule.</summary>
internal enum Contractions
{
    None,

    /// <summary>A piece of their own.</summary>
    Alone,

    /// <summary>Part of the word before.</summary>
    Suffix,
}

/// <summary>What a word is made of.</summary>
internal enum WordLetters
{
    /// <summary><c>\p{L}+</c></summary>
    Plain,

    /// <summary><c>[\p{L}\p{M}]+</c></summary>
    WithMarks,

    /// <summary>Upper case may only begin a word; A-Z and a-z alone count as cased.</summary>
    Cased,

    /// <summary>Both.</summary>
    CasedWithMarks,

    /// <summary>Words that one space divides stay together.</summary>
    AcrossSpaces,
}

/// <summary>
/// The words of Llama 3 and its kin: <c>contraction|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// and the variants that models have of each part.
/// </summary>
internal sealed class ModernWordStage : SplitStage
{
    private const CharacterClass LetterOrMark = CharacterClass.Letter | CharacterClass.Mark;

    public Contractions Contractions { get; init; } = Contractions.Alone;

    public WordLetters Letters { get; init; } = WordLetters.Plain;

    /// <summary>Digits in a piece.</summary>
    public int Digits { get; init; } = 3;

    /// <summary>What punctuation takes along after it.</summary>
    public string Tail { get; init; } = "\r\n";

    /// <summary>How much of <see cref="Tail"/>.</summary>
    public int LongestTail { get; init; } = int.MaxValue;

    /// <summary>Whether marks are no punctuation.</summary>
    public bool MarksAreLetters { get; init; }

    private CharacterClass NoPunctuation =>
        CharacterClass.Space | CharacterClass.Letter | CharacterClass.Number | (MarksAreLetters ? CharacterClass.Mark : CharacterClass.None);

    protected override int Match(CodePointText text, int at, int end)
    {
        if (Contractions == Contractions.Alone && Patterns.Contraction(text, at, end, anyCase: true) is > 0 and var contraction)
        {
            return at + contraction;
        }

        var word = Word(text, at, end);
        if (word > at)
        {
            return Contractions == Contractions.Suffix ? word + Patterns.Contraction(text, word, end, anyCase: true) : word;
        }

        if (text.Is(at, end, CharacterClass.Number))
        {
            return text.RunEnd(at, (int)Math.Min(end, (long)at + Digits), CharacterClass.Number);
        }

        var first = text.CodePoints[at] == ' ' && at + 1 < end ? at + 1 : at;
        if (!text.Is(first, end, NoPunctuation))
        {
            return TailEnd(text, text.RunEnd(first, end, ~NoPunctuation), end);
        }

        return Patterns.LinesOrSpaces(text, at, end);
    }

    private int TailEnd(CodePointText text, int at, int end)
    {
        var last = (int)Math.Min(end, (long)at + LongestTail);
        while (at < last && text.CodePoints[at] < 128 && Tail.Contains((char)text.CodePoints[at]))
        {
            at++;
        }

        return at;
    }

    private int Word(CodePointText text, int at, int end)
    {
        var letters = Letters is WordLetters.WithMarks or WordLetters.CasedWithMarks ? LetterOrMark : CharacterClass.Letter;

        // [^\r\n\p{L}\p{N}]? may take one character that a letter follows.
        var prefixed = !text.IsLineEnd(at, end) && !text.Is(at, end, CharacterClass.Letter | CharacterClass.Number) && text.Is(at + 1, end, letters);
        var first = prefixed ? at + 1 : at;
        if (!text.Is(first, end, letters))
        {
            return at;
        }

        return Letters switch
        {
            WordLetters.Cased or WordLetters.CasedWithMarks => CasedWord(text, first, prefixed && text.Is(at, end, letters) ? at : first, end, letters),
            WordLetters.AcrossSpaces => AcrossSpaces(text, first, end),
            _ => text.RunEnd(first, end, letters),
        };
    }

    /// <summary>
    /// <c>X*Y+|X+Y*</c> with X = letters but a-z and Y = letters but A-Z, as backtracking finds it: X runs as far as it can and gives back until
    /// a Y is left; only where no letter of the run is a Y, the second pattern counts.
    /// </summary>
    private static int CasedWord(CodePointText text, int first, int unprefixed, int end, CharacterClass letters)
    {
        var word = EndingLower(text, first, end, letters);
        if (word < 0 && unprefixed < first)
        {
            word = EndingLower(text, unprefixed, end, letters);
        }

        return word >= 0 ? word : UpperEnd(text, first, end, letters);
    }

    private static int EndingLower(CodePointText text, int first, int end, CharacterClass letters)
    {
        var upper = UpperEnd(text, first, end, letters);
        if (text.Is(upper, end, letters))
        {
            while (text.Is(upper, end, letters) && text.CodePoints[upper] is not (>= 'A' and <= 'Z'))
            {
                upper++;
            }

            return upper;
        }

        while (upper > first && text.CodePoints[upper - 1] is >= 'A' and <= 'Z')
        {
            upper--;
        }

        return upper > first ? upper : -1;
    }

    private static int UpperEnd(CodePointText text, int at, int end, CharacterClass letters)
    {
        while (text.Is(at, end, letters) && text.CodePoints[at] is not (>= 'a' and <= 'z'))
        {
            at++;
        }

        return at;
    }

    private static int AcrossSpaces(CodePointText text, int at, int end)
    {
        while (true)
        {
            at = text.RunEnd(at + 1, end, CharacterClass.Mark);
            if (text.IsCodePoint(at, end, ' ') && text.Is(at + 1, end, CharacterClass.Letter))
            {
                at++;
            }
            else if (!text.Is(at, end, CharacterClass.Letter))
            {
                return at;
            }
        }
    }
}
