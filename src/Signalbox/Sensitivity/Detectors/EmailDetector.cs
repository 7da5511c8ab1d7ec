namespace Signalbox.Sensitivity.Detectors;

/// <summary>E-mail addresses, and passwords in addresses like scheme://user:password@host.</summary>
internal static class EmailDetector
{
    private const int Longest = 254;

    /// <summary>Looks around an at sign; returns where what was found ends, or 0.</summary>
    public static int Match(ReadOnlySpan<char> text, int at, ref FindingSink found)
    {
        var domainEnd = DomainEnd(text, at + 1, out var isHost);
        var start = at;
        while (start > 0 && at - start < Longest && IsLocal(text[start - 1]))
        {
            start--;
        }

        if (HasPassword(text, at) is var scheme and >= 0)
        {
            found.Add(SensitivityKind.Credential, scheme, at);
            return at + 1;
        }

        while (start < at && text[start] is '.' or '-' or '\'')
        {
            start++;
        }

        if (start == at || !isHost || text[at - 1] == '.')
        {
            return 0;
        }

        found.Add(SensitivityKind.Email, start, domainEnd);
        return domainEnd;
    }

    private static int DomainEnd(ReadOnlySpan<char> text, int start, out bool isHost)
    {
        isHost = false;
        var end = start;
        var (label, dots, letters) = (start, 0, 0);
        while (end < text.Length && end - start < Longest)
        {
            var c = text[end];
            if (char.IsLetterOrDigit(c) || c == '-')
            {
                letters += char.IsLetter(c) ? 1 : 0;
                end++;
                continue;
            }

            if (c != '.' || end == label || end + 1 >= text.Length || !char.IsLetterOrDigit(text[end + 1]))
            {
                break;
            }

            dots++;
            label = ++end;
            letters = 0;
        }

        while (end > start && text[end - 1] == '-')
        {
            end--;
        }

        isHost = dots > 0 && letters >= 2 && end - label >= 2;
        return end;
    }

    private static bool IsLocal(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'' or '!' or '#' or '&' or '~';

    // The password may hold signs that an address may not, so it is looked for on its own.
    private static int HasPassword(ReadOnlySpan<char> text, int at)
    {
        if (at == 0 || char.IsWhiteSpace(text[at - 1]))
        {
            return -1;
        }

        var from = Math.Max(0, at - 160);
        var before = text[from..at];
        var blank = before.LastIndexOfAny(" \t\r\n\"'<>");
        before = before[(blank + 1)..];
        var scheme = before.IndexOf("://");
        if (scheme < 1)
        {
            return -1;
        }

        var user = before[(scheme + 3)..];
        var colon = user.IndexOf(':');
        return colon >= 0 && user.Length - colon > 2 && !user.Contains('/') && user[colon + 1] is not ('$' or '<' or '{' or '*') ? at - before.Length : -1;
    }
}
