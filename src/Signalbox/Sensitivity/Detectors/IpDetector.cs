using System.Net;
using System.Net.Sockets;

namespace Signalbox.Sensitivity.Detectors;

/// <summary>Addresses of machines. Versions and section numbers look alike and are left alone; so are loopback addresses.</summary>
internal static class IpDetector
{
    private const int Reach = 30;
    private const int LongestV6 = 45;

    /// <summary>Looks for an IPv4 address at the beginning of the number; returns where it ends, or 0.</summary>
    public static int MatchV4(in Passage passage, in NumberShape number, ref FindingSink found)
    {
        if (number.Groups.Length < 4)
        {
            return 0;
        }

        Span<int> parts = stackalloc int[4];
        for (var i = 0; i < 4; i++)
        {
            var group = number.Groups[i];
            if (group.Length > 3 || (i > 0 && (group.Separator != '.' || group.Start != number.Groups[i - 1].End + 1)))
            {
                return 0;
            }

            parts[i] = int.Parse(passage.Text.Slice(group.Start, group.Length), System.Globalization.CultureInfo.InvariantCulture);
            if (parts[i] > 255 || (group.Length > 1 && passage.Text[group.Start] == '0'))
            {
                return 0;
            }
        }

        var end = number.Groups[3].End;
        if (number.Groups.Length > 4 && number.Groups[4].Separator == '.')
        {
            return 0;
        }

        var words = passage.Before(number.Start, Reach);
        var looksLikeSection = parts[0] <= 15 && parts[1] <= 15 && parts[2] <= 15 && parts[3] <= 15;
        if ((words & WordClass.Ip) == 0 && ((passage.Before(number.Start, 14) & WordClass.Version) != 0 || (looksLikeSection && parts[0] != 10)))
        {
            return 0;
        }

        var isOwnMachine = parts[0] is 0 or 127 && parts[1] == 0;
        if (!isOwnMachine)
        {
            var isPrivate = parts[0] is 10 or 0 or 127 || (parts[0] == 172 && parts[1] is >= 16 and <= 31) || (parts[0] == 192 && parts[1] == 168) || (parts[0] == 169 && parts[1] == 254);
            found.Add(isPrivate ? SensitivityKind.PrivateIp : SensitivityKind.IpAddress, number.Start, end);
        }

        return end;
    }

    /// <summary>Looks for an IPv6 address around a place inside of it; returns where it ends, or 0.</summary>
    public static int MatchV6(in Passage passage, int position, ref FindingSink found)
    {
        var (start, end, colons) = (position, position, 0);
        while (start > 0 && position - start < LongestV6 && IsPart(passage.Text[start - 1]))
        {
            start--;
        }

        while (end < passage.Text.Length && end - start <= LongestV6 && IsPart(passage.Text[end]))
        {
            end++;
        }

        while (end > start && passage.Text[end - 1] is ':' or '.' && !passage.Text[start..end].EndsWith("::"))
        {
            end--;
        }

        var text = passage.Text[start..end];
        foreach (var c in text)
        {
            colons += c == ':' ? 1 : 0;
        }

        var isShort = text.Contains("::", StringComparison.Ordinal);
        if (text.Length > LongestV6 || (isShort ? colons < 3 : colons != 7) || char.IsLetterOrDigit(passage.At(end)) || char.IsLetterOrDigit(passage.At(start - 1))
            || !IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return 0;
        }

        var isPrivate = address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast;
        found.Add(isPrivate ? SensitivityKind.PrivateIp : SensitivityKind.IpAddress, start, end);
        return end;
    }

    private static bool IsPart(char c) => char.IsAsciiHexDigit(c) || c is ':' or '.';
}
