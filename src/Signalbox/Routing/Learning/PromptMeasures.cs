namespace Signalbox.Routing.Learning;

/// <summary>Measures of a prompt's shape, made of its counts. Their order is part of the format of weights.</summary>
internal static class PromptMeasures
{
    public const int Length = 0;
    public const int Count = 36;

    public static void Fill(in PromptCounts c, int length, Span<float> m)
    {
        var characters = Math.Max(c.Characters, 1);
        var words = Math.Max(c.Words, 1);
        var stem = Math.Max(c.StemCharacters, 1);
        m[Length] = Log(length);
        m[1] = Log(c.Words);
        m[2] = Log(c.Lines);
        m[3] = Log(c.Sentences);
        m[4] = (float)c.WordCharacters / words;
        m[5] = Log(words / (float)Math.Max(c.Sentences, 1));
        m[6] = (float)c.Digits / characters;
        m[7] = Log(c.Numbers);
        m[8] = (float)c.Capitals / characters;
        m[9] = (float)(characters - c.Letters - c.Digits) / characters;
        m[10] = Log(c.Operators);
        m[11] = Log(c.Commands);
        m[12] = Log(c.Dollars);
        m[13] = Log(c.CodeSigns);
        m[14] = c.Questions;
        m[15] = c.Options;
        m[16] = Log(c.OptionCharacters / (float)Math.Max(c.Options, 1));
        m[17] = Log(c.StemCharacters);
        m[18] = (float)c.Foreign / characters;
        m[19] = (float)c.LongWords / words;
        m[20] = c.DistinctTerms / (float)words;
        m[21] = c.Commas / (float)words;
        m[22] = Log(c.Quotes);
        m[23] = Log(c.Brackets);
        m[24] = c.LongestNumber;
        m[25] = Log(c.Decimals);
        m[26] = Log(c.IndentedLines);
        m[27] = c.Blanks;
        m[28] = Log(c.LongestOption) - m[16];
        m[29] = Log(c.LastLineCharacters);
        m[30] = (float)c.OptionDigits / Math.Max(c.OptionCharacters, 1);
        m[31] = (float)c.CapitalWords / words;
        m[32] = Log(c.StemWords);
        m[33] = Log(c.StemNumbers);
        m[34] = c.Percents;
        m[35] = Log(c.OptionCharacters) - Log(stem);
    }

    private static float Log(float value) => MathF.Log(1 + value);
}

/// <summary>What was counted in one pass over a prompt.</summary>
internal struct PromptCounts
{
    public int Characters;
    public int Letters;
    public int Capitals;
    public int Digits;
    public int Numbers;
    public int Decimals;
    public int LongestNumber;
    public int Words;
    public int WordCharacters;
    public int LongWords;
    public int CapitalWords;
    public int Lines;
    public int IndentedLines;
    public int Sentences;
    public int Questions;
    public int Commas;
    public int Quotes;
    public int Brackets;
    public int Operators;
    public int Commands;
    public int Dollars;
    public int Percents;
    public int CodeSigns;
    public int Blanks;
    public int Foreign;
    public int Options;
    public int OptionCharacters;
    public int OptionDigits;
    public int LongestOption;
    public int StemCharacters;
    public int StemWords;
    public int StemNumbers;
    public int LastLineCharacters;
    public int DistinctTerms;
}
