using System.Buffers;

namespace Signalbox.Sensitivity.Detectors;

/// <summary>One vectorised search for the signs that nearly all personal data have, digits and at signs; only there the detectors look closer.</summary>
internal static class SignDetector
{
    private const int LongestNumber = 24;
    private const int LongestWord = 320;

    private static readonly SearchValues<char> Signs = SearchValues.Create("0123456789@");

    public static void Find(in Passage passage, ref FindingSink found)
    {
        var text = passage.Text;
        var position = 0;
        while (position < text.Length && text[position..].IndexOfAny(Signs) is var offset and >= 0)
        {
            var place = position + offset;
            var end = text[place] == '@' ? EmailDetector.Match(text, place, ref found) : AtDigit(passage, place, position, ref found);
            position = Math.Max(end, place + 1);
        }
    }

    /// <summary>Looks at the word or number around a digit; returns where to go on.</summary>
    private static int AtDigit(in Passage passage, int place, int floor, ref FindingSink found)
    {
        var text = passage.Text;
        var (start, end) = (place, place);
        while (start > floor && place - start < LongestWord && Letters.Joins(text[start - 1]) && !IsEscape(text, start - 1))
        {
            start--;
        }

        while (end < text.Length && Letters.Joins(text[end]))
        {
            end++;
        }

        if ((passage.At(end) == ':' || passage.At(start - 1) == ':') && IpDetector.MatchV6(passage, place, ref found) is var address and > 0)
        {
            return address;
        }

        return start == place && StartsNumber(text, start, end)
            ? AtNumber(passage, start, end, ref found)
            : AtWord(passage, start, end, ref found);
    }

    // The \n of JSON text is no letter of the word behind it.
    private static bool IsEscape(ReadOnlySpan<char> text, int place) => text[place] is 'n' or 't' or 'r' && place > 0 && text[place - 1] == '\\';

    // "4711", and "4560x123" with an extension.
    private static bool StartsNumber(ReadOnlySpan<char> text, int start, int end)
    {
        var letter = text[start..end].IndexOfAnyExceptInRange('0', '9');
        return letter < 0 || (letter > 1 && text[start + letter] is 'x' or 'X' && start + letter + 1 < end && !text[(start + letter + 1)..end].ContainsAnyExceptInRange('0', '9'));
    }

    private static int AtNumber(in Passage passage, int start, int end, ref FindingSink found)
    {
        if (end - start > LongestNumber)
        {
            return end;
        }

        Span<DigitGroup> space = stackalloc DigitGroup[NumberShape.MostGroups];
        var number = NumberShape.Read(passage.Text, start, space);
        if (IpDetector.MatchV4(passage, number, ref found) is var ip and > 0)
        {
            return ip;
        }

        var match = number.Digits < 6 ? 0 : CardDetector.Match(passage, number);
        var kind = SensitivityKind.Card;
        if (match == 0 && number.Digits >= 6)
        {
            match = NationalNumbers.Match(passage, number, out kind);
        }

        if (match == 0 && number.Digits >= 6)
        {
            kind = SensitivityKind.Phone;
            match = PhoneDetector.Match(passage, number);
        }

        if (match > 0)
        {
            found.Add(kind, kind == SensitivityKind.Phone && (number.HasPlus || number.IsOpen) ? start - 1 : start, match);
            return match;
        }

        var group = number.Groups[0].End;
        if (AddressDetector.Match(passage, start, group, out var from) is var address and > 0)
        {
            found.Add(SensitivityKind.Address, from, address);
            return address;
        }

        return group;
    }

    private static int AtWord(in Passage passage, int start, int end, ref FindingSink found)
    {
        if (end - start >= LongestWord)
        {
            return end;
        }

        if (CodeDetector.Match(passage, start, end, ref found) is var code and > 0)
        {
            return code;
        }

        if (PrefixedToken.TryFind(passage.Text, start, end, out var begin, out var stop))
        {
            found.Add(SensitivityKind.Credential, begin, stop);
            return stop;
        }

        if (CredentialDetector.OfRandom(passage, start, end) is { } random)
        {
            found.Add(random, start, end);
            return end;
        }

        if (Postcodes.Match(passage.Text, start, end) is var postcode and > 0)
        {
            found.Add(SensitivityKind.Address, start, postcode);
            return postcode;
        }

        if (end - start is > 2 and < 7 && AddressDetector.MatchOrdinal(passage, start, end) is var ordinal and > 0)
        {
            found.Add(SensitivityKind.Address, start, ordinal);
            return ordinal;
        }

        // "12a Hauptstrasse", "Hauptstrasse 12a"
        var digits = passage.Text[start..end].IndexOfAnyExceptInRange('0', '9');
        var isHouse = digits is >= 1 and <= 4 && end - start == digits + 1;
        if (isHouse && AddressDetector.Match(passage, start, end, out var from) is var address and > 0)
        {
            found.Add(SensitivityKind.Address, from, address);
            return address;
        }

        return end;
    }
}
