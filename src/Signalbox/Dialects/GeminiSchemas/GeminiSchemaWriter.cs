using System.Text.Json;

namespace Signalbox.Dialects.GeminiSchemas;

/// <summary>
/// Writes a JSON schema as the subset that models before version 2.5 take: references inlined, unions with null as
/// <c>nullable</c>, other unions as <c>anyOf</c>, unknown formats and keywords left out.
/// </summary>
internal sealed class GeminiSchemaWriter
{
    // References can multiply: 20 definitions that use the next one twice are a million schemas.
    private const int MaxSchemas = 2000;
    private const int MaxDepth = 48;

    private readonly JsonElement _root;
    private readonly Utf8JsonWriter _json;
    private readonly List<string> _open = [];
    private int _schemas;
    private int _depth;
    private bool _approximated;

    private GeminiSchemaWriter(JsonElement root, Utf8JsonWriter json)
    {
        _root = root;
        _json = json;
    }

    /// <summary>Writes the schema. True where the result says less, or says it in another way.</summary>
    public static bool Write(JsonElement schema, Utf8JsonWriter json)
    {
        var writer = new GeminiSchemaWriter(schema, json);
        writer.WriteSchema(schema);
        return writer._approximated;
    }

    private void WriteSchema(JsonElement schema)
    {
        if (++_schemas > MaxSchemas || _depth >= MaxDepth || schema.ValueKind != JsonValueKind.Object)
        {
            WriteAnything();
            return;
        }

        _depth++;
        var opened = _open.Count;
        var merged = new GeminiMergedSchema();
        if (Merge(schema, merged))
        {
            WriteMerged(merged);
        }
        else
        {
            WriteAnything();
        }

        _open.RemoveRange(opened, _open.Count - opened);
        _depth--;
    }

    /// <summary>A schema that cannot be said: any object.</summary>
    private void WriteAnything()
    {
        _approximated = true;
        _json.WriteStartObject();
        _json.WriteString("type"u8, "OBJECT"u8);
        _json.WriteEndObject();
    }

    /// <summary>Adds a schema with all that it refers to. False for a reference to nothing, or to a schema that is being written.</summary>
    private bool Merge(JsonElement schema, GeminiMergedSchema merged)
    {
        if (schema.ValueKind != JsonValueKind.Object || merged.Count > MaxDepth)
        {
            return false;
        }

        merged.Add(schema);
        if (schema.TryGetProperty("$ref", out var reference))
        {
            _approximated = true;
            var pointer = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : "";
            if (_open.Contains(pointer) || Resolve(pointer) is not { } target)
            {
                return false;
            }

            _open.Add(pointer);
            if (!Merge(target, merged))
            {
                return false;
            }
        }

        if (schema.TryGetProperty("allOf", out var all) && all.ValueKind == JsonValueKind.Array)
        {
            _approximated = true;
            foreach (var part in all.EnumerateArray())
            {
                if (!Merge(part, merged))
                {
                    return false;
                }
            }
        }

        return MergeUnion(schema, merged);
    }

    /// <summary>A union of one variant and null is that variant, nullable.</summary>
    private bool MergeUnion(JsonElement schema, GeminiMergedSchema merged)
    {
        if (!(schema.TryGetProperty("anyOf", out var variants) || schema.TryGetProperty("oneOf", out variants)) || variants.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        _approximated |= !schema.TryGetProperty("anyOf", out _);
        var others = new List<JsonElement>();
        foreach (var variant in variants.EnumerateArray())
        {
            if (IsNull(variant))
            {
                merged.Nullable = true;
                _approximated = true;
            }
            else
            {
                others.Add(variant);
            }
        }

        if (others.Count == 1)
        {
            _approximated = true;
            return Merge(others[0], merged);
        }

        merged.Variants = others;
        return true;
    }

    private void WriteMerged(GeminiMergedSchema merged)
    {
        merged.Settle();
        _approximated |= merged.IsApproximated;
        _json.WriteStartObject();
        if (merged.Type is { } type)
        {
            _json.WriteString("type"u8, type.ToUpperInvariant());
        }

        if (merged.Nullable)
        {
            _json.WriteBoolean("nullable"u8, true);
        }

        foreach (var (keyword, value) in merged.Plain)
        {
            _json.WritePropertyName(keyword);
            value.WriteTo(_json);
        }

        if (merged.Enum is { } texts)
        {
            WriteStrings("enum", texts);
        }

        WriteVariants(merged);
        WriteItems(merged);
        WriteProperties(merged);
        _json.WriteEndObject();
    }

    private void WriteVariants(GeminiMergedSchema merged)
    {
        if (merged.Variants is { Count: > 0 } variants)
        {
            _json.WriteStartArray("anyOf"u8);
            foreach (var variant in variants)
            {
                WriteSchema(variant);
            }

            _json.WriteEndArray();
        }
        else if (merged.OtherTypes is { Count: > 0 } types)
        {
            _json.WriteStartArray("anyOf"u8);
            foreach (var type in types)
            {
                _json.WriteStartObject();
                _json.WriteString("type"u8, type.ToUpperInvariant());
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }
    }

    private void WriteItems(GeminiMergedSchema merged)
    {
        if (merged.Items is { } items)
        {
            _json.WritePropertyName("items"u8);
            WriteSchema(items);
        }
        else if (merged.Type == "array")
        {
            // An array must say what it holds.
            _approximated = true;
            _json.WriteStartObject("items"u8);
            _json.WriteString("type"u8, "STRING"u8);
            _json.WriteEndObject();
        }
    }

    private void WriteProperties(GeminiMergedSchema merged)
    {
        if (merged.Properties.Count > 0)
        {
            _json.WriteStartObject("properties"u8);
            foreach (var (name, schema) in merged.Properties)
            {
                _json.WritePropertyName(name);
                WriteSchema(schema);
            }

            _json.WriteEndObject();
        }

        if (merged.Required.Count > 0)
        {
            WriteStrings("required", merged.Required);
        }
    }

    private void WriteStrings(string name, List<string> strings)
    {
        _json.WriteStartArray(name);
        foreach (var text in strings)
        {
            _json.WriteStringValue(text);
        }

        _json.WriteEndArray();
    }

    private static bool IsNull(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("null"u8);

    /// <summary>Follows a JSON pointer inside the schema, e.g. <c>#/$defs/Address</c>.</summary>
    private JsonElement? Resolve(string pointer)
    {
        if (!pointer.StartsWith('#'))
        {
            return null;
        }

        var target = _root;
        foreach (var segment in pointer[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(segment).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
            {
                return null;
            }
        }

        return target;
    }
}
