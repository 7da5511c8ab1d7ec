namespace Signalbox.Sensitivity.Detectors;

/// <summary>National ids that are digits. The ones with a shape or a check of their own need no word beside them.</summary>
internal static class NationalNumbers
{
    private const int Reach = 70;

    private static ReadOnlySpan<byte> Pesel => [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];

    private static ReadOnlySpan<byte> Cnp => [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];

    private static ReadOnlySpan<byte> Chinese => [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    private static ReadOnlySpan<byte> Norwegian => [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];

    /// <summary>Looks for an id at the beginning of the number; returns where it ends, or 0.</summary>
    public static int Match(in Passage passage, in NumberShape number, out SensitivityKind kind)
    {
        kind = SensitivityKind.NationalId;
        if (number.HasPlus || number.Digits < 6)
        {
            return 0;
        }

        var words = passage.Before(number.Start, Reach);
        var nearest = passage.Before(number.Start, 32);
        Span<byte> space = stackalloc byte[20];
        for (var count = Math.Min(number.Groups.Length, 7); count > 0; count--)
        {
            var part = count == number.Groups.Length ? number : number.First(passage.Text, count);
            if (part.Digits is < 6 or > 18)
            {
                continue;
            }

            if (part.Is("222") && IsBritish(passage, part))
            {
                return part.End + 2;
            }

            var digits = space[..part.CopyDigits(passage.Text, space)];
            if (HasShape(passage, part, digits, words) || IsNamed(passage, part, words, nearest, out kind))
            {
                return part.End;
            }
        }

        return 0;
    }

    private static bool HasShape(in Passage passage, in NumberShape part, ReadOnlySpan<byte> digits, WordClass words)
    {
        var separator = part.OneSeparator();
        var isNamed = (words & WordClass.NationalId) != 0;
        return digits.Length switch
        {
            9 when part.Is("2331") => separator == NumberShape.Mixed && IsChilean(digits),
            9 when part.Is("333") && CheckDigits.Luhn(digits) => passage.Text[Math.Max(0, part.Start - 16)..part.Start].Contains("SIN", StringComparison.Ordinal),
            9 => part.Is("324") && (separator == '-' || (separator == ' ' && isNamed)) && IsUsSocial(digits),
            10 => (part.Is("64") && IsNordic(digits, separator, words)),
            11 => IsElevenDigits(part, digits, separator, isNamed),
            12 => (part.Is("444") || isNamed) && digits[0] >= 2 && CheckDigits.Verhoeff(digits) && separator is ' ' or '-' or '\0'
                || (part.Is("84") && separator == '-' && digits[0] is 1 or 2 && CheckDigits.Value(digits[..4]) is >= 1900 and <= 2015 && CheckDigits.IsDate((digits[4] * 10) + digits[5], (digits[6] * 10) + digits[7]) && CheckDigits.Luhn(digits[2..])),
            13 => IsThirteenDigits(part, digits, isNamed),
            15 => part.Is("1222332") && IsFrench(digits) || (separator is '\0' or ' ' && IsFrench(digits)),
            18 => part.Groups.Length == 1 && IsChinese(digits),
            _ => false,
        };
    }

    private static bool IsElevenDigits(in NumberShape part, ReadOnlySpan<byte> digits, char separator, bool isNamed)
    {
        // 123.456.789-09
        if (part.Is("3332") || (isNamed && separator == '\0'))
        {
            if (IsBrazilian(digits))
            {
                return true;
            }
        }

        // 85.07.30-033.28
        if (part.Is("22232") && CheckDigits.IsDate((digits[2] * 10) + digits[3], (digits[4] * 10) + digits[5]))
        {
            var first = CheckDigits.Value(digits[..9]);
            return 97 - (first % 97) == CheckDigits.Value(digits[9..]) || 97 - ((first + 2_000_000_000) % 97) == CheckDigits.Value(digits[9..]);
        }

        if (part.Groups.Length != 1)
        {
            return part.Is("65") && separator is ' ' or '-' && IsNorwegian(digits);
        }

        var month = (digits[2] * 10) + digits[3];
        var isPesel = month % 20 is >= 1 and <= 12 && (digits[4] * 10) + digits[5] is >= 1 and <= 31 && CheckDigits.Weighted(digits, Pesel) % 10 == 0;
        return isPesel || IsNorwegian(digits);
    }

    private static bool IsThirteenDigits(in NumberShape part, ReadOnlySpan<byte> digits, bool isNamed)
    {
        // 756.1234.5678.97
        if (part.Is("3442") || part.Groups.Length == 1)
        {
            if (digits[0] == 7 && digits[1] == 5 && digits[2] == 6)
            {
                var sum = 0;
                for (var i = 0; i < 13; i++)
                {
                    sum += digits[i] * ((i & 1) == 0 ? 1 : 3);
                }

                return sum % 10 == 0;
            }
        }

        // 900101-1234567
        if (part.Is("67") && CheckDigits.IsDate((digits[2] * 10) + digits[3], (digits[4] * 10) + digits[5]) && digits[6] is >= 1 and <= 8)
        {
            return true;
        }

        var check = CheckDigits.Weighted(digits, Cnp) % 11;
        return part.Groups.Length == 1 && isNamed && (check == 10 ? 1 : check) == digits[12];
    }

    private static bool IsNordic(ReadOnlySpan<byte> digits, char separator, WordClass words)
    {
        int first = (digits[0] * 10) + digits[1], second = (digits[2] * 10) + digits[3], third = (digits[4] * 10) + digits[5];
        if (separator == '-')
        {
            var isSwedish = CheckDigits.IsDate(second, third > 60 ? third - 60 : third) && CheckDigits.Luhn(digits);
            return isSwedish || (CheckDigits.IsDate(second, first) && (words & (WordClass.NationalId | WordClass.Personal)) != 0);
        }

        // Czech and Slovak: 855712/1233
        var month = second > 70 ? second - 70 : second > 50 ? second - 50 : second > 20 ? second - 20 : second;
        return separator == '/' && CheckDigits.IsDate(month, third) && CheckDigits.Value(digits) % 11 == 0;
    }

    /// <summary>Whether a word for an id stands before a number that could be one.</summary>
    private static bool IsNamed(in Passage passage, in NumberShape part, WordClass words, WordClass nearest, out SensitivityKind kind)
    {
        kind = (words & WordClass.NationalId) != 0 ? SensitivityKind.NationalId
            : (words & WordClass.Passport) != 0 ? SensitivityKind.Passport
            : SensitivityKind.DriverLicence;
        if ((words & (WordClass.NationalId | WordClass.Passport | WordClass.Licence)) == 0 || part.Groups.Length > 6)
        {
            return false;
        }

        if (PhoneDetector.IsDateOrYears(passage, part))
        {
            return false;
        }

        if ((nearest & (WordClass.Phone | WordClass.Card | WordClass.Iban)) != 0 && (nearest & (WordClass.NationalId | WordClass.Passport | WordClass.Licence)) == 0)
        {
            return false;
        }

        var separator = part.OneSeparator();
        if (separator == '.' && part.Groups.Length == 2)
        {
            return false;
        }

        return part.Digits is >= 7 and <= 14 && separator is '\0' or ' ' or '-' or '.' or '/' or NumberShape.Mixed
            && passage.At(part.Start - 1) is not ('$' or '€' or '£') && passage.At(part.End) is not ('%' or '$' or '€');
    }

    // AB 12 34 56 C
    private static bool IsBritish(in Passage passage, in NumberShape part) =>
        passage.At(part.Start - 1) == ' ' && char.IsAsciiLetterUpper(passage.At(part.Start - 2)) && char.IsAsciiLetterUpper(passage.At(part.Start - 3))
        && !char.IsLetterOrDigit(passage.At(part.Start - 4)) && part.OneSeparator() == ' '
        && passage.At(part.End) == ' ' && passage.At(part.End + 1) is >= 'A' and <= 'D' && !char.IsLetterOrDigit(passage.At(part.End + 2));

    private static bool IsUsSocial(ReadOnlySpan<byte> digits)
    {
        var area = CheckDigits.Value(digits[..3]);
        return area is not (0 or 666) && CheckDigits.Value(digits[3..5]) != 0 && CheckDigits.Value(digits[5..]) != 0;
    }

    private static bool IsBrazilian(ReadOnlySpan<byte> digits)
    {
        int first = 0, second = 0;
        for (var i = 0; i < 9; i++)
        {
            first += digits[i] * (10 - i);
            second += digits[i] * (11 - i);
        }

        first = first * 10 % 11 % 10;
        second = (second + (first * 2)) * 10 % 11 % 10;
        return digits[9] == first && digits[10] == second && digits[..9].IndexOfAnyExcept(digits[0]) >= 0;
    }

    // 12.345.678-5
    private static bool IsChilean(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < 8; i++)
        {
            sum += digits[7 - i] * (2 + (i % 6));
        }

        return (11 - (sum % 11)) % 11 == digits[8];
    }

