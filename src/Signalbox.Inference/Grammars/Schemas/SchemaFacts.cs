using System.Text.Json;
using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Kinds of JSON values; a number is whole or has a fraction.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Fraction = 8,
    String = 16,
    Array = 32,
    Object = 64,
    Number = Integer | Fraction,
    All = 127,
}

/// <summary>Everything that several schemas ask of one value together, keywords that combine schemas aside.</summary>
internal sealed class SchemaFacts
{
    private SchemaFacts(IReadOnlyList<SchemaNode> nodes)
    {
        Nodes = nodes;
        Number = new NumberRange(false, null, false, null, false, null);
    }

    public IReadOnlyList<SchemaNode> Nodes { get; }

    /// <summary>The path of the schema that says most.</summary>
    public string Path => Nodes.Count == 0 ? "#" : Nodes[0].Path;

    public JsonTypes Types { get; private set; } = JsonTypes.All;

    /// <summary>The first list of values, before the other facts are asked; null for none.</summary>
    public IReadOnlyList<JsonElement>? Values { get; private set; }

    public NumberRange Number { get; private set; }

    public int MinimumLength { get; private set; }

    public int MaximumLength { get; private set; } = StringTerminal.Unbounded;

    /// <summary>Patterns and formats, each with the node that has it.</summary>
    public List<(SchemaNode Node, string Text, bool IsFormat)> Texts { get; } = [];

    public int MinimumItems { get; private set; }

    public int MaximumItems { get; private set; } = int.MaxValue;

    public bool IsUnique { get; private set; }

    public List<string> Required { get; } = [];

    public int MinimumProperties { get; private set; }

    public int MaximumProperties { get; private set; } = int.MaxValue;

    public static SchemaFacts Gather(IReadOnlyList<SchemaNode> nodes)
    {
        var facts = new SchemaFacts(nodes);
        var typed = false;
        foreach (var node in nodes)
        {
            typed |= facts.AddTypes(node);
            facts.AddNumber(node);
            facts.AddText(node);
            facts.AddContainers(node);
        }

        // Who writes "properties" without "type" means an object, though the standard lets anything else pass.
        if (!typed)
        {
            var meant = JsonTypes.None;
            foreach (var node in nodes)
            {
                meant |= Meant(node);
            }

            facts.Types = meant == JsonTypes.None ? JsonTypes.All : meant;
        }

        return facts;
    }

    public static JsonTypes TypesOf(SchemaNode node)
    {
        if (!node.Has("type", out var type))
        {
            return JsonTypes.All;
        }

        var types = node.Has("nullable", out var nullable) && nullable.GetBoolean() ? JsonTypes.Null : JsonTypes.None;
        if (type.ValueKind == JsonValueKind.String)
        {
            return types | Named(type);
        }

        foreach (var name in type.EnumerateArray())
        {
            types |= Named(name);
        }

        return types;
    }

    public static bool HasFlag(SchemaNode node, string keyword) => node.Has(keyword, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A count, at most the largest int.</summary>
    public static int? Count(SchemaNode node, string keyword) => node.Has(keyword, out var value) ? (int)Math.Min(int.MaxValue, value.GetDouble()) : null;

    private static JsonTypes Named(JsonElement type) => type.GetString() switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        _ => JsonTypes.Object,
    };

    private static JsonTypes Meant(SchemaNode node)
    {
        var meant = JsonTypes.None;
        foreach (var member in node.Element.EnumerateObject())
        {
            meant |= member.Name switch
            {
                "properties" or "required" or "additionalProperties" or "minProperties" or "maxProperties" => JsonTypes.Object,
                "items" or "prefixItems" or "minItems" or "maxItems" or "uniqueItems" => JsonTypes.Array,
                "minLength" or "maxLength" or "pattern" or "format" => JsonTypes.String,
                "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" => JsonTypes.Number,
                _ => JsonTypes.None,
            };
        }

        return meant;
    }

    private bool AddTypes(SchemaNode node)
    {
        Types &= TypesOf(node);
        if (node.Has("const", out var value))
        {
            Values = [value];
        }
        else if (node.Has("enum", out var values))
        {
            Values ??= [.. values.EnumerateArray()];
        }

        return Values is not null || node.Has("type", out _);
    }

    private void AddNumber(SchemaNode node)
    {
        var range = SchemaNumbers.Read(node);
        Number = SchemaNumbers.Both(Number, range);
    }

    private void AddText(SchemaNode node)
    {
        MinimumLength = Math.Max(MinimumLength, Count(node, "minLength") ?? 0);
        MaximumLength = Math.Min(MaximumLength, Count(node, "maxLength") ?? int.MaxValue);
        if (node.Has("pattern", out var pattern))
        {
            Texts.Add((node, pattern.GetString()!, false));
        }

        if (node.Has("format", out var format))
        {
            Texts.Add((node, format.GetString()!, true));
        }
    }

    private void AddContainers(SchemaNode node)
    {
        MinimumItems = Math.Max(MinimumItems, Count(node, "minItems") ?? 0);
        MaximumItems = Math.Min(MaximumItems, Count(node, "maxItems") ?? int.MaxValue);
        IsUnique |= HasFlag(node, "uniqueItems");
        MinimumProperties = Math.Max(MinimumProperties, Count(node, "minProperties") ?? 0);
        MaximumProperties = Math.Min(MaximumProperties, Count(node, "maxProperties") ?? int.MaxValue);
        if (node.Has("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (!Required.Contains(name.GetString()!))
                {
                    Required.Add(name.GetString()!);
                }
            }
        }
    }
}
