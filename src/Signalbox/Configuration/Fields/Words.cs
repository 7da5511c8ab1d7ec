using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>How problems speak of what stands in the file.</summary>
internal static class Words
{
    private const int LongestQuote = 80;

    /// <summary>What kind of value this is, with its article.</summary>
    public static string For(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    public static string Quote(string text) => $"'{Shorten(text)}'";

    /// <summary>Cuts what is too long to read and replaces what a terminal would act on.</summary>
    public static string Shorten(string text, int longest = LongestQuote)
    {
        var cut = text.Length > longest ? string.Concat(text.AsSpan(0, longest), "...") : text;
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }

    /// <summary>A tail for "unknown x 'y'": the nearest known name, or else all of them when they are few.</summary>
    public static string Suggest(string given, IReadOnlyCollection<string> known)
    {
        if (NearestName.Find(given, known) is { } nearest)
        {
            return $"; did you mean {Quote(nearest)}?";
        }

        return known.Count is > 0 and <= 16 ? $"; known here: {string.Join(", ", known)}" : "";
    }
}
