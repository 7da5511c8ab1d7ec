using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Signalbox.FunctionalTests.Support.Wires;

/// <summary>Puts Gemini's streamed arguments together: each piece is a value, or more of a text, at a JSON path.</summary>
internal static partial class PartialArguments
{
    public static void Apply(StringBuilder arguments, JsonElement piece)
    {
        var root = arguments.Length == 0 ? new JsonObject() : JsonNode.Parse(arguments.ToString())!;
        var steps = Step().Matches(piece.Str("jsonPath") ?? "").Select(static step => step.Value.Trim('.', '[', ']', '\'')).ToList();
        var node = root;
        for (var i = 0; i < steps.Count; i++)
        {
            var isLast = i == steps.Count - 1;
            var value = isLast ? ValueOf(piece, Get(node, steps[i])) : Get(node, steps[i]) ?? (int.TryParse(steps[i + 1], out _) ? new JsonArray() : new JsonObject());
            if (!ReferenceEquals(Get(node, steps[i]), value))
            {
                Set(node, steps[i], value);
            }

            node = Get(node, steps[i])!;
        }

        arguments.Clear().Append(root.ToJsonString());
    }

    private static JsonNode? Get(JsonNode parent, string step) =>
        parent is JsonArray array ? (int.Parse(step) < array.Count ? array[int.Parse(step)] : null) : parent[step];

    private static void Set(JsonNode parent, string step, JsonNode? value)
    {
        if (parent is not JsonArray array)
        {
            parent[step] = value;
        }
        else if (int.Parse(step) < array.Count)
        {
            array[int.Parse(step)] = value;
        }
        else
        {
            array.Add(value);
        }
    }

    private static JsonNode? ValueOf(JsonElement piece, JsonNode? before) =>
        piece.Has("stringValue") ? JsonValue.Create(before?.GetValue<string>() + piece.Str("stringValue"))
        : piece.Has("numberValue") ? JsonNode.Parse(piece.At("numberValue").GetRawText())
        : piece.Has("boolValue") ? JsonNode.Parse(piece.At("boolValue").GetRawText())
        : null;

    [GeneratedRegex(@"\.[^.\[\]]+|\[[^\]]+\]")]
    private static partial Regex Step();
}
