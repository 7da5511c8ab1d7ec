namespace Signalbox.Routing.Learning;

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
