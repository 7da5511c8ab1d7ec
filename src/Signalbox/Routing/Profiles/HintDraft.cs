using System.Globalization;
using Signalbox.Configuration;
using Signalbox.Configuration.Fields;
using Signalbox.Dialects;
using Signalbox.Sensitivity;

namespace Signalbox.Routing.Profiles;

/// <summary>Hints while they are read: one named value after another, the first problem is kept. What is set later wins.</summary>
internal sealed class HintDraft(HintWords words)
{
    private const double LongestLatencyMs = 24 * 60 * 60 * 1000;
    private const int MostTags = 32;
    private const int LongestTagName = 64;
    private const int LongestTagValue = 256;

    private List<KeyValuePair<string, string>>? _tags;
    private CallerHints _hints = CallerHints.None;

    public GatewayError? Error { get; private set; }

    public CallerHints Hints => _tags is null ? _hints : _hints with { Tags = _tags };

    /// <summary>Takes one value by its name in the body's object, e.g. <c>max_cost_usd</c>. <paramref name="field"/> is what an error calls it.</summary>
    public void Set(string name, string value, string field)
    {
        var text = value.Trim();
        switch (name)
        {
            case "task": _hints = _hints with { Task = TaskWord(text, field) }; break;
            case "complexity": SetComplexity(text, field); break;
            case "sensitivity": Raise(Word(text, HintWords.Sensitivities, field)); break;
            case "max_cost_usd": _hints = _hints with { MaxCostUsd = Dollars(text, field) }; break;
            case "max_latency_ms": _hints = _hints with { MaxLatency = Milliseconds(text, field) }; break;
            case "strategy": _hints = _hints with { Strategy = Word(text, words.Strategies, field) }; break;
            case "cache": SetCache(Word(text, HintWords.Caches, field), field); break;
            case "tags": SetTags(text, field); break;
            default: Unknown(name, field); break;
        }
    }

    public void SetTag(string name, string value, string field)
    {
        (name, value) = (name.Trim(), value.Trim());
        if (name.Length is 0 or > LongestTagName || value.Length > LongestTagValue || HasControl(name) || HasControl(value))
        {
            Fail(field, $"has a tag that cannot be kept. A name has 1 to {LongestTagName} characters, a value at most {LongestTagValue}, none of them control characters.");
            return;
        }

        _tags ??= [];
        for (var i = 0; i < _tags.Count; i++)
        {
            if (_tags[i].Key == name)
            {
                _tags[i] = new(name, value);
                return;
            }
        }

        if (_tags.Count == MostTags)
        {
            Fail(field, $"has more than {MostTags} tags.");
            return;
        }

        _tags.Add(new(name, value));
    }

    public void Fail(string field, string message) => Error ??= GatewayError.Invalid(field, $"{field} {message}");

    /// <summary>A name that is none of the hints.</summary>
    public void Unknown(string name, string field)
    {
        var nearest = NearestName.Find(name, HintWords.Names);
        var isHeader = field.StartsWith(HintWords.HeaderPrefix, StringComparison.OrdinalIgnoreCase);
        Fail(field, nearest is null
            ? $"is not known. Known: {string.Join(", ", isHeader ? HintWords.Names.Select(HintWords.HeaderOf) : HintWords.Names)}."
            : $"is not known; did you mean {(isHeader ? HintWords.HeaderOf(nearest) : nearest)}?");
    }

    private string? TaskWord(string text, string field)
    {
        foreach (var word in words.RouteTasks)
        {
            if (word == text)
            {
                return word;
            }
        }

        return Word(text, TaskNames.All, field, words.RouteTasks);
    }

    private void SetComplexity(string text, string field)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            if (number is >= 0 and <= 1)
            {
                // Minus zero is zero, and prints as it.
                _hints = _hints with { Complexity = null, Difficulty = number + 0.0 };
            }
            else
            {
                Fail(field, "must be simple, moderate, complex, or a number from 0 to 1.");
            }

            return;
        }

        Complexity? complexity = text switch
        {
            "simple" => Complexity.Simple,
            "moderate" => Complexity.Moderate,
            "complex" => Complexity.Complex,
            _ => null,
        };
        if (complexity is null)
        {
            Fail(field, $"must be simple, moderate, complex, or a number from 0 to 1{Suggestion(text, HintWords.Complexities)}");
        }

        _hints = _hints with { Complexity = complexity, Difficulty = null };
    }

    private string? Word(string text, IReadOnlyList<string> known, string field, IReadOnlyList<string>? more = null)
    {
        foreach (var word in known)
        {
            if (word == text)
            {
                return word;
            }
        }

        // A route may have a known word among its own.
        var all = more is null ? known : [.. known.Union(more, StringComparer.Ordinal)];
        Fail(field, $"must be one of {string.Join(", ", all)}{Suggestion(text, all)}");
        return null;
    }

    private decimal? Dollars(string text, string field)
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var dollars) && dollars >= 0)
        {
            return dollars;
        }

        Fail(field, "must be a number of US dollars, 0 or more, such as 0.02.");
        return null;
    }

    private TimeSpan? Milliseconds(string text, string field)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms is > 0 and <= LongestLatencyMs)
        {
            return TimeSpan.FromTicks((long)(ms * TimeSpan.TicksPerMillisecond));
        }

        Fail(field, "must be a number of milliseconds above 0, at most a day, such as 1500.");
        return null;
    }

    /// <summary>Of two labels the higher holds, whoever said it.</summary>
    private void Raise(string? word)
    {
        for (var rank = 0; rank < HintWords.Sensitivities.Count; rank++)
        {
            if (HintWords.Sensitivities[rank] == word && !(_hints.Sensitivity >= (SensitivityLabel)rank))
            {
                _hints = _hints with { Sensitivity = (SensitivityLabel)rank };
            }
        }
    }

    private void SetCache(string? word, string field)
    {
        if (word == "only")
        {
            Fail(field, "cannot be only: this version keeps no cache, so there is nothing that the request could be answered from. Leave it out, or send bypass.");
            return;
        }

        _hints = _hints with { Cache = word == "bypass" ? CacheHint.Bypass : CacheHint.Default };
    }

    private void SetTags(string text, string field)
    {
        foreach (var range in text.AsSpan().Split(','))
        {
            var pair = text.AsSpan(range).Trim();
            var equals = pair.IndexOf('=');
            if (pair.Length > 0 && equals <= 0)
            {
                Fail(field, "must be name=value, several of them separated by commas.");
                return;
            }

            if (pair.Length > 0)
            {
                SetTag(pair[..equals].ToString(), pair[(equals + 1)..].ToString(), field);
            }
        }
    }

    private static string Suggestion(string given, IEnumerable<string> known) =>
        NearestName.Find(given, known) is { } nearest ? $"; {Words.Quote(given)} is none of them, did you mean {nearest}?" : $"; {Words.Quote(given)} is none of them.";

    private static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }
}
