using System.Collections.Frozen;
using System.Text.Json;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Which keywords of JSON schema have force here, which say nothing about validity, and what shape the former must have.</summary>
internal static class SchemaKeywords
{
    private static readonly FrozenDictionary<string, Func<JsonElement, bool>> Shapes = new Dictionary<string, Func<JsonElement, bool>>
    {
        ["$ref"] = IsText,
        ["type"] = IsType,
        ["nullable"] = IsFlag,
        ["enum"] = static e => e.ValueKind == JsonValueKind.Array,
        ["const"] = static _ => true,
        ["allOf"] = IsSchemas,
        ["anyOf"] = IsSchemas,
        ["oneOf"] = IsSchemas,
        ["properties"] = IsNamedSchemas,
        ["required"] = static e => e.ValueKind == JsonValueKind.Array && e.EnumerateArray().All(static name => name.ValueKind == JsonValueKind.String),
        ["additionalProperties"] = IsSchema,
        ["minProperties"] = IsCount,
        ["maxProperties"] = IsCount,
        ["items"] = static e => IsSchema(e) || (e.ValueKind == JsonValueKind.Array && e.EnumerateArray().All(IsSchema)),
        ["additionalItems"] = IsSchema,
        ["prefixItems"] = static e => e.ValueKind == JsonValueKind.Array && e.EnumerateArray().All(IsSchema),
        ["minItems"] = IsCount,
        ["maxItems"] = IsCount,
        ["uniqueItems"] = IsFlag,
        ["minLength"] = IsCount,
        ["maxLength"] = IsCount,
        ["pattern"] = IsText,
        ["format"] = IsText,
        ["minimum"] = IsNumber,
        ["maximum"] = IsNumber,
        ["exclusiveMinimum"] = static e => IsNumber(e) || IsFlag(e),
        ["exclusiveMaximum"] = static e => IsNumber(e) || IsFlag(e),
        ["multipleOf"] = static e => IsNumber(e) && e.GetDouble() > 0,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Refused = FrozenSet.Create(
        StringComparer.Ordinal,
        "not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames", "patternProperties", "dependencies", "dependentRequired",
        "dependentSchemas", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef", "extends", "disallow", "divisibleBy", "contentSchema");

    /// <summary>Refuses keywords that no grammar holds and values that make no sense. Words that neither list has are annotations, as the standard says.</summary>
    public static bool Check(SchemaNode node, SchemaDocument document)
    {
        if (!IsSchema(node.Element))
        {
            document.Contradiction(node.Path, "a schema is an object or a boolean. Correct it.");
            return false;
        }

        if (node.Element.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        foreach (var member in node.Element.EnumerateObject())
        {
            if (Refused.Contains(member.Name) && !IsHarmless(member))
            {
                document.Unsupported($"{node.Path}/{member.Name}", "answers cannot be held to this keyword. Remove it, or say the same with other keywords (anyOf, enum, properties).");
                return false;
            }

            if (Shapes.TryGetValue(member.Name, out var shape) && !shape(member.Value))
            {
                document.Contradiction($"{node.Path}/{member.Name}", "the value is not one that this keyword takes. Correct it.");
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a schema says anything at all.</summary>
    public static bool HasForce(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.False
        || (schema.ValueKind == JsonValueKind.Object && schema.EnumerateObject().Any(static member => Shapes.ContainsKey(member.Name) || Refused.Contains(member.Name)));

    /// <summary>Whether a keyword that is refused says nothing here: an empty list or an unevaluated* that forbids what is not written anyway.</summary>
    private static bool IsHarmless(JsonProperty member) =>
        member.Name switch
        {
            "patternProperties" or "dependencies" or "dependentRequired" or "dependentSchemas" =>
                member.Value.ValueKind == JsonValueKind.Object && !member.Value.EnumerateObject().Any(),
            "unevaluatedProperties" => member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "unevaluatedItems" or "propertyNames" or "contentSchema" => member.Value.ValueKind == JsonValueKind.True,
            _ => false,
        };

    private static bool IsSchema(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False;

    private static bool IsSchemas(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(IsSchema);

    private static bool IsNamedSchemas(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(static member => IsSchema(member.Value));

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number;

    /// <summary>Whole and not below 0; "2.0" is one.</summary>
    private static bool IsCount(JsonElement value) => IsNumber(value) && value.GetDouble() is >= 0 and var count && count == Math.Floor(count);

    private static bool IsType(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().All(IsTypeName) : IsTypeName(value);

    private static bool IsTypeName(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is "null" or "boolean" or "integer" or "number" or "string" or "array" or "object";
}
