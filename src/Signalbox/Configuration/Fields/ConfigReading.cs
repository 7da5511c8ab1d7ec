using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>One reading of a file: the environment that fills it and every problem found on the way.</summary>
internal sealed class ConfigReading
{
    // Shorter values are words and numbers, and replacing them would garble the message.
    private const int ShortestSecret = 8;

    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly List<ConfigProblem> _problems;
    private readonly HashSet<string> _failedPaths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variableOf = new(StringComparer.Ordinal);

    public ConfigReading(IReadOnlyDictionary<string, string> environment, IEnumerable<ConfigProblem>? before = null)
    {
        _environment = environment;
        _problems = [.. before ?? []];
    }

    public IReadOnlyList<ConfigProblem> Problems => _problems;

    /// <summary>What a relative path in the config starts from: the folder of its file, else the working folder.</summary>
    public string Folder { get => field ??= Directory.GetCurrentDirectory(); init; }

    public bool HasErrors => _problems.Any(p => p.Severity == ConfigSeverity.Error);

    public bool HasErrorAt(ConfigPath path) => _failedPaths.Count > 0 && _failedPaths.Contains(path.ToString());

    public void Error(ConfigPath path, string message)
    {
        var place = path.ToString();
        _failedPaths.Add(place);
        _problems.Add(new ConfigProblem(ConfigSeverity.Error, place, WithoutFilledIn(message)));
    }

    public void Warn(ConfigPath path, string message) =>
        _problems.Add(new ConfigProblem(ConfigSeverity.Warning, path.ToString(), WithoutFilledIn(message)));

    public ReadResult<T> Fail<T>(ConfigPath path, string message)
    {
        Error(path, message);
        return ReadResult<T>.Failed;
    }

    /// <summary>A string value with its references filled in. A reference that comes out empty means: not given.</summary>
    public ReadResult<FilledText> Text(JsonElement json, ConfigPath path, string expected)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            return Fail<FilledText>(path, $"expected {expected}, found {Words.For(json)}");
        }

        if (!TryGetString(json, out var raw))
        {
            return Fail<FilledText>(path, "the string holds half of a surrogate pair, which is not a character");
        }

        if (EnvironmentText.Fill(raw, Lookup, out var filled) is { } complaint)
        {
            return Fail<FilledText>(path, complaint);
        }

        return filled.Length == 0 && raw.Length > 0
            ? ReadResult<FilledText>.Absent
            : ReadResult<FilledText>.Of(new FilledText(filled, raw));
    }

    /// <summary>The name of a property; an unreadable one is a problem at the object that holds it.</summary>
    public bool TryName(JsonProperty property, ConfigPath path, out string name)
    {
        try
        {
            name = property.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            Error(path, "a field name holds half of a surrogate pair, which is not a character");
            name = "";
            return false;
        }
    }

    private string? Lookup(string name)
    {
        var value = _environment.GetValueOrDefault(name);
        if (value?.Length >= ShortestSecret)
        {
            _variableOf[value] = name;
        }

        return value;
    }

    // What came out of the environment may be a secret in the wrong place, so problems name the variable instead.
    private string WithoutFilledIn(string message)
    {
        foreach (var (value, name) in _variableOf)
        {
            message = message.Replace(value, $"${{{name}}}", StringComparison.Ordinal);
        }

        return message;
    }

    // JsonElement has no way to ask first: an escaped lone surrogate parses as JSON and throws only here.
    private static bool TryGetString(JsonElement json, out string text)
    {
        try
        {
            text = json.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }
}

/// <summary>A string after its references were filled in, and as it stands in the file, which is what problems quote.</summary>
internal readonly record struct FilledText(string Value, string Raw);
