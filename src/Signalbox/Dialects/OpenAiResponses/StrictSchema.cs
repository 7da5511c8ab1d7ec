using System.Text.Json;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// Whether a schema can be held to strictly as it stands: every object closed, every property required. A tool that left
/// <c>strict</c> out must not become strict elsewhere with a schema that would be refused there.
/// </summary>
internal static class StrictSchema
{
    private const int MaxDepth = 32;

    private static readonly string[] SchemaLists = ["anyOf", "oneOf", "allOf", "prefixItems"];
    private static readonly string[] SchemaMaps = ["$defs", "definitions"];

    public static bool Fits(JsonElement schema) => schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out _) && Fits(schema, 0);

    private static bool Fits(JsonElement schema, int depth)
    {
        if (depth > MaxDepth)
        {
            return false;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return schema.ValueKind is JsonValueKind.True or JsonValueKind.False;
        }

        if (IsObject(schema) && !IsClosed(schema))
        {
            return false;
        }

        if (schema.TryGetProperty("items", out var items) && !Fits(items, depth + 1))
        {
            return false;
        }

        return FitAll(schema, "properties", depth) && Array.TrueForAll(SchemaMaps, map => FitAll(schema, map, depth))
            && Array.TrueForAll(SchemaLists, list => FitAny(schema, list, depth));
    }

    private static bool IsObject(JsonElement schema)
    {
        if (schema.TryGetProperty("properties", out _))
        {
            return true;
        }

        if (!schema.TryGetProperty("type", out var type))
        {
            return false;
        }

        return type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Any(static one => one.ValueKind == JsonValueKind.String && one.ValueEquals("object"u8))
            : type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8);
    }

    private static bool IsClosed(JsonElement schema)
    {
        if (!schema.TryGetProperty("additionalProperties", out var more) || more.ValueKind != JsonValueKind.False)
        {
            return false;
        }

        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var required = schema.TryGetProperty("required", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => name.GetString()!).ToHashSet(StringComparer.Ordinal)
            : [];
        foreach (var property in properties.EnumerateObject())
        {
            if (!required.Contains(property.Name))
            {
                return false;
            }
        }

        return true;
    }

    private static bool FitAll(JsonElement schema, string map, int depth)
    {
        if (!schema.TryGetProperty(map, out var schemas) || schemas.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        foreach (var property in schemas.EnumerateObject())
        {
            if (!Fits(property.Value, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool FitAny(JsonElement schema, string list, int depth)
    {
        if (!schema.TryGetProperty(list, out var schemas) || schemas.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        foreach (var item in schemas.EnumerateArray())
        {
            if (!Fits(item, depth + 1))
            {
                return false;
            }
        }

        return true;
    }
}
