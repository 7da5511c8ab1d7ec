using System.Globalization;
using System.Text.Json;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Runs;

/// <summary>An object of a configuration: gives each field with its default and limits, and says what is wrong or not known.</summary>
/// <param name="json">Where problems go.</param>
/// <param name="element">The object; null where there is none.</param>
/// <param name="path">Of the object.</param>
/// <param name="isWrong">Whether something else stands in its place, which was said.</param>
internal sealed class ConfigSection(CorpusJson json, JsonElement? element, string path, bool isWrong = false)
{
    private readonly List<string> _known = [];
    private readonly HashSet<string> _wrong = [];

    public ConfigSection Section(string name)
    {
        _known.Add(name);
        var at = CorpusJson.Join(path, name);
        if (Find(name) is not { } value)
        {
            return new ConfigSection(json, null, at, isWrong);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            WrongField(name, "must be an object.");
            return new ConfigSection(json, null, at, isWrong: true);
        }

        return new ConfigSection(json, value, at);
    }

    /// <summary>The names of what stands in the object; for one whose fields are the user's to name.</summary>
    public IReadOnlyList<string> Names() => [.. element?.EnumerateObject().Select(static field => field.Name).Distinct() ?? []];

    public double Number(string name, double standard, double least, double most) => OptionalNumber(name, least, most) ?? standard;

    public double? OptionalNumber(string name, double least, double most)
    {
        _known.Add(name);
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most)
        {
            return number;
        }

        WrongField(name, $"must be a number from {Text(least)} to {Text(most)}, not {Shown(value)}.");
        return null;
    }

    public int Integer(string name, int standard, int least, int most)
    {
        _known.Add(name);
        if (Find(name) is not { } value)
        {
            return standard;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        WrongField(name, $"must be a whole number from {Text(least)} to {Text(most)}, not {Shown(value)}.");
        return standard;
    }

    /// <summary>A text; null where it is missing or wrong.</summary>
    public string? String(string name, bool required)
    {
        _known.Add(name);
        if (element is { } parent)
        {
            return Watch(name, () => json.Text(parent, name, path, required));
        }

        Missing(name, required, "is missing; give a text.");
        return null;
    }

    /// <summary>The texts of a list, each with its path; those that are wrong are left out.</summary>
    public List<(string Text, string Path)> Strings(string name, bool required)
    {
        _known.Add(name);
        if (element is { } parent)
        {
            return Watch(name, () => json.Texts(parent, name, path, required));
        }

        Missing(name, required, "is missing; give a list.");
        return [];
    }

    /// <summary>Something that is wrong with a field of this object.</summary>
    public void WrongField(string name, string problem)
    {
        _wrong.Add(name);
        json.Report(CorpusJson.Join(path, name), problem);
    }

    /// <summary>Something that is wrong at a place in this object.</summary>
    public void Wrong(string at, string problem) => json.Report(at, problem);

    public bool Has(string name) => Find(name) is not null;

    /// <summary>
    /// Whether what is known of these fields is what the user meant, so that a rule about them can be broken: what stands for a wrong value breaks rules
    /// that the right one would keep.
    /// </summary>
    public bool Means(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_wrong.Contains(name))
            {
                return false;
            }
        }

        return !isWrong;
    }

    /// <summary>Says which fields nobody asked for; the last call.</summary>
    public void Complete()
    {
        if (element is { } value)
        {
            json.IsObject(value, path, [.. _known]);
        }
    }

    private JsonElement? Find(string name) => element is { } parent && parent.TryGetProperty(name, out var value) ? value : null;

    private T Watch<T>(string name, Func<T> read)
    {
        var before = json.ProblemCount;
        var value = read();
        if (json.ProblemCount > before)
        {
            _wrong.Add(name);
        }

        return value;
    }

    private void Missing(string name, bool required, string problem)
    {
        if (required && !isWrong)
        {
            WrongField(name, problem);
        }
    }

    private static string Text(double value) => value.ToString("0.################", CultureInfo.InvariantCulture);

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 40 } text ? text : value.ValueKind.ToString().ToLowerInvariant();
}
