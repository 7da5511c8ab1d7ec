using System.Text.Json;

namespace Signalbox.Dialects.GeminiSchemas;

/// <summary>What one schema and all that it refers to say together, keyword by keyword; the first to say something wins.</summary>
internal sealed class GeminiMergedSchema
{
    /// <summary>Keywords that the subset has and that are written as they are.</summary>
    private static readonly string[] PlainKeywords =
    [
        "title", "description", "default", "minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength", "minimum", "maximum", "pattern",
    ];

    private static readonly string[] OtherKeywords = ["type", "$ref", "$defs", "definitions", "allOf", "anyOf", "oneOf", "items", "properties", "required", "enum", "const", "format"];

    private readonly List<JsonElement> _parts = [];

    public int Count => _parts.Count;

    public string? Type { get; private set; }

    /// <summary>The types of a union that is no union with null alone.</summary>
    public List<string>? OtherTypes { get; private set; }

    public bool Nullable { get; set; }

    public List<JsonElement>? Variants { get; set; }

    public JsonElement? Items { get; private set; }

    /// <summary>The only texts that are allowed.</summary>
    public List<string>? Enum { get; private set; }

    public List<(string Keyword, JsonElement Value)> Plain { get; } = [];

    public Dictionary<string, JsonElement> Properties { get; } = [];

    public List<string> Required { get; } = [];

    /// <summary>Whether something was left out or said otherwise.</summary>
    public bool IsApproximated { get; private set; }

    public void Add(JsonElement schema) => _parts.Add(schema);

    public void Settle()
    {
        foreach (var part in _parts)
        {
            foreach (var property in part.EnumerateObject())
            {
                Note(property);
            }
        }

        SettleType();
        SettleEnum();
        SettleFormat();
        foreach (var name in Required.ToList())
        {
            // A required property that is not described is refused.
            if (!Properties.ContainsKey(name))
            {
                Required.Remove(name);
                IsApproximated = true;
            }
        }
    }

    private void Note(JsonProperty property)
    {
        var value = property.Value;
        if (Array.IndexOf(PlainKeywords, property.Name) >= 0)
        {
            if (!Plain.Exists(plain => plain.Keyword == property.Name))
            {
                Plain.Add((property.Name, value));
            }

            return;
        }

        switch (property.Name)
        {
            case "properties" when value.ValueKind == JsonValueKind.Object:
                foreach (var inner in value.EnumerateObject())
                {
                    Properties.TryAdd(inner.Name, inner.Value);
                }

                break;
            case "required" when value.ValueKind == JsonValueKind.Array:
                foreach (var name in value.EnumerateArray())
                {
                    if (name.ValueKind == JsonValueKind.String && !Required.Contains(name.GetString()!))
                    {
                        Required.Add(name.GetString()!);
                    }
                }

                break;
            case "items":
                Items ??= value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[0] : value;
                IsApproximated |= value.ValueKind == JsonValueKind.Array;
                break;
            default:
                // Definitions are gone with the references to them; whatever else is unknown is lost.
                IsApproximated |= Array.IndexOf(OtherKeywords, property.Name) < 0;
                break;
        }
    }

    private void SettleType()
    {
        var given = Find("type");
        if (given is { ValueKind: JsonValueKind.String } one)
        {
            Type = one.GetString();
        }
        else if (given is { ValueKind: JsonValueKind.Array } several)
        {
            var types = several.EnumerateArray().Where(static type => type.ValueKind == JsonValueKind.String).Select(static type => type.GetString()!).ToList();
            Nullable |= types.Remove("null");
            Type = types.Count == 1 ? types[0] : null;
            OtherTypes = types.Count > 1 ? types : null;
            IsApproximated |= types.Count != 1;
        }

        if (Type is null && OtherTypes is null && Variants is null)
        {
            Type = Properties.Count > 0 ? "object" : Items is not null ? "array" : "string";
            IsApproximated = true;
        }
    }

    /// <summary>Only texts can be enumerated.</summary>
    private void SettleEnum()
    {
        var constant = Find("const");
        IsApproximated |= constant is not null;
        List<JsonElement> values = constant is { } only ? [only] : Find("enum") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];
        Nullable |= values.RemoveAll(static value => value.ValueKind == JsonValueKind.Null) > 0;
        if (values.Count == 0)
        {
            return;
        }

        if (Type == "string" && values.TrueForAll(static value => value.ValueKind == JsonValueKind.String))
        {
            Enum = values.ConvertAll(static value => value.GetString()!);
        }
        else
        {
            IsApproximated = true;
        }
    }

    private void SettleFormat()
    {
        if (Find("format") is not { ValueKind: JsonValueKind.String } format)
        {
            return;
        }

        var isKnown = (Type, format.GetString()) is ("string", "date-time" or "enum") or ("integer", "int32" or "int64") or ("number", "float" or "double");
        if (isKnown)
        {
            Plain.Add(("format", format));
        }

        IsApproximated |= !isKnown;
    }

    private JsonElement? Find(string keyword)
    {
        foreach (var part in _parts)
        {
            if (part.TryGetProperty(keyword, out var value))
            {
                return value;
            }
        }

        return null;
    }
}
