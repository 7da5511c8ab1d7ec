using System.Globalization;
using System.Text.Json;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Runs;

/// <summary>An object of a configuration: gives each field with its default and limits, and says what is wrong or not known.</summary>
internal sealed class ConfigSection(CorpusJson json, JsonElement? element, string path)
{
    private readonly List<string> _known = [];

    public ConfigSection Section(string name)
    {
        _known.Add(name);
        var at = CorpusJson.Join(path, name);
        if (Find(name) is not { } value || (value.ValueKind != JsonValueKind.Object && Wrong(at, "must be an object.")))
        {
            return new ConfigSection(json, null, at);
        }

        return new ConfigSection(json, value, at);
    }

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

        Wrong(CorpusJson.Join(path, name), $"must be a number from {Text(least)} to {Text(most)}, not {Shown(value)}.");
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

        Wrong(CorpusJson.Join(path, name), $"must be a whole number from {Text(least)} to {Text(most)}, not {Shown(value)}.");
        return standard;
    }

    /// <summary>A text; empty where it is missing or wrong, or null where it may be missing.</summary>
    public string? String(string name, bool required)
    {
        _known.Add(name);
        if (element is null)
        {
            if (required)
            {
                Wrong(CorpusJson.Join(path, name), "is missing; give a text.");
            }

            return null;
        }

        return json.Text(element.Value, name, path, required);
    }

    public List<string> Strings(string name, bool required)
    {
        _known.Add(name);
        if (element is { } parent)
        {
            return json.Texts(parent, name, path, required);
        }

        if (required)
        {
            Wrong(CorpusJson.Join(path, name), "is missing; give a list.");
        }

        return [];
    }

    public bool Wrong(string at, string problem)
    {
        json.Report(at, problem);
        return true;
    }

    /// <summary>Something that is wrong with a field of this object.</summary>
    public void WrongField(string name, string problem) => Wrong(CorpusJson.Join(path, name), problem);

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Says which fields nobody asked for; the last call.</summary>
    public void Complete()
    {
        if (element is { } value)
        {
            json.IsObject(value, path, [.. _known]);
        }
    }

    private JsonElement? Find(string name) => element is { } parent && parent.TryGetProperty(name, out var value) ? value : null;

    private static string Text(double value) => value.ToString("0.################", CultureInfo.InvariantCulture);

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 40 } text ? text : value.ValueKind.ToString().ToLowerInvariant();
}
