using System.Text;
using System.Text.Json;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>Makes a caller's body out of a recorded one by cutting text, and undoes the gateway's declared edits the same way.</summary>
internal static class CallerBody
{
    private const string Extra = "\"signalbox\":{\"task\":\"chat\",\"tags\":{\"a\":\"}\"}}";

    /// <summary>The recorded body under another model name; the name is put in where the recording had none.</summary>
    public static string WithModel(string body, string model)
    {
        var quoted = $"\"{model}\"";
        return ValueOf(body, "model") is var (start, length) ? body[..start] + quoted + body[(start + length)..] : InsertFirst(body, "\"model\":" + quoted);
    }

    /// <summary>With the gateway's own object: first, last, or after the first property.</summary>
    public static string WithSignalbox(string body, int place)
    {
        switch (place % 3)
        {
            case 0:
                return InsertFirst(body, Extra);
            case 1:
                var end = body.LastIndexOf('}');
                return body[..end] + "," + Extra + body[end..];
            default:
                var first = JsonWalk.Parse(body).EnumerateObject().First();
                var (start, length) = ValueOf(body, first.Name)!.Value;
                return body[..(start + length)] + "," + Extra + body[(start + length)..];
        }
    }

    /// <summary>Without a top-level property.</summary>
    public static string Without(string body, string name)
    {
        var rest = JsonWalk.Parse(body).EnumerateObject().Where(property => property.Name != name).Select(static property => $"\"{property.Name}\":{property.Value.GetRawText()}");
        return "{" + string.Join(",", rest) + "}";
    }

    /// <summary>
    /// Why a body that reached a provider is not the expected one with usage asked for; null where it is. Only the place of the
    /// one insertion is left open.
    /// </summary>
    public static string? DifferenceButForUsage(string expected, string received)
    {
        var asked = JsonWalk.Parse(received).At("stream_options", "include_usage");
        if (asked.ValueKind != JsonValueKind.True)
        {
            return "usage was not asked for";
        }

        var added = received.Length - expected.Length;
        var same = 0;
        while (same < expected.Length && expected[same] == received[same])
        {
            same++;
        }

        // The insertion may begin like what follows it, so its start is looked for backwards from the first difference.
        for (var start = same; start >= 0 && added > 0; start--)
        {
            if (received[..start] + received[(start + added)..] == expected)
            {
                return received.Substring(start, added).Contains("include_usage", StringComparison.Ordinal) ? null : "something else than the usage switch was put in";
            }
        }

        return $"'{Around(received, same)}' where '{Around(expected, same)}' was expected";
    }

    public static string? Difference(string expected, string received)
    {
        if (expected == received)
        {
            return null;
        }

        var same = expected.Zip(received).TakeWhile(static pair => pair.First == pair.Second).Count();
        return $"'{Around(received, same)}' where '{Around(expected, same)}' was expected";
    }

    private static string Around(string text, int position) => text.Substring(Math.Max(0, position - 10), Math.Min(40, text.Length - Math.Max(0, position - 10)));

    private static string InsertFirst(string body, string property)
    {
        var open = body.IndexOf('{') + 1;
        return body[..open] + property + (JsonWalk.Parse(body).EnumerateObject().Any() ? "," : "") + body[open..];
    }

    /// <summary>Where the value of a top-level property stands, in characters.</summary>
    private static (int Start, int Length)? ValueOf(string body, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var json = new Utf8JsonReader(bytes);
        while (json.Read())
        {
            if (json.CurrentDepth == 1 && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(name))
            {
                json.Read();
                var start = (int)json.TokenStartIndex;
                json.Skip();
                return (Encoding.UTF8.GetCharCount(bytes, 0, start), Encoding.UTF8.GetCharCount(bytes, start, (int)json.BytesConsumed - start));
            }
        }

        return null;
    }
}
