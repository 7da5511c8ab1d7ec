using System.Text.Json.Nodes;

namespace Signalbox.Tests.Dialects.Fields;

/// <summary>As much YAML as an OpenAPI document needs: nested maps and lists by indentation, <c>[a, b]</c>, plain and quoted words.</summary>
internal sealed class SmallYaml
{
    private readonly List<(int Indent, string Text)> _lines = [];
    private int _at;

    private SmallYaml(IEnumerable<string> lines)
    {
        var blockIndent = int.MaxValue;
        foreach (var line in lines.Where(line => line.Trim().Length > 0 && line.TrimStart()[0] != '#'))
        {
            var indent = line.Length - line.TrimStart().Length;
            if (indent > blockIndent)
            {
                continue;
            }

            // Descriptions over several lines are of no use here.
            var isBlock = line.TrimEnd().EndsWith('|') || line.TrimEnd().EndsWith('>');
            blockIndent = isBlock ? indent : int.MaxValue;
            _lines.Add((indent, isBlock ? line.Trim()[..^1].TrimEnd() : line.Trim()));
        }
    }

    public static JsonNode Read(string file) => new SmallYaml(File.ReadLines(file)).Node(0)!;

    private JsonNode? Node(int indent)
    {
        if (_at >= _lines.Count || _lines[_at].Indent < indent)
        {
            return null;
        }

        return _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal) ? List(_lines[_at].Indent) : Map(_lines[_at].Indent);
    }

    private JsonArray List(int indent)
    {
        var list = new JsonArray();
        while (_at < _lines.Count && _lines[_at].Indent == indent && _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal))
        {
            var rest = _lines[_at].Text[2..].TrimStart();
            if (KeyEnd(rest) < 0)
            {
                list.Add(Word(rest));
                _at++;
                continue;
            }

            // "- key: value" is a map that begins on the line of its dash.
            _lines[_at] = (indent + 2, rest);
            list.Add(Map(indent + 2));
        }

        return list;
    }

    private JsonObject Map(int indent)
    {
        var map = new JsonObject();
        while (_at < _lines.Count && _lines[_at].Indent == indent && KeyEnd(_lines[_at].Text) is var end and >= 0)
        {
            var text = _lines[_at].Text;
            var value = text[(end + 1)..].Trim();
            _at++;
            map[text[..end].Trim('"', '\'')] = value.Length == 0 ? Node(indent + 1) : Word(value);
        }

        return map;
    }

    private static int KeyEnd(string text)
    {
        var end = text.IndexOf(": ", StringComparison.Ordinal);
        return end >= 0 && text[0] is not ('"' or '[' or '{') ? end : text.EndsWith(':') ? text.Length - 1 : -1;
    }

    private static JsonNode Word(string text) => text is ['[', .., ']']
        ? new JsonArray([.. text[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(word => Word(word))])
        : JsonValue.Create(text.Trim('"', '\''));
}
