namespace Signalbox.Sensitivity.Detectors;

/// <summary>
/// Street addresses, found from their number: beside a word for a street in one of many languages, in the line of a flat or a
/// post box, before a town, or where a sentence says that somebody lives there.
/// </summary>
internal static class AddressDetector
{
    private const int StreetReach = 48;
    private const int IntroReach = 64;

    /// <summary>Looks around a house number; returns where the address ends, or 0.</summary>
    public static int Match(in Passage passage, int start, int end, out int from)
    {
        from = start;
        if (end - start > 6 || passage.At(start - 1) is '$' or '€' or '£' or '=' or '^' or '_' || IsPartOfNumber(passage, start, end))
        {
            return 0;
        }

        var before = WordWalk.Before(passage.Text, start);
        if (IsUnitOrBox(passage, before) || IsStreet(passage, before, start))
        {
            from = before.Start;
            return end;
        }

        // Carrera 15 # 93-60
        if (passage.Text[end..].StartsWith(" #") && !before.IsEmpty && char.IsUpper(passage.Text[before.Start]) && passage.Text[Math.Min(end + 2, passage.Text.Length)..].TrimStart(' ') is [>= '0' and <= '9', ..])
        {
            return end;
        }

        if (Towns.IsTown(passage, start, end) || Towns.IsEastern(passage.Text, start, end)
            || (passage.At(end) is '号' or '號' && (passage.Before(start, 24) & WordClass.AddressIntro) != 0))
        {
            return end;
        }

        var streetEnd = NumberThenStreet(passage, end);
        if (streetEnd > 0)
        {
            return streetEnd;
        }

        if (StreetThenNumber(passage, start) is var streetStart and >= 0)
        {
            from = streetStart;
            return end;
        }

        return Described(passage, before, start, end, ref from);
    }

    // 27,000 and 61.20 are no house numbers.
    private static bool IsPartOfNumber(in Passage passage, int start, int end) =>
        (passage.At(start - 1) is '.' or ',' or ':' && char.IsAsciiDigit(passage.At(start - 2))) || (passage.At(end) is '.' or ',' && char.IsAsciiDigit(passage.At(end + 1)))
        || passage.At(end) is '°' or '%';

    // Apt. 864, Suite 12, P.O. Box 104
    private static bool IsUnitOrBox(in Passage passage, WordSpan before)
    {
        if (before.IsEmpty)
        {
            return false;
        }

        var classes = passage.Of(before.Start, before.End);
        return (classes & WordClass.Unit) != 0
            || ((classes & WordClass.Box) != 0 && (before.Length > 3 || char.IsUpper(passage.Text[before.Start]) || IsNumberOrPost(passage.Text, before.Start)));
    }

    private static bool IsNumberOrPost(ReadOnlySpan<char> text, int start) =>
        start >= 2 && (char.IsAsciiDigit(text[start - 2]) || text[start - 2] is '.' or 'o' or 'O');

    // Hauptstrasse 5, Kiannonkatu 98, Király u. 15, Main Street 12
    private static bool IsStreet(in Passage passage, WordSpan before, int start)
    {
        if (!before.IsEmpty && passage.Text[before.Start..before.End] is "No" or "no" or "Nr" or "nr" or "núm" or "nº" or "numero" or "numéro")
        {
            before = WordWalk.Before(passage.Text, before.Start);
        }

        if (before.IsEmpty)
        {
            return false;
        }

        if (StreetEndings.Has(passage.Text[before.Start..before.End]))
        {
            return true;
        }

        var classes = passage.Of(before.Start, before.End);
        if ((classes & (WordClass.StreetOther | WordClass.StreetAfter)) == 0)
        {
            return false;
        }

        var name = WordWalk.Before(passage.Text, before.Start);
        return !name.IsEmpty && name.Length > 1 && char.IsUpper(passage.Text[name.Start]) && (passage.Of(name.Start, name.End) & WordClass.Small) == 0
            && ((classes & WordClass.StreetOther) != 0 || char.IsUpper(passage.Text[before.Start])) && start - before.End <= 8;
    }

