namespace Signalbox.Sensitivity.Detectors;

/// <summary>Secrets: a password that is assigned or told, tokens that look random, private keys.</summary>
internal static class CredentialDetector
{
    private const int LongestValue = 200;
    private const int RandomLength = 16;
    private const int LongestToken = 300;
    private const int LongestPrefix = 24;
    private const string KeyHeader = "-----BEGIN ";

    private static readonly string[] Placeholders =
    [
        "null", "none", "true", "false", "string", "str", "text", "required", "optional", "undefined", "your", "xxx", "example", "password", "passwort", "secret", "token", "placeholder", "changeme", "redacted", "hidden", "value", "int", "self", "this",
    ];

    /// <summary>Looks behind a word for a secret; returns where what was found ends, or 0.</summary>
    public static int Match(in Passage passage, WordHit hit, ref FindingSink found)
    {
        var text = passage.Text;
        var isStrong = (hit.Classes & WordClass.Secret) != 0;
        var position = SkipName(text, hit.End);
        var isAssigned = SkipAssignment(text, ref position);
        if (!isAssigned && !SkipVerb(text, ref position))
        {
            return 0;
        }

        var value = Value(text, position, out var start, out var isQuoted);
        if (value.Length == 0 || IsPlaceholder(value) || passage.At(start + value.Length) == '(')
        {
            return 0;
        }

        var isSecret = isStrong
            ? LooksChosen(value, isAssigned, isQuoted)
            : value.Length >= 12 && !value.Contains(' ') && CountDigits(value) >= 2 && value.Length - CountDigits(value) >= 2 && !value.Contains('(');
        if (isSecret)
        {
            found.Add(SensitivityKind.Credential, start, start + value.Length);
            return start + value.Length;
        }

        if (isStrong && isAssigned && value.Length >= 3 && !value.ContainsAny("()[]{}<>$"))
        {
            found.Add(SensitivityKind.FieldName, hit.Start, hit.End);
            return start + value.Length;
        }

        return 0;
    }

    /// <summary>
    /// What a word of letters and digits is that looks drawn at random: a secret where it is called one, or where a prefix such as
    /// "name_live_" stands before it; else a random token, for ids, hashes and encrypted blobs look the same. Null for ordinary words.
    /// </summary>
    public static SensitivityKind? OfRandom(in Passage passage, int start, int end)
    {
        var word = passage.Text[start..end];
        if (word.Length is < RandomLength or > LongestToken)
        {
            return null;
        }

        // A signed token: three parts, the first of them JSON in base64.
        if (word.StartsWith("eyJ") && passage.At(end) == '.' && char.IsAsciiLetterOrDigit(passage.At(end + 1)))
        {
            return SensitivityKind.Credential;
        }

        var (upper, lower, digits, changes) = (0, 0, 0, 0);
        var (last, run, longestRun) = (0, 0, 0);
        foreach (var c in word)
        {
            var kind = char.IsAsciiDigit(c) ? 1 : char.IsUpper(c) ? 2 : 3;
            upper += kind == 2 ? 1 : 0;
            lower += kind == 3 ? 1 : 0;
            digits += kind == 1 ? 1 : 0;
            changes += kind != last ? 1 : 0;
            last = kind;
            run = kind == 3 ? run + 1 : 0;
            longestRun = Math.Max(longestRun, run);
        }

        // Names in code have words in them; what is drawn at random rarely has five small letters in a row.
        var isMixed = digits >= 2 && upper >= 2 && lower >= 2 && longestRun <= 4 && changes * 100 >= word.Length * 42;
        var isOfOneCase = digits >= 4 && upper + lower >= 4 && changes * 100 >= word.Length * 28;
        if (!isMixed && !isOfOneCase)
        {
            return null;
        }

        var isNamed = (passage.Before(start, 40) & (WordClass.Secret | WordClass.WeakSecret)) != 0 || IsOfSecretPrefix(passage.Text, start);
        return isNamed ? SensitivityKind.Credential : isMixed ? SensitivityKind.RandomToken : null;
    }

    /// <summary>Finds the headers of private keys.</summary>
    public static void FindKeys(ReadOnlySpan<char> text, ref FindingSink found)
    {
        var position = 0;
        while (text[position..].IndexOf(KeyHeader) is var offset and >= 0)
        {
            var start = position + offset;
            var line = text[start..];
            line = line[..Math.Min(line.Length, 80)];
            position = start + KeyHeader.Length;
            if (line.Contains("PRIVATE KEY", StringComparison.Ordinal))
            {
                var end = text[position..].IndexOf("-----END ");
                var stop = end < 0 ? start + line.Length : Math.Min(text.Length, position + end + 40);
                found.Add(SensitivityKind.PrivateKey, start, stop);
                position = end < 0 ? text.Length : position + end;
            }
        }
    }

