using System.Buffers;
using System.Text.RegularExpressions;
using Signalbox.Configuration;

namespace Signalbox.Sensitivity.Detectors;

/// <summary>The patterns and words of the configuration.</summary>
internal sealed class UserDetector
{
    private readonly (string Kind, Regex Pattern, SensitivityLabel Label)[] _patterns;
    private readonly (string Kind, SearchValues<string> First, string[] Words, SensitivityLabel Label)[] _lists;

    public UserDetector(SensitivityConfig config)
    {
        _patterns = [.. config.Patterns.Select(static p => (SensitivityKinds.UserPattern + p.Key, SensitivityPatternConfig.Compile(p.Value.Pattern), p.Value.Label))];
        _lists = [.. config.Words.Select(static list =>
        {
            // The longest first: the search answers with the first that fits at a place.
            string[] words = [.. list.Value.Words.Distinct(StringComparer.OrdinalIgnoreCase).OrderByDescending(static w => w.Length)];
            return (SensitivityKinds.UserWord + list.Key, SearchValues.Create(words, StringComparison.OrdinalIgnoreCase), words, list.Value.Label);
        })];
    }

    public void Find(ReadOnlySpan<char> text, ref FindingSink found)
    {
        foreach (var (kind, pattern, label) in _patterns)
        {
            foreach (var match in pattern.EnumerateMatches(text))
            {
                found.Add(kind, label, match.Index, match.Index + match.Length);
            }
        }

        foreach (var (kind, first, words, label) in _lists)
        {
            FindWords(text, first, words, (kind, label), ref found);
        }
    }

    private static void FindWords(ReadOnlySpan<char> text, SearchValues<string> first, string[] words, (string Kind, SensitivityLabel Label) of, ref FindingSink found)
    {
        var position = 0;
        while (text[position..].IndexOfAny(first) is var offset and >= 0)
        {
            var start = position + offset;
            position = start + 1;
            foreach (var word in words)
            {
                var end = start + word.Length;
                if (text[start..].StartsWith(word, StringComparison.OrdinalIgnoreCase) && IsWhole(text, start, end))
                {
                    found.Add(of.Kind, of.Label, start, end);
                    position = end;
                    break;
                }
            }
        }
    }

    // Scripts without blanks have no edges of words.
    private static bool IsWhole(ReadOnlySpan<char> text, int start, int end) =>
        !(start > 0 && IsJoined(text[start - 1], text[start])) && !(end < text.Length && IsJoined(text[end - 1], text[end]));

    private static bool IsJoined(char left, char right) =>
        char.IsLetterOrDigit(left) && char.IsLetterOrDigit(right) && !Letters.IsIdeograph(left) && !Letters.IsIdeograph(right);
}