    // 24 Clarke Avenue, 31 rue de Tanger, 12 Hauptstrasse
    private static int NumberThenStreet(in Passage passage, int end)
    {
        var text = passage.Text;
        var word = WordWalk.After(text, end);
        if (word.IsEmpty || word.Start - end > 3)
        {
            return 0;
        }

        var classes = passage.Of(word.Start, word.End);
        if ((classes & WordClass.StreetBefore) != 0 && IsWhole(text, word))
        {
            var name = WordWalk.After(text, word.End);
            return !name.IsEmpty && name.Start - word.End <= 3 && IsStreetName(passage, name) ? name.End : 0;
        }

        var isLower = char.IsLower(text[word.Start]);
        for (var words = 0; words < 5 && !word.IsEmpty && word.Start - end < StreetReach; words++)
        {
            classes = passage.Of(word.Start, word.End);
            if (words > 0 && (classes & WordClass.StreetAfter) != 0 && (!isLower || (words < 3 && IsPlainStreet(text[word.Start..word.End]))))
            {
                return word.End;
            }

            if (words == 0 && !isLower && StreetEndings.Has(text[word.Start..word.End]))
            {
                return word.End;
            }

            if ((classes & WordClass.Small) != 0)
            {
                return 0;
            }

            var next = WordWalk.After(text, word.End);
            if (next.IsEmpty || next.Start - word.End > 2 || text[word.End] is ',' or '\n' or ';' or ':' or '?' or '!')
            {
                return 0;
            }

            word = next;
        }

        return 0;
    }

    /// <summary>5th Avenue, 42nd Street; returns where the street ends, or 0.</summary>
    public static int MatchOrdinal(in Passage passage, int start, int end)
    {
        if (passage.Text[start..end] is not ([.., 's', 't'] or [.., 'n', 'd'] or [.., 'r', 'd'] or [.., 't', 'h']) || !char.IsAsciiDigit(passage.Text[end - 3]))
        {
            return 0;
        }

        var street = WordWalk.After(passage.Text, end);
        return !street.IsEmpty && street.Start - end == 1 && (passage.Of(street.Start, street.End) & WordClass.StreetAfter) != 0 && char.IsUpper(passage.Text[street.Start]) ? street.End : 0;
    }

    // rue de Piétrain 371, Via Roma 131, ul. Miła 53, C/ Señores Curas 88
    private static int StreetThenNumber(in Passage passage, int start)
    {
        for (var i = passage.FirstFrom(start) - 1; i >= 0 && passage.Words[i].Start >= start - StreetReach; i--)
        {
            var hit = passage.Words[i];
            var between = passage.Text[hit.End..start];
            if (between.ContainsAny('\n', '?', '!') || between.Contains(", ", StringComparison.Ordinal) && between.Length > 24)
            {
                return -1;
            }

            if ((hit.Classes & WordClass.StreetAt) != 0 && IsNamedAfterPlace(passage, hit))
            {
                return hit.Start;
            }

            if ((hit.Classes & WordClass.StreetBefore) == 0 || !IsWhole(passage.Text, new WordSpan(hit.Start, hit.End)))
            {
                continue;
            }

            var name = WordWalk.After(passage.Text, hit.End);
            if (name.End < start && name.Start - hit.End <= 3 && IsStreetName(passage, name) && IsStreetWord(passage.Text[hit.Start..hit.End], passage.Text, name))
            {
                return hit.Start;
            }
        }

        return -1;
    }

    // One letter stands for a street only with its sign: C/ Mayor, R. Augusta, Λ. Αλεξάνδρας.
    private static bool IsWhole(ReadOnlySpan<char> text, WordSpan word) =>
        word.Length > 1 || (word.End < text.Length && (text[word.Start] is 'C' or 'c' ? text[word.End] == '/' : text[word.End] == '.'));

    // Unter den Linden 77, Auf der Heide 19: German writes these with a capital inside of a sentence only where they are names.
    private static bool IsNamedAfterPlace(in Passage passage, WordHit hit)
    {
        var text = passage.Text;
        if (!char.IsUpper(text[hit.Start]) || passage.At(hit.Start - 1) != ' ' || !char.IsLetter(passage.At(hit.Start - 2)))
        {
            return false;
        }

        var name = WordWalk.After(text, hit.End);
        return !name.IsEmpty && !Months.Is(text[name.Start..name.End]) && (char.IsUpper(text[name.Start]) || text[name.Start..name.End] is "der" or "den" or "dem" or "alten");
    }

    private static bool IsStreetName(in Passage passage, WordSpan name)
    {
        var first = passage.Text[name.Start];
        return char.IsUpper(first) || !char.IsAscii(first) || IsParticle(passage.Text[name.Start..name.End]);
    }

    private static bool IsParticle(ReadOnlySpan<char> word) => word is "de" or "du" or "des" or "la" or "le" or "da" or "do" or "dos" or "del" or "della" or "dei" or "d" or "van" or "der" or "den" or "het" or "von" or "san" or "st" or "al" or "y" or "e";

