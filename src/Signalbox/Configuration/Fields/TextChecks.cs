namespace Signalbox.Configuration.Fields;

/// <summary>What a text must be to serve as a URL, a header, a name. Each answers null, or the complaint that follows the quoted text.</summary>
internal static class TextChecks
{
    private static readonly string[] OwnHeaders =
        ["connection", "content-encoding", "content-length", "content-type", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

    public static string? Url(string text, out string value)
    {
        value = text;
        return TryHttp(text, out _) ? null : "is not an http:// or https:// URL";
    }

    public static string? BaseUrl(string text, out string value)
    {
        value = text;
        if (!TryHttp(text, out var uri))
        {
            return "is not an http:// or https:// URL";
        }

        if (uri.UserInfo.Length > 0)
        {
            return "holds credentials; put them into apiKey or headers";
        }

        return uri.Query.Length > 0 || uri.Fragment.Length > 0 || text.Contains('?') || text.Contains('#')
            ? "has a query or fragment, but requests append their path to it; leave it out (an Azure api-version goes into apiVersion)"
            : null;
    }

    public static string? ListenUrl(string text, out string value)
    {
        value = text;
        const string Complaint = "is not an address to listen on; write http://HOST:PORT, with HOST an IP address, localhost or * for all";
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return Complaint;
        }

        if (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return "needs TLS, which this version does not serve; write http:// and put a proxy that serves TLS in front";
        }

        // Kestrel takes * and + for "every address"; Uri does not.
        var host = text[(scheme + 3)..];
        var plain = host.StartsWith('*') || host.StartsWith('+') ? $"{text[..scheme]}://localhost{host[1..]}" : text;
        return TryHttp(plain, out var uri) && uri.AbsolutePath is "/" && uri.Query.Length == 0 && uri.UserInfo.Length == 0 ? null : Complaint;
    }

    public static string? Origin(string text, out string value)
    {
        value = text.TrimEnd('/');
        return text == "*" || (TryHttp(text, out var uri) && uri.GetLeftPart(UriPartial.Authority).Equals(value, StringComparison.OrdinalIgnoreCase))
            ? null
            : "is not an origin; write SCHEME://HOST[:PORT] without a path, or *";
    }

    public static string? Credential(string text, out string value)
    {
        value = text;
        return IsHeaderText(text) && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])
            ? null
            : "cannot be sent in a header: it has a character outside printable ASCII, or blanks around it (a copied line end?)";
    }

    public static string? HeaderName(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c))
            {
                return $"{Words.Quote(name)} is not a header name";
            }
        }

        if (name.Length == 0)
        {
            return "a header needs a name";
        }

        return OwnHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? $"{Words.Quote(name)} belongs to the connection and is set by Signalbox; leave it out"
            : null;
    }

    public static string? FilePath(string text, out string value)
    {
        value = text;
        return text.Contains('\0') ? "is not a path" : null;
    }

    public static string? Phrase(string text, out string value)
    {
        value = text;
        return string.IsNullOrWhiteSpace(text) ? "is blank, and would be found in nothing; leave it out" : null;
    }

    public static string? Task(string text, out string value)
    {
        value = text;
        return TaskName(text);
    }

    /// <summary>Tasks are words of a header, where commas and blanks separate.</summary>
    public static string? TaskName(string name) =>
        name.Length > 0 && !name.Any(static c => c == ',' || char.IsWhiteSpace(c) || char.IsControl(c))
            ? null
            : "is not a task: a task is one word without blanks and commas, like text_summarization";

    /// <summary>What an experiment keeps together: key, session, or tag:NAME.</summary>
    public static string? ExperimentBy(string text, out string value)
    {
        const string Tag = "tag:";
        value = text;
        if (text is "key" or "session")
        {
            return null;
        }

        if (text.StartsWith(Tag, StringComparison.Ordinal))
        {
            return string.IsNullOrWhiteSpace(text[Tag.Length..]) ? "names no tag; write tag:NAME" : null;
        }

        // What stands behind a colon is the user's own, and no part of what was misspelt.
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var given = colon < 0 ? text : text[..colon] + ":NAME";
        return $"is nothing that callers can be kept together by{Words.Suggest(given, ["key", "session", "tag:NAME"])}";
    }

    /// <summary>Names of models and routes travel in headers and URLs.</summary>
    public static string? EntryName(string name) =>
        name.Length > 0 && name.All(c => c is > ' ' and <= '~')
            ? null
            : "a name must be printable ASCII without blanks: it travels in headers";

    /// <summary>Names of model versions are a part of a URL's path.</summary>
    public static string? VersionName(string name) =>
        name.Length is > 0 and <= 128 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : "a version's name must be made of at most 128 letters, digits, '-', '_' and '.': it is a part of URLs";

    /// <summary>A provider's name ends at the first slash of "provider/upstream".</summary>
    public static string? ProviderName(string name)
    {
        if (name == "local")
        {
            return "'local' is the name of Signalbox's own models; choose another";
        }

        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : "a provider's name must be made of letters, digits, '-', '_' and '.': requests write it before a slash";
    }

    private static bool IsHeaderText(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or > '~' and not '\t')
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryHttp(string text, out Uri uri) =>
        Uri.TryCreate(text, UriKind.Absolute, out uri!)
        && uri.Scheme is "http" or "https"
        && uri.Host.Length > 0
        && !text.Contains('\\')
        && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
}