    private static bool IsNorwegian(ReadOnlySpan<byte> digits) =>
        CheckDigits.IsDate((digits[2] * 10) + digits[3], (digits[0] * 10) + digits[1])
        && CheckDigits.Weighted(digits, Norwegian) % 11 == 0
        && ((5 * digits[0]) + (4 * digits[1]) + (3 * digits[2]) + (2 * digits[3]) + (7 * digits[4]) + (6 * digits[5]) + (5 * digits[6]) + (4 * digits[7]) + (3 * digits[8])
            + (2 * digits[9]) + digits[10]) % 11 == 0;

    private static bool IsFrench(ReadOnlySpan<byte> digits) =>
        digits[0] is 1 or 2 && (digits[3] * 10) + digits[4] is >= 1 and <= 12 or 20 or >= 30 and <= 42 or >= 50
        && 97 - (CheckDigits.Value(digits[..13]) % 97) == CheckDigits.Value(digits[13..]);

    private static bool IsChinese(ReadOnlySpan<byte> digits)
    {
        ReadOnlySpan<byte> checks = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
        return digits[6] is 1 or 2 && CheckDigits.IsDate((digits[10] * 10) + digits[11], (digits[12] * 10) + digits[13])
            && checks[CheckDigits.Weighted(digits, Chinese) % 11] == digits[17];
    }

}
