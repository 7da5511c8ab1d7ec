namespace Signalbox.Sensitivity.Detectors;

/// <summary>Words made of letters and digits: accounts, ids with letters, postcodes, tokens.</summary>
internal static class CodeDetector
{
    private const int Reach = 70;

    private const string DniLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

    /// <summary>Looks at the word around a digit; returns where what was found ends, or 0.</summary>
    public static int Match(in Passage passage, int start, int end, ref FindingSink found)
    {
        var word = passage.Text[start..end];
        var account = MatchIban(passage, start);
        if (account > 0)
        {
            found.Add(SensitivityKind.Iban, start, account);
            return account;
        }

        if (IsId(passage, start, end, out var idEnd))
        {
            found.Add(SensitivityKind.NationalId, start, idEnd);
            return idEnd;
        }

        var words = passage.Before(start, Reach);
        var nearest = passage.Before(start, 32);
        if (word.Length is >= 5 and <= 20 && (words & (WordClass.NationalId | WordClass.Passport | WordClass.Licence)) != 0
            && (nearest & (WordClass.Phone | WordClass.Secret)) == 0 && DigitsOf(word) >= 3 && IsUpperOrDigit(word))
        {
            found.Add((words & WordClass.NationalId) != 0 ? SensitivityKind.NationalId
                : (words & WordClass.Passport) != 0 ? SensitivityKind.Passport : SensitivityKind.DriverLicence, start, end);
            return end;
        }

        return 0;
    }

    /// <summary>An account number: two letters, two digits, 11 to 30 more, in blocks or not.</summary>
    private static int MatchIban(in Passage passage, int start)
    {
        var text = passage.Text[start..];
        if (text.Length < 15 || !char.IsAsciiLetter(text[0]) || !char.IsAsciiLetter(text[1]) || !char.IsAsciiDigit(text[2]) || !char.IsAsciiDigit(text[3]))
        {
            return 0;
        }

        var isNamed = (passage.Before(start, Reach) & WordClass.Iban) != 0;
        var (length, end, digits) = (0, 0, 0);
        for (var i = 0; i < text.Length && length < 34; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                length++;
                digits += char.IsAsciiDigit(text[i]) ? 1 : 0;
                var isWhole = i + 1 == text.Length || !char.IsLetterOrDigit(text[i + 1]);
                if (isWhole && length >= 15 && (CheckDigits.Mod97(text[..(i + 1)]) || (isNamed && digits >= 10)))
                {
                    end = start + i + 1;
                    if (length >= 18)
                    {
                        break;
                    }
                }
            }
            else if (text[i] is not (' ' or '-' or '\u00a0') || i + 1 >= text.Length || !char.IsAsciiLetterOrDigit(text[i + 1]))
            {
                break;
            }
        }

        return end;
    }

    private static bool IsId(in Passage passage, int start, int end, out int idEnd)
    {
        var word = passage.Text[start..end];
        idEnd = end;
        return word.Length switch
        {
            9 => IsSpanish(word) || IsBritish(word),
            16 => IsFiscalCode(word),
            18 => IsMexican(word) || IsChinese(word),
            _ => IsFinnish(passage, start, end, out idEnd),
        };
    }

    // 12345678Z, X1234567L
    private static bool IsSpanish(ReadOnlySpan<char> word)
    {
        var first = char.ToUpperInvariant(word[0]) switch { 'X' => 0, 'Y' => 1, 'Z' => 2, var c when char.IsAsciiDigit(c) => c - '0', _ => -1 };
        var letter = char.ToUpperInvariant(word[8]);
        if (first < 0 || word[1..8].ContainsAnyExceptInRange('0', '9') || !char.IsAsciiLetter(letter))
        {
            return false;
        }

        var number = first;
        foreach (var c in word[1..8])
        {
            number = (number * 10) + c - '0';
        }

        return DniLetters[number % 23] == letter;
    }

    // AB123456C
    private static bool IsBritish(ReadOnlySpan<char> word) =>
        char.IsAsciiLetterUpper(word[0]) && char.IsAsciiLetterUpper(word[1]) && !"DFIQUV".Contains(word[0]) && !"DFIQUVO".Contains(word[1])
        && !word[2..8].ContainsAnyExceptInRange('0', '9') && word[8] is >= 'A' and <= 'D';

    // Six letters, year, month and day of birth, a place, a check letter. The shape is like nothing else, so mistyped ones count.
    private static bool IsFiscalCode(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<char> shape = "aaaaaa00a00a000a";
        for (var i = 0; i < 16; i++)
        {
            if (shape[i] == 'a' ? !char.IsAsciiLetter(word[i]) : !char.IsAsciiDigit(word[i]))
            {
                return false;
            }
        }

        return "ABCDEHLMPRST".Contains(char.ToUpperInvariant(word[8]));
    }

    // Seventeen digits and X, with a date in the middle.
    private static bool IsChinese(ReadOnlySpan<char> word) =>
        word[17] is 'X' or 'x' && !word[..17].ContainsAnyExceptInRange('0', '9') && word[6] is '1' or '2';

    // GOMC800101HDFXYZ09
    private static bool IsMexican(ReadOnlySpan<char> word) =>
        !word[..4].ContainsAnyExceptInRange('A', 'Z') && !word[4..10].ContainsAnyExceptInRange('0', '9') && word[10] is 'H' or 'M'
        && !word[11..16].ContainsAnyExceptInRange('A', 'Z') && char.IsAsciiDigit(word[17]);

    // 131052-308T
    private static bool IsFinnish(in Passage passage, int start, int end, out int idEnd)
    {
        idEnd = end;
        const string Checks = "0123456789ABCDEFHJKLMNPRSTUVWXY";
        if (end - start != 4 || start < 7 || passage.Text[start - 1] is not ('-' or '+' or 'A') || !char.IsAsciiLetter(passage.Text[end - 1]))
        {
            return false;
        }

        var number = 0L;
        for (var i = start - 7; i < end - 1; i++)
        {
            if (i == start - 1)
            {
                continue;
            }

            if (!char.IsAsciiDigit(passage.Text[i]))
            {
                return false;
            }

            number = (number * 10) + passage.Text[i] - '0';
        }

        return Checks[(int)(number % 31)] == char.ToUpperInvariant(passage.Text[end - 1]);
    }

    private static int DigitsOf(ReadOnlySpan<char> word)
    {
        var count = 0;
        foreach (var c in word)
        {
            count += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return count;
    }

    private static bool IsUpperOrDigit(ReadOnlySpan<char> word)
    {
        var lower = 0;
        foreach (var c in word)
        {
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
        }

        // "l01x00t47" in a text without capitals, but not "section12b".
        return lower == 0 || lower <= 2;
    }
}
