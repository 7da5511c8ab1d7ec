namespace Signalbox.Sensitivity.Detectors;

/// <summary>
/// Payment cards: 12 to 19 digits. Where nothing speaks of cards, the first digits, the length, the grouping and the check
/// digit must all fit; beside a word for a card any card-like number counts, because people mistype them.
/// </summary>
internal static class CardDetector
{
    private const int ReachBefore = 60;
    private const int ReachAfter = 40;

    /// <summary>Looks for a card at the beginning of the number; returns where it ends, or 0.</summary>
    public static int Match(in Passage passage, in NumberShape number)
    {
        if (number.Digits < 12 || number.HasPlus || IsPartOfDecimal(passage, number))
        {
            return 0;
        }

        Span<byte> digits = stackalloc byte[20];
        for (var count = number.Groups.Length; count > 0; count--)
        {
            var part = number.First(passage.Text, count);
            if (part.Digits is < 12 or > 19 || part.OneSeparator() is not ('\0' or ' ' or '-'))
            {
                continue;
            }

            var length = part.CopyDigits(passage.Text, digits);
            if (IsCard(passage, part, digits[..length]))
            {
                return part.End;
            }
        }

        return 0;
    }

    private static bool IsCard(in Passage passage, in NumberShape part, ReadOnlySpan<byte> digits)
    {
        if (digits.Length >= 13 && IsGroupedLikeACard(part) && IsIssued(digits) && CheckDigits.Luhn(digits))
        {
            return true;
        }

        var words = passage.Before(part.Start, ReachBefore) | passage.After(part.End, ReachAfter);
        if ((words & WordClass.Card) == 0 || part.Groups.Length > 5)
        {
            return false;
        }

        foreach (var group in part.Groups)
        {
            if (group.Length < 3)
            {
                return false;
            }
        }

        // Thousands are grouped in threes.
        return part.Groups.Length == 1 || part.Groups[1].Length > 3;
    }

    private static bool IsGroupedLikeACard(in NumberShape part) => part.Groups.Length == 1
        || part.Is("4444") || part.Is("465") || part.Is("464") || part.Is("44443") || part.Is("4441") || part.Is("44442") || part.Is("88");

    // The ranges of numbers that card schemes hand out, with their lengths.
    private static bool IsIssued(ReadOnlySpan<byte> digits)
    {
        var four = (int)CheckDigits.Value(digits[..4]);
        return digits.Length switch
        {
            13 => four / 1000 == 4,
            14 => four / 100 is 36 or 38 or 39 || four / 10 is >= 300 and <= 305,
            15 => four / 100 is 34 or 37 || four is 2131 or 1800,
            16 => four / 1000 is 4 or 5 || four is >= 2200 and <= 2720 or >= 3528 and <= 3589 || four / 100 is 60 or 62 or 64 or 65 or 67 or 81 or 82 or 30 or 36 or 38 or 39,
            17 or 18 => four / 100 is 62 or 50 or 56 or 58 or 67,
            19 => four / 1000 == 4 || four / 100 is 60 or 62 or 63 or 64 or 65 or 67 or 50,
            _ => false,
        };
    }

    private static bool IsPartOfDecimal(in Passage passage, in NumberShape number) =>
        number.Start >= 2 && passage.Text[number.Start - 1] is '.' or ',' && char.IsAsciiDigit(passage.At(number.Start - 2));
}
