using System.Text.Json;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>What several schemas say together about the parts of objects and arrays.</summary>
internal static class SchemaObjects
{
    /// <summary>The properties that are written: those declared, in their order, then those that are only required.</summary>
    public static List<string> Names(SchemaFacts facts)
    {
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in facts.Nodes)
        {
            if (node.Has("properties", out var properties))
            {
                foreach (var property in properties.EnumerateObject())
                {
                    if (seen.Add(property.Name))
                    {
                        names.Add(property.Name);
                    }
                }
            }
        }

        foreach (var name in facts.Required)
        {
            if (seen.Add(name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>Everything that is said about the value of a property.</summary>
    public static List<SchemaNode> Property(SchemaFacts facts, string name)
    {
        var parts = new List<SchemaNode>();
        foreach (var node in facts.Nodes)
        {
            if (node.Has("properties", out var properties) && properties.TryGetProperty(name, out var property))
            {
                parts.Add(node.Under("properties", name, property));
            }
            else if (node.Has("additionalProperties", out var additional))
            {
                parts.Add(node.Under("additionalProperties", additional));
            }
        }

        return parts;
    }

    /// <summary>Everything that is said about the value of a property that nobody declares.</summary>
    public static List<SchemaNode> Additional(SchemaFacts facts)
    {
        var parts = new List<SchemaNode>();
        foreach (var node in facts.Nodes)
        {
            if (node.Has("additionalProperties", out var additional))
            {
                parts.Add(node.Under("additionalProperties", additional));
            }
        }

        return parts;
    }

    /// <summary>
    /// Whether properties that nobody declares are written: only where a schema describes them, or where no property is declared at all. The standard allows
    /// them elsewhere too, but an answer with words of its own is not what is asked for.
    /// </summary>
    public static bool IsOpen(SchemaFacts facts, int names)
    {
        var described = names == 0;
        foreach (var node in facts.Nodes)
        {
            if (node.Has("unevaluatedProperties", out var rest) && rest.ValueKind == JsonValueKind.False)
            {
                return false;
            }

            if (node.Has("additionalProperties", out var additional))
            {
                if (additional.ValueKind == JsonValueKind.False)
                {
                    return false;
                }

                described |= additional.ValueKind == JsonValueKind.Object;
            }
        }

        return described;
    }

    /// <summary>Items with a schema of their own.</summary>
    public static int PrefixLength(SchemaFacts facts)
    {
        var length = 0;
        foreach (var node in facts.Nodes)
        {
            length = Math.Max(length, Prefix(node, out _, out _));
        }

        return length;
    }

    /// <summary>Everything that is said about one item.</summary>
    public static List<SchemaNode> Item(SchemaFacts facts, int index)
    {
        var parts = new List<SchemaNode>();
        foreach (var node in facts.Nodes)
        {
            var length = Prefix(node, out var prefix, out var rest);
            if (index < length)
            {
                node.Has(prefix, out var items);
                parts.Add(node.Under(prefix, index, items[index]));
            }
            else if (node.Has(rest, out var items) && items.ValueKind != JsonValueKind.Array)
            {
                parts.Add(node.Under(rest, items));
            }
        }

        return parts;
    }

    public static bool IsForbidden(List<SchemaNode> parts) => parts.Exists(static part => part.Element.ValueKind == JsonValueKind.False);

    /// <summary>How many first items have schemas of their own, under which keyword, and under which the others have one.</summary>
    private static int Prefix(SchemaNode node, out string prefix, out string rest)
    {
        if (node.Has("prefixItems", out var items))
        {
            (prefix, rest) = ("prefixItems", "items");
            return items.GetArrayLength();
        }

        (prefix, rest) = ("items", "items");
        if (node.Has("items", out items) && items.ValueKind == JsonValueKind.Array)
        {
            rest = "additionalItems";
            return items.GetArrayLength();
        }

        return 0;
    }
}
