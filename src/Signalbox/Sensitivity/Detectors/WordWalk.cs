namespace Signalbox.Sensitivity.Detectors;

/// <summary>The letters of one word.</summary>
internal readonly record struct WordSpan(int Start, int End)
{
    public bool IsEmpty => End <= Start;

    public int Length => End - Start;
}

/// <summary>Steps from a place in a text to the next word.</summary>
internal static class WordWalk
{
    private const int MostBetween = 3;
    private const int LongestWord = 48;

    /// <summary>The word before a place, with at most a few signs between; empty where there is none.</summary>
    public static WordSpan Before(ReadOnlySpan<char> text, int position)
    {
        var end = position;
        while (end > 0 && position - end < MostBetween && !IsLetter(text[end - 1]) && IsBetween(text[end - 1]))
        {
            end--;
        }

        var start = end;
        while (start > 0 && end - start < LongestWord && IsLetter(text[start - 1]))
        {
            start--;
        }

        return new WordSpan(start, end);
    }

    /// <summary>The word after a place, with at most a few signs between; empty where there is none.</summary>
    public static WordSpan After(ReadOnlySpan<char> text, int position)
    {
        var start = position;
        while (start < text.Length && start - position < MostBetween && !IsLetter(text[start]) && IsBetween(text[start]))
        {
            start++;
        }

        var end = start;
        while (end < text.Length && end - start < LongestWord && (IsLetter(text[end]) || (text[end] is '\'' or '’' && end == start + 1 && end + 1 < text.Length && char.IsUpper(text[end + 1]))))
        {
            end++;
        }

        return new WordSpan(start, end);
    }

    private static bool IsLetter(char c) => Letters.Fold(c) != Letters.None;

    private static bool IsBetween(char c) => c is ' ' or '.' or ',' or '\'' or '’' or '-' or '/' or ':' or '#' or '°' or 'º' or '\n' or '\u00a0';
}

/// <summary>Names of months.</summary>
internal static class Months
{
    private static readonly string[] Names =
    [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "okt", "dez", "dic", "mag", "ott", "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
        "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember", "janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre", "gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "dicembre",
        "janeiro", "fevereiro", "março", "maio", "junho", "julho", "setembro", "outubro", "novembro", "dezembro", "januari", "februari", "maart", "mei", "maj", "augusti", "augustus", "marts", "desember",
    ];

    public static bool Is(ReadOnlySpan<char> word)
    {
        foreach (var name in Names)
        {
            if (word.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Endings of street names that are one word with them: Hauptstrasse, Kiannonkatu, Hammarvägen.</summary>
internal static class StreetEndings
{
    private const int Shortest = 6;

    private static readonly string[] Endings =
    [
        "strasse", "strase", "str", "weg", "gasse", "platz", "allee", "ufer", "damm", "steig", "graben", "straat", "laan", "plein", "gracht", "kade", "dreef",
        "singel", "steeg", "markt", "katu", "tie", "kuja", "polku", "kaari", "ranta", "gatan", "vagen", "gata", "gate", "veien", "vegen", "veg", "vei", "stigen", "torget", "backen", "grand",
        "vej", "gade", "gaden", "parken", "haven", "vanget", "gardet", "allen", "granden", "bakken", "vollen", "kroken", "plassen", "stien", "raitti", "rinne", "linja", "penger", "wiese", "matte", "vanget", "strade", "straede", "alle", "braut", "vegur", "stigur", "utca", "utja", "ulica", "road",
    ];

    public static bool Has(ReadOnlySpan<char> word)
    {
        if (word.Length is < Shortest or > 40)
        {
            return false;
        }

        Span<char> folded = stackalloc char[40];
        var length = 0;
        foreach (var c in word)
        {
            var letter = Letters.Fold(c);
            if (letter > Letters.Mark)
            {
                folded[length++] = letter;
            }
        }

        var isCapital = char.IsUpper(word[0]);
        foreach (var ending in Endings)
        {
            if (length - ending.Length >= 2 && (isCapital || ending.Length > 3) && folded[..length].EndsWith(ending))
            {
                return true;
            }
        }

        return false;
    }
}
