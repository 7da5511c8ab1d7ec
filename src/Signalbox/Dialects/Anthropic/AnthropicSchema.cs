using System.Text.Json;

namespace Signalbox.Dialects.Anthropic;

/// <summary>
/// Writes a JSON schema in the subset that enforced output takes: every object closed, no bounds on numbers, lengths or
/// counts. What is left out only loosens the schema, so every answer the original allows is still possible except ones
/// with unnamed properties.
/// </summary>
internal static class AnthropicSchema
{
    private const int MaxDepth = 60;

    private static readonly string[] Unsupported =
    [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems",
        "minProperties", "maxProperties", "patternProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems", "contains",
        "minContains", "maxContains", "prefixItems", "additionalItems", "not", "if", "then", "else", "dependentRequired", "dependentSchemas",
    ];

    private static readonly string[] Formats =
        ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

    /// <summary>Writes the schema. True when it had to be changed.</summary>
    public static bool Write(JsonElement schema, Utf8JsonWriter json) => WriteNode(schema, json, 0);

    private static bool WriteNode(JsonElement node, Utf8JsonWriter json, int depth)
    {
        if (node.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            node.WriteTo(json);
            return false;
        }

        // Keys keep their order and what is added comes last: the same schema always makes the same prompt prefix.
        var changed = false;
        var isOpen = IsObject(node);
        json.WriteStartObject();
        foreach (var property in node.EnumerateObject())
        {
            if (property.NameEquals("additionalProperties"u8))
            {
                json.WriteBoolean("additionalProperties"u8, false);
                changed |= property.Value.ValueKind != JsonValueKind.False;
                isOpen = false;
            }
            else
            {
                changed |= WriteKeyword(property, json, depth);
            }
        }

        if (isOpen)
        {
            json.WriteBoolean("additionalProperties"u8, false);
        }

        json.WriteEndObject();
        return changed || isOpen;
    }

    private static bool WriteKeyword(JsonProperty keyword, Utf8JsonWriter json, int depth)
    {
        var value = keyword.Value;
        switch (keyword.Name)
        {
            case "properties" or "$defs" or "definitions" when value.ValueKind == JsonValueKind.Object:
                return WriteMap(keyword, json, depth);
            case "items":
                json.WritePropertyName("items"u8);
                return WriteNode(value, json, depth + 1);
            case "anyOf" or "allOf" or "oneOf" when value.ValueKind == JsonValueKind.Array:
                return WriteChoices(keyword, json, depth) || keyword.Name == "oneOf";
            case "minItems" when value.ValueKind == JsonValueKind.Number && value.GetDouble() > 1:
                return true;
            case "format" when value.ValueKind == JsonValueKind.String && Array.IndexOf(Formats, value.GetString()) < 0:
                return true;
            default:
                if (Array.IndexOf(Unsupported, keyword.Name) >= 0)
                {
                    return true;
                }

                keyword.WriteTo(json);
                return false;
        }
    }

    private static bool WriteMap(JsonProperty map, Utf8JsonWriter json, int depth)
    {
        var changed = false;
        json.WriteStartObject(map.Name);
        foreach (var entry in map.Value.EnumerateObject())
        {
            json.WritePropertyName(entry.Name);
            changed |= WriteNode(entry.Value, json, depth + 1);
        }

        json.WriteEndObject();
        return changed;
    }

    private static bool WriteChoices(JsonProperty list, Utf8JsonWriter json, int depth)
    {
        var changed = false;
        json.WriteStartArray(list.Name == "oneOf" ? "anyOf" : list.Name);
        foreach (var item in list.Value.EnumerateArray())
        {
            changed |= WriteNode(item, json, depth + 1);
        }

        json.WriteEndArray();
        return changed;
    }

    private static bool IsObject(JsonElement node)
    {
        if (!node.TryGetProperty("type", out var type))
        {
            return node.TryGetProperty("properties", out _);
        }

        if (type.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in type.EnumerateArray())
            {
                if (one.ValueKind == JsonValueKind.String && one.ValueEquals("object"u8))
                {
                    return true;
                }
            }

            return false;
        }

        return type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8);
    }
}
