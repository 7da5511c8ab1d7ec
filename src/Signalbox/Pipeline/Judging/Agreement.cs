using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Signalbox.Pipeline.Judging;

/// <summary>
/// Whether two answers to the same question say the same: equal JSON, the same final answer where both state one (a number, a
/// letter of a choice, a short text), else enough of the same words.
/// </summary>
internal static partial class Agreement
{
    /// <summary>From this share of common words on (F1), two texts without a final answer agree.</summary>
    private const double LeastF1 = 0.5;

    private const int ShortAnswer = 48;

    /// <summary>Words beyond this are not compared: the beginnings tell.</summary>
    private const int MaxWords = 4000;

    public static bool Agree(string a, string b)
    {
        if (JsonOf(a) is { } first)
        {
            using (first)
            {
                using var second = JsonOf(b);
                return second is not null && JsonElement.DeepEquals(first.RootElement, second.RootElement);
            }
        }

        return FinalAnswer(a) is { } mine && FinalAnswer(b) is { } theirs ? mine == theirs : F1(a, b) >= LeastF1;
    }

    /// <summary>The final answer in one form, whatever form it was written in; null where the text states none.</summary>
    public static string? FinalAnswer(string text)
    {
        var trimmed = text.Trim();
        if (Boxed().Match(trimmed) is { Success: true } boxed)
        {
            return Normalize(boxed.Groups[1].Value);
        }

        var stated = Stated().Matches(trimmed);
        if (stated.Count > 0)
        {
            return Normalize(stated[^1].Groups[1].Value);
        }

        return trimmed.Length is > 0 and <= ShortAnswer && !trimmed.Contains('\n', StringComparison.Ordinal) ? Normalize(trimmed) : null;
    }

    /// <summary>Share of words in common, as the harmonic mean of both directions; 0 to 1.</summary>
    public static double F1(string a, string b)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var (inA, inB, common) = (0, 0, 0);
        foreach (var word in Words(a))
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
            inA++;
        }

        foreach (var word in Words(b))
        {
            inB++;
            if (counts.TryGetValue(word, out var left) && left > 0)
            {
                counts[word] = left - 1;
                common++;
            }
        }

        return inA + inB == 0 ? 1 : 2.0 * common / (inA + inB);
    }

    private static string Normalize(string answer)
    {
        var text = answer.Trim().Trim('*', '_', '`', '"', '\'', '$', '(', ')', '[', ']', ' ').TrimEnd('.', ',', ';', ':', '!').ToLowerInvariant();
        if (Choice().Match(text) is { Success: true } choice)
        {
            return choice.Groups[1].Value;
        }

        if (Number().Match(text) is { Success: true } number)
        {
            var digits = number.Groups[1].Value.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
            if (decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                return value.ToString("0.############", CultureInfo.InvariantCulture);
            }
        }

        return string.Join(' ', Words(text));
    }

    private static JsonDocument? JsonOf(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.StartsWith("```", StringComparison.Ordinal) && trimmed.EndsWith("```", StringComparison.Ordinal) && trimmed.IndexOf('\n') is > 0 and var line && line < trimmed.Length - 3)
        {
            trimmed = trimmed[(line + 1)..^3].Trim();
        }

        if (trimmed is not ['{' or '[', ..])
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(trimmed.ToString());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Words(string text)
    {
        var count = 0;
        var start = -1;
        for (var i = 0; i <= text.Length && count < MaxWords; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                count++;
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }
        }
    }

    [GeneratedRegex(@"\\boxed\{([^{}]{1,80})\}", RegexOptions.CultureInvariant)]
    private static partial Regex Boxed();

    [GeneratedRegex(
        @"(?:####|\b(?:final answer|answer|antwort|endergebnis|ergebnis|réponse|résultat|respuesta|resultado|result)\b\**\s*(?:(?:is|ist|lautet|est|es)\b|:|=)+)[\s:*=]*([^\n]{1,80})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Stated();

    [GeneratedRegex(@"^(?:option |choice )?\(?([a-e])(?:$|[).:]\)?(?:\s|$))", RegexOptions.CultureInvariant)]
    private static partial Regex Choice();

    [GeneratedRegex(@"^[^\d\w-]{0,3}(-?\d[\d, ]*(?:\.\d+)?)\s*(?:%|[€$£]|\w{0,12})$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