    // password1, secret_key, "token", api-key
    private static int SkipName(ReadOnlySpan<char> text, int position)
    {
        var limit = Math.Min(text.Length, position + 20);
        while (position < limit && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '_' or '-'))
        {
            position++;
        }

        if (position + 1 < text.Length && text[position] == ' ' && char.IsAsciiDigit(text[position + 1]))
        {
            return position;
        }

        // "secret key: ...", "password for the server: ..."
        if (position + 4 < text.Length && text[position..].StartsWith(" key", StringComparison.OrdinalIgnoreCase))
        {
            position += 4;
        }

        return position < text.Length && text[position] is '"' or '\'' or '`' or ']' ? position + 1 : position;
    }

    private static bool SkipAssignment(ReadOnlySpan<char> text, ref int position)
    {
        var i = SkipBlanks(text, position);
        if (i >= text.Length || text[i] is not (':' or '=' or '：') || (i + 1 < text.Length && text[i + 1] is '=' or ':'))
        {
            return false;
        }

        i++;
        position = SkipBlanks(text, i < text.Length && text[i] == '>' ? i + 1 : i);
        return position < text.Length;
    }

    private static bool SkipVerb(ReadOnlySpan<char> text, ref int position)
    {
        var word = WordWalk.After(text, position);
        if (word.IsEmpty || word.Start - position != 1)
        {
            return false;
        }

        var isVerb = text[word.Start..word.End] is "is" or "ist" or "est" or "es" or "e" or "è" or "é" or "lautet" or "jest" or "to" or "är" or "er" or "on" or "était" or "was" or "bearer" or "Bearer";
        position = word.End + 1;
        return isVerb && position < text.Length;
    }

    private static ReadOnlySpan<char> Value(ReadOnlySpan<char> text, int position, out int start, out bool isQuoted)
    {
        var quote = position < text.Length ? text[position] : '\0';
        isQuoted = quote is '"' or '\'' or '`' or '“' or '«' or '‘';
        start = isQuoted ? position + 1 : position;
        var rest = start < text.Length ? text[start..] : default;
        rest = rest[..Math.Min(rest.Length, LongestValue)];
        var end = isQuoted
            ? rest.IndexOfAny("\"'`”»’\n")
            : rest.IndexOfAny(" \t\r\n\"'`,;");
        rest = end < 0 ? rest : rest[..end];
        return isQuoted ? rest : rest.TrimEnd(".?!)");
    }

    // A chosen password: quoted, or with digits or signs that words do not have.
    private static bool LooksChosen(ReadOnlySpan<char> value, bool isAssigned, bool isQuoted)
    {
        if (value.Length < 4 || value[0] is '$' or '<' or '{' or '[' or '(' or '*' or '%' || value.ContainsAny("(){}[]<>"))
        {
            return false;
        }

        if (isQuoted && !value.Contains(' '))
        {
            return true;
        }

        var hasSign = value[..^1].IndexOfAny("!@#$%^&*+?~") >= 0;
        return !value.Contains(' ') && (CountDigits(value) > 0 || hasSign) && (isAssigned || CountDigits(value) < value.Length || value.Length >= 4)
            && !IsExpression(value);
    }

    private static bool IsExpression(ReadOnlySpan<char> value) => value.Contains('.') && !value.ContainsAny("!@#$%^&*+?~") && CountDigits(value) < 2;

    private static bool IsPlaceholder(ReadOnlySpan<char> value)
    {
        foreach (var word in Placeholders)
        {
            if (value.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (value.Length <= word.Length + 1 || !char.IsLetterOrDigit(value[word.Length]) && CountDigits(value) == 0))
            {
                return true;
            }
        }

        return value.IndexOfAnyExcept("*.x-_X•") < 0;
    }

    // What issues secrets says so in front of them; "msg_", "req_" and their like are ids.
    private static bool IsOfSecretPrefix(ReadOnlySpan<char> text, int start)
    {
        var begin = start;
        while (begin > 0 && start - begin < LongestPrefix && (char.IsAsciiLetterLower(text[begin - 1]) || text[begin - 1] is '_' or '-'))
        {
            begin--;
        }

        var prefix = text[begin..start];
        if (prefix.Length < 3 || prefix[^1] is not ('_' or '-'))
        {
            return false;
        }

        foreach (var range in prefix.SplitAny('_', '-'))
        {
            if (prefix[range] is "sk" or "pk" or "rk" or "key" or "api" or "apikey" or "secret" or "token" or "tok" or "pat" or "pass" or "live" or "test" or "prod" or "auth" or "priv")
            {
                return true;
            }
        }

        return false;
    }

    private static int SkipBlanks(ReadOnlySpan<char> text, int position)
    {
        while (position < text.Length && text[position] is ' ' or '\t')
        {
            position++;
        }

        return position;
    }

    private static int CountDigits(ReadOnlySpan<char> value)
    {
        var count = 0;
        foreach (var c in value)
        {
            count += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return count;
    }
}
