using System.Globalization;

namespace Signalbox.Sensitivity.Masking;

/// <summary>
/// The placeholders of one request and what they stand for. The same value has the same placeholder throughout, so that the
/// model can tell that two mentions are one person. It holds personal data: it lives as long as the request and is never logged.
/// </summary>
internal sealed class MaskTable
{
    private readonly Dictionary<string, string> _placeholders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _valuesBySpan;

    public MaskTable() => _valuesBySpan = _values.GetAlternateLookup<ReadOnlySpan<char>>();

    public int Count => _values.Count;

    /// <summary>Length of the longest placeholder: no more than that is ever held back.</summary>
    public int Longest { get; private set; }

    public IEnumerable<string> Placeholders => _values.Keys;

    /// <summary>Keeps what looks like a placeholder in the caller's own text from being used as one.</summary>
    public void Reserve(ReadOnlySpan<char> text)
    {
        while (text.IndexOf('[') is var open and >= 0)
        {
            text = text[open..];
            var length = Placeholder.LengthAt(text);
            if (length > 0)
            {
                _taken.Add(text[..length].ToString());
            }

            text = text[Math.Max(1, length)..];
        }
    }

    /// <summary>The placeholder of a value; a new one where the value has none yet.</summary>
    public string Add(string kind, string value)
    {
        if (_placeholders.TryGetValue(value, out var placeholder))
        {
            return placeholder;
        }

        var name = Placeholder.NameOf(kind);
        do
        {
            var number = _numbers[name] = _numbers.GetValueOrDefault(name) + 1;
            placeholder = string.Create(CultureInfo.InvariantCulture, $"[{name}_{number}]");
        }
        while (_taken.Contains(placeholder));

        _placeholders.Add(value, placeholder);
        _values.Add(placeholder, value);
        Longest = Math.Max(Longest, placeholder.Length);
        return placeholder;
    }

    /// <summary>A text with the values that have a placeholder already masked again; an answer that goes on to another provider.</summary>
    public string Mask(string text)
    {
        var known = new List<KeyValuePair<string, string>>(_placeholders);
        // A value that contains another goes first.
        known.Sort(static (a, b) => b.Key.Length - a.Key.Length);
        foreach (var (value, placeholder) in known)
        {
            text = text.Replace(value, placeholder, StringComparison.Ordinal);
        }

        return text;
    }

    public bool TryGetValue(ReadOnlySpan<char> placeholder, out string? value) => _valuesBySpan.TryGetValue(placeholder, out value);
}

/// <summary>The shape of placeholders: a kind in capitals and a number in square brackets, like [EMAIL_1].</summary>
internal static class Placeholder
{
    private const int LongestName = 48;

    /// <summary>The kind as it stands in a placeholder: capitals, digits and low lines.</summary>
    public static string NameOf(string kind)
    {
        var colon = kind.IndexOf(':');
        var name = colon < 0 ? kind : kind[(colon + 1)..];
        return string.Create(Math.Min(name.Length, LongestName), name, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(from[i]) ? char.ToUpperInvariant(from[i]) : '_';
            }
        });
    }

    /// <summary>How long the placeholder at the beginning of a text is; 0 where there is none.</summary>
    public static int LengthAt(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length && i < LongestName + 16; i++)
        {
            if (text[i] == ']')
            {
                return char.IsAsciiDigit(text[i - 1]) && text[..i].Contains('_') ? i + 1 : 0;
            }

            if (!IsInner(text[i]))
            {
                return 0;
            }
        }

        return 0;
    }

    private static bool IsInner(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_';
}
