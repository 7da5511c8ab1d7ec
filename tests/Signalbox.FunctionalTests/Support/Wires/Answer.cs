using System.Text;
using System.Text.Json;

namespace Signalbox.FunctionalTests.Support.Wires;

/// <summary>What an answer amounts to, found by a plain walk over the JSON of its protocol. Shares no code with the product.</summary>
internal sealed class Answer
{
    public StringBuilder Text { get; } = new();

    public StringBuilder Reasoning { get; } = new();

    public List<AnswerCall> Calls { get; } = [];

    /// <summary>One of stop, length, tool_calls, content_filter, paused; null where nothing was said.</summary>
    public string? Finish { get; set; }

    public AnswerUsage Usage { get; set; } = new();

    /// <summary>The message of the first error inside the answer.</summary>
    public string? Error { get; private set; }

    /// <summary>How many errors there are inside the answer.</summary>
    public int Errors { get; private set; }

    /// <summary>Whether the model refused, in a field of its own; protocols without one say so by their finish reason.</summary>
    public bool IsRefusal { get; set; }

    /// <summary>Whether the prompt was refused before anything was answered.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>Whether the protocol's own mark of a clean end was seen.</summary>
    public bool HasCleanEnd { get; set; }

    /// <summary>Notes an error; null is none.</summary>
    public Answer NoteError(string? message)
    {
        Error ??= message;
        Errors += message is null ? 0 : 1;
        return this;
    }

    /// <summary>Protocols that say "stop" for an answer with tool calls mean tool_calls.</summary>
    public Answer Settle()
    {
        if (Calls.Count > 0 && Finish is "stop")
        {
            Finish = "tool_calls";
        }

        return this;
    }
}

/// <summary>A tool call. Arguments are what the protocol carried: JSON text, perhaps cut off.</summary>
internal sealed class AnswerCall
{
    public string Name { get; set; } = "";

    public StringBuilder Arguments { get; } = new();

    public static AnswerCall Of(string? name, string? arguments)
    {
        var call = new AnswerCall { Name = name ?? "" };
        call.Arguments.Append(arguments);
        return call;
    }
}

/// <summary>Token counts in one convention: input includes cache reads and writes, output includes reasoning. Null = not stated.</summary>
internal sealed record AnswerUsage
{
    public long? Input { get; init; }

    public long? Output { get; init; }

    public long? Cached { get; init; }

    public long? CacheWrite { get; init; }

    public long? Reasoning { get; init; }
}

/// <summary>Short ways through JSON that may or may not be there.</summary>
internal static class JsonWalk
{
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>The value at a path of properties; default (Undefined) where there is none.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    public static string? Str(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static long? Num(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public static bool Has(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public static IEnumerable<JsonElement> Items(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
