using System.Text.Json;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Runs;

/// <summary>
/// A configuration as it is written, or as a patch (JSON Merge Patch, RFC 7396) of the file that it <c>extends</c>: objects are merged field by field, null
/// removes a field, and everything else of the file that is read wins.
/// </summary>
internal static class ConfigFile
{
    private const string Extends = "extends";
    private const int MostFiles = 8;

    /// <summary>The whole configuration as JSON; null where one of its files does not suit, which is said then.</summary>
    /// <param name="path">The file that is read.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="place">The file with those that it extends, to name with what is wrong in the whole.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static byte[]? Read(string path, List<string> problems, out string place)
    {
        var files = new List<string> { Path.GetFullPath(path) };
        var source = Read(path, problems, files);
        place = files.Count == 1 ? path : $"{path} (extends {string.Join(", ", files.Skip(1).Select(Path.GetFileName))})";
        return source;
    }

    private static byte[]? Read(string path, List<string> problems, List<string> files)
    {
        var source = File.ReadAllBytes(path);
        var json = new CorpusJson(path, problems);
        using var document = json.Parse(source);
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(Extends, out var named))
        {
            return document is null ? null : source;
        }

        if (json.Text(named, Extends) is not { } name)
        {
            return null;
        }

        var other = Path.Combine(Path.GetDirectoryName(files[0])!, name);
        var problem = name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()) ? $"\"{name}\" must be the name of a file in the same folder, because paths in both count from there."
            : files.Contains(other) ? $"\"{name}\" leads back here: a configuration cannot extend itself."
            : files.Count == MostFiles ? $"\"{name}\" is one file too many: at most {MostFiles} may extend each other."
            : !File.Exists(other) ? $"there is no file {other}."
            : null;
        if (problem is not null)
        {
            json.Report(Extends, problem);
            return null;
        }

        files.Add(other);
        if (Read(other, problems, files) is not { } extended)
        {
            return null;
        }

        using var under = JsonDocument.Parse(extended, CorpusJson.Options);
        if (under.RootElement.ValueKind != JsonValueKind.Object)
        {
            json.Report(Extends, $"{other} must hold an object.");
            return null;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            Merge(writer, under.RootElement, document.RootElement, isRoot: true);
        }

        return buffer.ToArray();
    }

    private static void Merge(Utf8JsonWriter writer, JsonElement? under, JsonElement over, bool isRoot)
    {
        if (over.ValueKind != JsonValueKind.Object)
        {
            Copy(writer, over);
            return;
        }

        var fields = under is { ValueKind: JsonValueKind.Object } old ? old : (JsonElement?)null;
        writer.WriteStartObject();
        foreach (var field in fields?.EnumerateObject() ?? default)
        {
            if (!over.TryGetProperty(field.Name, out var newer))
            {
                writer.WritePropertyName(field.Name);
                Copy(writer, field.Value);
            }
            else if (newer.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(field.Name);
                Merge(writer, field.Value, newer, isRoot: false);
            }
        }

        foreach (var field in over.EnumerateObject())
        {
            if (field.Value.ValueKind != JsonValueKind.Null && !(isRoot && field.Name == Extends) && fields?.TryGetProperty(field.Name, out _) != true)
            {
                writer.WritePropertyName(field.Name);
                Merge(writer, null, field.Value, isRoot: false);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>As it is written: a text that is no text is found where it is read, with its place.</summary>
    private static void Copy(Utf8JsonWriter writer, JsonElement value) => writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);
}
