using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Signalbox.Dialects.Gemini;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.GeminiSchemas;

/// <summary>
/// Turns Google's schema subset into a JSON schema: type names in lower case, <c>nullable</c> as a second type, counts that
/// came as strings as numbers, properties in the order that <c>propertyOrdering</c> asks for.
/// </summary>
internal static class GeminiSchemaReader
{
    public static JsonElement Read(JsonElement subset)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Compact))
        {
            WriteSchema(subset, json);
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan, new JsonReaderOptions { MaxDepth = 1000 });
        return JsonElement.ParseValue(ref reader);
    }

    private static void WriteSchema(JsonElement subset, Utf8JsonWriter json)
    {
        if (subset.ValueKind != JsonValueKind.Object)
        {
            subset.WriteTo(json);
            return;
        }

        var nullable = subset.TryGetProperty("nullable", out var flag) && flag.ValueKind == JsonValueKind.True;
        json.WriteStartObject();
        foreach (var property in subset.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null)
            {
                WriteKeyword(subset, property, nullable, json);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteKeyword(JsonElement subset, JsonProperty property, bool nullable, Utf8JsonWriter json)
    {
        var value = property.Value;
        switch (GeminiFields.ToCamel(property.Name))
        {
            case "type":
                WriteType(value, nullable, json);
                break;
            case "nullable" or "propertyOrdering":
                break;
            case "format" when value.ValueKind == JsonValueKind.String && value.ValueEquals("enum"u8):
                break;
            case "enum" when nullable && value.ValueKind == JsonValueKind.Array:
                WriteNullableEnum(value, json);
                break;
            case "items":
                json.WritePropertyName("items"u8);
                WriteSchema(value, json);
                break;
            case "anyOf" when value.ValueKind == JsonValueKind.Array:
                WriteAnyOf(value, nullable && !subset.TryGetProperty("type", out _), json);
                break;
            case "properties" when value.ValueKind == JsonValueKind.Object:
                WriteProperties(value, subset, json);
                break;
            case "example":
                json.WriteStartArray("examples"u8);
                value.WriteTo(json);
                json.WriteEndArray();
                break;
            case "minItems" or "maxItems" or "minLength" or "maxLength" or "minProperties" or "maxProperties":
                WriteCount(GeminiFields.ToCamel(property.Name), value, json);
                break;
            default:
                property.WriteTo(json);
                break;
        }
    }

    private static void WriteType(JsonElement type, bool nullable, Utf8JsonWriter json)
    {
        if (type.ValueKind != JsonValueKind.String)
        {
            json.WritePropertyName("type"u8);
            type.WriteTo(json);
            return;
        }

        var name = type.GetString()!.ToLowerInvariant();
        if (name == "type_unspecified")
        {
            return;
        }

        if (!nullable || name == "null")
        {
            json.WriteString("type"u8, name);
            return;
        }

        json.WriteStartArray("type"u8);
        json.WriteStringValue(name);
        json.WriteStringValue("null"u8);
        json.WriteEndArray();
    }

    private static void WriteNullableEnum(JsonElement values, Utf8JsonWriter json)
    {
        json.WriteStartArray("enum"u8);
        foreach (var value in values.EnumerateArray())
        {
            value.WriteTo(json);
        }

        json.WriteNullValue();
        json.WriteEndArray();
    }

    private static void WriteAnyOf(JsonElement variants, bool nullable, Utf8JsonWriter json)
    {
        json.WriteStartArray("anyOf"u8);
        foreach (var variant in variants.EnumerateArray())
        {
            WriteSchema(variant, json);
        }

        if (nullable)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "null"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProperties(JsonElement properties, JsonElement subset, Utf8JsonWriter json)
    {
        var ordered = new List<JsonProperty>(properties.EnumerateObject());
        if (GeminiFields.TryGet(subset, "propertyOrdering", out var ordering) && ordering.ValueKind == JsonValueKind.Array)
        {
            var places = new Dictionary<string, int>();
            foreach (var name in ordering.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String)
                {
                    places.TryAdd(name.GetString()!, places.Count);
                }
            }

            ordered = [.. ordered.OrderBy(property => places.GetValueOrDefault(property.Name, int.MaxValue))];
        }

        json.WriteStartObject("properties"u8);
        foreach (var property in ordered)
        {
            json.WritePropertyName(property.Name);
            WriteSchema(property.Value, json);
        }

        json.WriteEndObject();
    }

    private static void WriteCount(string name, JsonElement value, Utf8JsonWriter json)
    {
        json.WritePropertyName(name);
        if (value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            json.WriteNumberValue(count);
        }
        else
        {
            value.WriteTo(json);
        }
    }
}
