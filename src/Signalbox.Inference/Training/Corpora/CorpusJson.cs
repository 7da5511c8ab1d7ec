using System.Text.Json;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>Strict reading of JSON: what is not expected is a problem, named by file (and line) and path.</summary>
/// <param name="place">The file, with the line where each line is a document.</param>
/// <param name="problems">Where problems go.</param>
internal sealed class CorpusJson(string place, List<string> problems)
{
    /// <summary>Comments and trailing commas are allowed, a field named twice is not.</summary>
    public static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>How many there are, those of other files too.</summary>
    public int ProblemCount => problems.Count;

    public void Report(string path, string problem) => problems.Add(path.Length == 0 ? $"{place}: {problem}" : $"{place}: {path}: {problem}");

    /// <summary>The document; null where it is none.</summary>
    public JsonDocument? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            return JsonDocument.Parse(text, Options);
        }
        catch (JsonException e)
        {
            var at = e.LineNumber is { } line ? $" at line {line + 1}, byte {(e.BytePositionInLine ?? 0) + 1}" : "";
            Report("", $"this is no JSON{at}: {e.Message.Split(". ")[0].TrimEnd('.')}. Mend it there.");
            return null;
        }
    }

    /// <summary>Whether this is an object with known fields only; says which are not.</summary>
    public bool IsObject(JsonElement element, string path, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Report(path, $"must be an object, not {Kind(element)}.");
            return false;
        }

        foreach (var field in element.EnumerateObject())
        {
            if (!known.Contains(field.Name))
            {
                Report(Join(path, field.Name), $"is not a known field; the fields here are {string.Join(", ", known)}. Remove or rename it.");
            }
        }

        return true;
    }

    /// <summary>A text that is more than white space; null where it is absent or wrong.</summary>
    public string? Text(JsonElement parent, string name, string path, bool required)
    {
        if (!parent.TryGetProperty(name, out var value))
        {
            if (required)
            {
                Report(Join(path, name), "is missing; give a text.");
            }

            return null;
        }

        return Text(value, Join(path, name));
    }

    public string? Text(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Report(path, $"must be a text, not {Kind(value)}.");
            return null;
        }

        if (!TryGetText(value, out var text) || string.IsNullOrWhiteSpace(text))
        {
            Report(path, text is null ? "holds half of a surrogate pair, which is no character. Write the character itself." : "is empty; write a text or remove it.");
            return null;
        }

        return text;
    }

    /// <summary>A list of texts with their paths, each more than white space; empty where it is absent or wrong.</summary>
    public List<(string Text, string Path)> Texts(JsonElement parent, string name, string path, bool required)
    {
        var texts = new List<(string, string)>();
        foreach (var (element, at) in Items(parent, name, path, required))
        {
            if (Text(element, at) is { } text)
            {
                texts.Add((text, at));
            }
        }

        return texts;
    }

    /// <summary>The elements of a list with their paths; none where it is absent or wrong.</summary>
    public List<(JsonElement Element, string Path)> Items(JsonElement parent, string name, string path, bool required)
    {
        var items = new List<(JsonElement, string)>();
        var at = Join(path, name);
        if (!parent.TryGetProperty(name, out var list))
        {
            if (required)
            {
                Report(at, "is missing; give a list.");
            }
        }
        else if (list.ValueKind != JsonValueKind.Array)
        {
            Report(at, $"must be a list, not {Kind(list)}.");
        }
        else if (list.GetArrayLength() == 0)
        {
            Report(at, "is empty; give at least one or remove it.");
        }
        else
        {
            items.AddRange(list.EnumerateArray().Select((element, i) => (element, $"{at}[{i}]")));
        }

        return items;
    }

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static bool TryGetText(JsonElement value, out string? text)
    {
        try
        {
            text = value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
