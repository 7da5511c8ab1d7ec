using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Pipeline.Judging;

/// <summary>
/// Whether an answer is the JSON that was asked for: 1 or 0. A schema is held against it as far as types, required properties,
/// enumerations and constants go, at every level; what else a schema may say is not looked at.
/// </summary>
internal static class JsonCheck
{
    private const int MaxDepth = 64;

    /// <summary>Null where no JSON was asked for.</summary>
    public static double? Judge(string text, ChatOptions options)
    {
        if (options.ResponseFormat is not ChatResponseFormatJson format)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var value = document.RootElement;
            return format.Schema is { } schema ? Matches(value, schema, 0) ? 1 : 0
                : value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? 1 : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    private static bool Matches(JsonElement value, JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return true;
        }

        if ((schema.TryGetProperty("type", out var type) && !IsOfType(value, type))
            || (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(value, constant))
            || (schema.TryGetProperty("enum", out var words) && !IsOneOf(value, words)))
        {
            return false;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => HasRequired(value, schema) && PropertiesMatch(value, schema, depth),
            JsonValueKind.Array => ItemsMatch(value, schema, depth),
            _ => true,
        };
    }

    private static bool IsOfType(JsonElement value, JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in type.EnumerateArray())
            {
                if (IsOfType(value, one))
                {
                    return true;
                }
            }

            return false;
        }

        return type.ValueKind != JsonValueKind.String || type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && Math.Floor(number) == number,
            _ => true,
        };
    }

    private static bool IsOneOf(JsonElement value, JsonElement words)
    {
        if (words.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        foreach (var word in words.EnumerateArray())
        {
            if (JsonElement.DeepEquals(value, word))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasRequired(JsonElement value, JsonElement schema)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String && !value.TryGetProperty(name.GetString()!, out _))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool PropertiesMatch(JsonElement value, JsonElement schema, int depth)
    {
        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        foreach (var property in properties.EnumerateObject())
        {
            if (value.TryGetProperty(property.Name, out var part) && !Matches(part, property.Value, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool ItemsMatch(JsonElement value, JsonElement schema, int depth)
    {
        if (!schema.TryGetProperty("items", out var items))
        {
            return true;
        }

        foreach (var item in value.EnumerateArray())
        {
            if (!Matches(item, items, depth + 1))
            {
                return false;
            }
        }

        return true;
    }
}
