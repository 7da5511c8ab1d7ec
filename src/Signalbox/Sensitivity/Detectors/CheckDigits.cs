namespace Signalbox.Sensitivity.Detectors;

/// <summary>The check digits of cards, accounts and national numbers. Digits are values 0 to 9.</summary>
internal static class CheckDigits
{
    private static ReadOnlySpan<byte> VerhoeffTimes =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 0, 6, 7, 8, 9, 5, 2, 3, 4, 0, 1, 7, 8, 9, 5, 6, 3, 4, 0, 1, 2, 8, 9, 5, 6, 7, 4, 0, 1, 2, 3, 9, 5, 6, 7, 8,
        5, 9, 8, 7, 6, 0, 4, 3, 2, 1, 6, 5, 9, 8, 7, 1, 0, 4, 3, 2, 7, 6, 5, 9, 8, 2, 1, 0, 4, 3, 8, 7, 6, 5, 9, 3, 2, 1, 0, 4, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    ];

    private static ReadOnlySpan<byte> VerhoeffTurn =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 5, 7, 6, 2, 8, 3, 0, 9, 4, 5, 8, 0, 3, 7, 9, 6, 1, 4, 2, 8, 9, 1, 6, 0, 4, 3, 5, 2, 7,
        9, 4, 5, 3, 1, 2, 6, 8, 7, 0, 4, 2, 8, 6, 5, 7, 3, 9, 0, 1, 2, 7, 9, 3, 8, 0, 6, 4, 1, 5, 7, 0, 4, 6, 9, 1, 3, 2, 5, 8,
    ];

    public static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var value = digits[^(i + 1)] * (1 + (i & 1));
            sum += value > 9 ? value - 9 : value;
        }

        return sum % 10 == 0;
    }

    public static bool Verhoeff(ReadOnlySpan<byte> digits)
    {
        var check = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            check = VerhoeffTimes[(check * 10) + VerhoeffTurn[((i & 7) * 10) + digits[^(i + 1)]]];
        }

        return check == 0;
    }

    /// <summary>ISO 7064 mod 97 over letters and digits, the first four moved to the end; blanks are passed over.</summary>
    public static bool Mod97(ReadOnlySpan<char> account)
    {
        var remainder = Mod97Part(account[4..], 0);
        return Mod97Part(account[..4], remainder) == 1;
    }

    /// <summary>The weighted sum of digits.</summary>
    public static int Weighted(ReadOnlySpan<byte> digits, ReadOnlySpan<byte> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += digits[i] * weights[i];
        }

        return sum;
    }

    public static long Value(ReadOnlySpan<byte> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            value = (value * 10) + digit;
        }

        return value;
    }

    /// <summary>Whether two digits each are a month and a day.</summary>
    public static bool IsDate(int month, int day) => month is >= 1 and <= 12 && day is >= 1 and <= 31;

    private static int Mod97Part(ReadOnlySpan<char> text, int remainder)
    {
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                remainder = ((remainder * 10) + c - '0') % 97;
            }
            else if (char.IsAsciiLetter(c))
            {
                remainder = ((remainder * 100) + (c | 0x20) - 'a' + 10) % 97;
            }
        }

        return remainder;
    }
}
