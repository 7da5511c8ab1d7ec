using System.Text.Json;
using System.Text.RegularExpressions;

namespace Signalbox.FunctionalTests.Support.Wires;

/// <summary>Takes streams apart the plain way, on whole texts.</summary>
internal static partial class Frames
{
    /// <summary>Server-sent events with data, in their order.</summary>
    public static IEnumerable<(string Event, string Data)> Sse(string text)
    {
        var name = "";
        var data = new List<string>();
        foreach (var line in LineEnd().Split(text))
        {
            if (line.Length == 0)
            {
                if (data.Count > 0)
                {
                    yield return (name, string.Join('\n', data));
                }

                name = "";
                data.Clear();
            }
            else if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                name = line[6..].Trim();
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                data.Add(line[5..].TrimStart(' '));
            }
        }

        if (data.Count > 0)
        {
            yield return (name, string.Join('\n', data));
        }
    }

    /// <summary>The JSON objects of an SSE stream, without <c>[DONE]</c>.</summary>
    public static IEnumerable<JsonElement> SseObjects(string text) =>
        Sse(text).Where(static frame => frame.Data != "[DONE]").Select(static frame => JsonWalk.Parse(frame.Data));

    public static IEnumerable<JsonElement> Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(JsonWalk.Parse);

    /// <summary>The items of a JSON array that arrived in pieces and perhaps was never closed.</summary>
    public static IEnumerable<JsonElement> ArrayItems(string text)
    {
        var trimmed = text.Trim();
        return JsonWalk.Parse(trimmed.EndsWith(']') ? trimmed : trimmed.TrimEnd(',') + "]").EnumerateArray();
    }

    [GeneratedRegex("\r\n|\n|\r")]
    private static partial Regex LineEnd();
}
