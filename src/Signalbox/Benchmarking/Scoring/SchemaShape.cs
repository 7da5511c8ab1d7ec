using System.Text.Json;
using System.Text.RegularExpressions;
using Signalbox.Configuration.Fields;

namespace Signalbox.Benchmarking.Scoring;

/// <summary>
/// Whether a JSON schema means what its keywords say (JSON Schema 2020-12, and what earlier drafts wrote otherwise). A library passes over a keyword that it
/// cannot read, and then every answer satisfies it, or none.
/// </summary>
internal sealed class SchemaShape
{
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];
    private static readonly string[] Named = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
    private static readonly string[] Listed = ["anyOf", "oneOf", "allOf", "prefixItems"];
    private static readonly string[] Single = ["not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems"];
    private static readonly string[] Counts = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"];
    private static readonly string[] Numbers = ["minimum", "maximum", "multipleOf"];

    private readonly JsonElement _root;

    private SchemaShape(JsonElement root) => _root = root;

    /// <summary>What is wrong, with its place in the schema; null where nothing is.</summary>
    public static string? Problem(JsonElement schema) => new SchemaShape(schema).Of(schema, "#");

    private string? Of(JsonElement schema, string path)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return null;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return $"{path} must be a schema, not {Words.For(schema)}";
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            if (OfKeyword(keyword.Name, keyword.Value, $"{path}/{keyword.Name}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? OfKeyword(string name, JsonElement value, string path) => name switch
    {
        "type" => OfType(value, path),
        "$ref" => value.ValueKind == JsonValueKind.String && Leads(value.GetString()!) ? null : $"{path} leads to nothing in the schema",
        "pattern" => OfPattern(value, path),
        "required" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String) ? null : $"{path} must be a list of the names of fields",
        "enum" => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? null : $"{path} must be a list of the values that there are",
        "items" when value.ValueKind == JsonValueKind.Array => OfList(value, path),
        "items" => Of(value, path),
        _ when Named.Contains(name) => OfNamed(name, value, path),
        _ when Listed.Contains(name) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? OfList(value, path) : $"{path} must be a list of schemas",
        _ when Single.Contains(name) => Of(value, path),
        _ when Counts.Contains(name) => value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and var count && double.IsInteger(count) ? null : $"{path} must be a whole number, 0 or more",
        _ when Numbers.Contains(name) => value.ValueKind == JsonValueKind.Number ? null : $"{path} must be a number",
        _ => null,
    };

    private string? OfNamed(string name, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return $"{path} must be an object of schemas by name, not {Words.For(value)}";
        }

        foreach (var field in value.EnumerateObject())
        {
            var place = $"{path}/{field.Name}";
            if ((name == "patternProperties" ? OfExpression(field.Name, place) : null) is { } bad)
            {
                return bad;
            }

            if (Of(field.Value, place) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? OfList(JsonElement value, string path)
    {
        var i = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Of(item, $"{path}/{i++}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? OfType(JsonElement value, string path)
    {
        JsonElement[] given = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return given.Length > 0 && given.All(static type => type.ValueKind == JsonValueKind.String && Types.Contains(type.GetString()))
            ? null
            : $"{path} is {Words.Shorten(value.GetRawText())}; use {string.Join(", ", Types)}, or a list of some of them";
    }

    private static string? OfPattern(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? OfExpression(value.GetString()!, path) : $"{path} must be a regular expression, not {Words.For(value)}";

    private static string? OfExpression(string pattern, string path)
    {
        try
        {
            _ = new Regex(pattern);
            return null;
        }
        catch (ArgumentException e)
        {
            return $"{path} is no regular expression: {e.Message}";
        }
    }

    /// <summary>Whether a reference within the schema leads somewhere (RFC 6901). Names of anchors are not followed.</summary>
    private bool Leads(string reference)
    {
        if (reference == "#")
        {
            return true;
        }

        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            return false;
        }

        var at = _root;
        foreach (var step in Uri.UnescapeDataString(reference[2..]).Split('/').Select(static step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var inner))
            {
                at = inner;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index) && index >= 0 && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return false;
            }
        }

        return at.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False;
    }
}
