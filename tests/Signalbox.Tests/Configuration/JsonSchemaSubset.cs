using System.Text.Json;
using System.Text.RegularExpressions;

namespace Signalbox.Tests.Configuration;

/// <summary>Judges JSON by the keywords that our schema uses; a keyword it does not know is an error, so that none goes unchecked.</summary>
internal static class JsonSchemaSubset
{
    public static void Check(JsonElement json, JsonElement schema, string path, List<string> complaints)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Holds(keyword, json, schema, path, complaints))
            {
                complaints.Add($"{path}: {keyword.Name} {keyword.Value.GetRawText()}");
            }
        }
    }

    private static bool Holds(JsonProperty keyword, JsonElement json, JsonElement schema, string path, List<string> complaints)
    {
        var value = keyword.Value;
        var isNumber = json.ValueKind == JsonValueKind.Number;
        switch (keyword.Name)
        {
            case "$schema" or "title" or "description" or "default" or "writeOnly":
                return true;
            case "type":
                return IsType(json, value.GetString()!);
            case "enum":
                return value.EnumerateArray().Any(v => JsonElement.DeepEquals(v, json));
            case "anyOf":
                return value.EnumerateArray().Any(s => Passes(json, s));
            case "pattern":
                return json.ValueKind != JsonValueKind.String || Regex.IsMatch(json.GetString()!, value.GetString()!);
            case "minLength":
                return json.ValueKind != JsonValueKind.String || json.GetString()!.Length >= value.GetInt32();
            case "minimum":
                return !isNumber || json.GetDouble() >= value.GetDouble();
            case "maximum":
                return !isNumber || json.GetDouble() <= value.GetDouble();
            case "minItems":
                return json.ValueKind != JsonValueKind.Array || json.GetArrayLength() >= value.GetInt32();
            case "required":
                return json.ValueKind != JsonValueKind.Object || value.EnumerateArray().All(n => json.TryGetProperty(n.GetString()!, out _));
            case "items":
                return json.ValueKind != JsonValueKind.Array || json.EnumerateArray().All(item => Passes(item, value));
            case "properties":
                CheckProperties(json, value, path, complaints);
                return true;
            case "additionalProperties":
                return json.ValueKind != JsonValueKind.Object || OthersPass(json, value, schema);
            default:
                throw new NotSupportedException($"The schema uses {keyword.Name}, which this test cannot judge.");
        }
    }

    private static bool Passes(JsonElement json, JsonElement schema)
    {
        var complaints = new List<string>();
        Check(json, schema, "", complaints);
        return complaints.Count == 0;
    }

    private static void CheckProperties(JsonElement json, JsonElement properties, string path, List<string> complaints)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (properties.TryGetProperty(property.Name, out var schema))
            {
                Check(property.Value, schema, $"{path}.{property.Name}", complaints);
            }
        }
    }

    private static bool OthersPass(JsonElement json, JsonElement rule, JsonElement schema)
    {
        var known = schema.TryGetProperty("properties", out var properties) ? properties : default;
        return json.EnumerateObject()
            .Where(p => known.ValueKind != JsonValueKind.Object || !known.TryGetProperty(p.Name, out _))
            .All(p => rule.ValueKind != JsonValueKind.False && Passes(p.Value, rule));
    }

    private static bool IsType(JsonElement json, string type) => type switch
    {
        "object" => json.ValueKind == JsonValueKind.Object,
        "array" => json.ValueKind == JsonValueKind.Array,
        "string" => json.ValueKind == JsonValueKind.String,
        "boolean" => json.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => json.ValueKind == JsonValueKind.Null,
        "number" => json.ValueKind == JsonValueKind.Number,
        "integer" => json.ValueKind == JsonValueKind.Number && json.GetDouble() % 1 == 0,
        _ => throw new NotSupportedException(type),
    };
}