    // "via" and "place" are common words; before a name with a capital they are streets, and in a text without capitals never.
    private static bool IsStreetWord(ReadOnlySpan<char> word, ReadOnlySpan<char> text, WordSpan name) =>
        word is not ("via" or "route" or "place" or "cours" or "ronda" or "camino" or "plaza" or "largo" or "square" or "c" or "r" or "l" or "av" or "str" or "al") || char.IsUpper(text[name.Start]);

    private static bool IsPlainStreet(ReadOnlySpan<char> word) => word is "street" or "st" or "avenue" or "ave" or "road" or "rd" or "boulevard" or "blvd" or "lane";

    /// <summary>Where a sentence says that it is an address: "lives at 255 Hersnap 18", "4923 Parmova 109" on a line of its own.</summary>
    private static int Described(in Passage passage, WordSpan before, int start, int end, ref int from)
    {
        var text = passage.Text;
        var after = WordWalk.After(text, end);
        if (!before.IsEmpty && Months.Is(text[before.Start..before.End]))
        {
            return 0;
        }

        var isIntroduced = (passage.Before(start, IntroReach) & WordClass.AddressIntro) != 0;
        var isBeforeName = !after.IsEmpty && after.Start - end == 1 && text[end] == ' ' && char.IsUpper(text[after.Start]) && !Months.Is(text[after.Start..after.End]);
        if (isBeforeName && end - start <= 5)
        {
            var number = end - start >= 2 ? NumberAfterName(text, after) : 0;
            if (number > 0)
            {
                return number;
            }

            if (isIntroduced && after.Length > 2 && (before.IsEmpty || text[before.End] == ':' || char.IsLower(text[before.Start]) || (passage.Of(before.Start, before.End) & (WordClass.Small | WordClass.AddressIntro)) != 0))
            {
                return after.End;
            }
        }

        var isAfterName = !before.IsEmpty && before.Length > 2 && (start - before.End == 1 || (start - before.End == 2 && text[before.End] == ',')) && char.IsUpper(text[before.Start]) && !Months.Is(text[before.Start..before.End]);
        if (isAfterName && isIntroduced && end - start <= 4 && !IsYear(text[start..end]) && IsSaidPlace(passage, before))
        {
            from = before.Start;
            return end;
        }

        return 0;
    }

    // "at Kesk 53", "of Joaquin Suarez 2906", "address: Bygget 64", but not "Example 1".
    private static bool IsSaidPlace(in Passage passage, WordSpan word)
    {
        for (var words = 0; words < 6 && !word.IsEmpty; words++)
        {
            var classes = passage.Of(word.Start, word.End);
            if ((classes & (WordClass.Small | WordClass.AddressIntro)) != 0)
            {
                return words > 0;
            }

            var before = WordWalk.Before(passage.Text, word.Start);
            if (before.IsEmpty || (word.Start - before.End > 1 && !(passage.Text[before.End] == '.' && before.Length < 6)))
            {
                return !before.IsEmpty && passage.Text[before.End] is ':' or ',' && passage.At(before.End + 1) != '\n';
            }

            if (!char.IsUpper(passage.Text[word.Start]))
            {
                return words > 0;
            }

            word = before;
        }

        return false;
    }

    // A name of up to four words with capitals, a number, and then the end of the line or of the part.
    private static int NumberAfterName(ReadOnlySpan<char> text, WordSpan word)
    {
        for (var words = 0; words < 5; words++)
        {
            var next = word.End;
            while (next < text.Length && text[next] is ' ' or '.' && next - word.End < 2)
            {
                next++;
            }

            if (next > word.End && next < text.Length && char.IsAsciiDigit(text[next]))
            {
                var end = next;
                while (end < text.Length && char.IsAsciiDigit(text[end]))
                {
                    end++;
                }

                return end - next <= 4 && !IsYear(text[next..end]) && (end == text.Length || text[end] is ',' or '\n' or '.' or '\r' || text[end..].StartsWith(" Apt") || text[end..].StartsWith(" Suite")) ? end : 0;
            }

            word = WordWalk.After(text, word.End);
            if (word.IsEmpty || word.Start != next || (!char.IsUpper(text[word.Start]) && !IsParticle(text[word.Start..word.End])))
            {
                return 0;
            }
        }

        return 0;
    }

    private static bool IsYear(ReadOnlySpan<char> digits) => digits.Length == 4 && digits[..2] is "18" or "19" or "20";
}
