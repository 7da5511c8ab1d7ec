namespace Signalbox.Tests.Dialects.Fields;

/// <summary>Our own lists of fields: sections <c>== chat request</c>, then one field a line with <c>{a,b}</c> for several.</summary>
internal static class FieldList
{
    public static IReadOnlyList<PublishedField> Read(string file, string section)
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        var isWanted = false;
        foreach (var line in File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                isWanted = line[3..] == section;
            }
            else if (isWanted)
            {
                paths.UnionWith(Expand(line).SelectMany(WithFieldsAbove));
            }
        }

        return [.. paths.Select(path => new PublishedField(path, PublishedField.AnyWord))];
    }

    /// <summary><c>a.{b,c.{d,e}}</c> is <c>a.b</c>, <c>a.c.d</c> and <c>a.c.e</c>.</summary>
    private static IEnumerable<string> Expand(string text)
    {
        var open = text.IndexOf('{');
        if (open < 0)
        {
            return [text];
        }

        var depth = 0;
        var start = open + 1;
        var expanded = new List<string>();
        for (var at = open; at < text.Length; at++)
        {
            depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
            if ((depth == 1 && text[at] == ',') || depth == 0)
            {
                expanded.AddRange(Expand(text[start..at]).SelectMany(inner => depth == 0 ? Expand(text[(at + 1)..]).Select(rest => (inner, rest)) : [(inner, "")])
                    .Select(pair => text[..open] + pair.inner + pair.rest));
                start = at + 1;
            }

            if (depth == 0)
            {
                break;
            }
        }

        return expanded;
    }

    private static IEnumerable<string> WithFieldsAbove(string path)
    {
        yield return path.EndsWith("[]", StringComparison.Ordinal) ? path[..^2] : path;
        for (var at = 1; at < path.Length; at++)
        {
            var isBorder = path[at] is '.' or '[' && path[..at].Count(character => character == '[') == path[..at].Count(character => character == ']');
            if (isBorder && path[at - 1] is not ']')
            {
                yield return path[..at];
            }
        }
    }
}
