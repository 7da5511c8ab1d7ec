using System.Text;

namespace Signalbox.Configuration.Fields;

/// <summary>Fills <c>${NAME}</c> and <c>${NAME:-default}</c>. As in a shell, the default also stands in for an empty variable.</summary>
internal static class EnvironmentText
{
    private const string Opening = "${";

    /// <summary>Null when all went well, otherwise what to tell the user.</summary>
    public static string? Fill(string raw, Func<string, string?> environment, out string filled)
    {
        filled = raw;
        var start = raw.IndexOf(Opening, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var text = new StringBuilder(raw.Length);
        List<string>? complaints = null;
        var done = 0;
        while (start >= 0)
        {
            var end = raw.IndexOf('}', start);
            if (end < 0)
            {
                (complaints ??= []).Add("'${' is never closed; write ${NAME} or ${NAME:-default}");
                break;
            }

            text.Append(raw, done, start - done);
            if (Resolve(raw[(start + Opening.Length)..end], environment, text) is { } complaint)
            {
                (complaints ??= []).Add(complaint);
            }

            done = end + 1;
            start = raw.IndexOf(Opening, done, StringComparison.Ordinal);
        }

        if (complaints is not null)
        {
            return string.Join("; ", complaints);
        }

        filled = text.Append(raw, done, raw.Length - done).ToString();
        return null;
    }

    private static string? Resolve(string reference, Func<string, string?> environment, StringBuilder text)
    {
        var split = reference.IndexOf(":-", StringComparison.Ordinal);
        var name = split < 0 ? reference : reference[..split];
        var fallback = split < 0 ? null : reference[(split + 2)..];
        if (!IsName(name))
        {
            return $"{Words.Quote(name)} is not the name of an environment variable; write ${{NAME}} or ${{NAME:-default}}";
        }

        if (fallback?.Contains(Opening, StringComparison.Ordinal) == true)
        {
            return $"the default of ${{{name}}} cannot hold another reference";
        }

        var value = environment(name);
        if (string.IsNullOrEmpty(value) && fallback is not null)
        {
            text.Append(fallback);
            return null;
        }

        text.Append(value);
        return value is null
            ? $"the environment variable {name} is not set; set it (a .env file beside the config will do) or write ${{{name}:-default}}"
            : null;
    }

    private static bool IsName(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}
