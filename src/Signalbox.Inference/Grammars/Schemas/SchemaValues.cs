using System.Globalization;
using System.Text.Json;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Asks whether a value that a schema lists (enum, const) meets schemas. Formats are not asked: who lists a value wants it.</summary>
internal sealed class SchemaValues(SchemaDocument document, SchemaTexts texts)
{
    private const int MaximumDepth = 128;
    private const int MaximumFew = 64;

    private int _depth;

    public bool Holds(JsonElement value, SchemaNode node)
    {
        if (node.Element.ValueKind != JsonValueKind.Object)
        {
            return node.Element.ValueKind == JsonValueKind.True;
        }

        document.Work(node.Path);
        if (document.Fault is not null || _depth == MaximumDepth || !SchemaKeywords.Check(node, document))
        {
            return false;
        }

        _depth++;
        var holds = HoldsCombined(value, node) && HoldsListed(value, node) && (SchemaFacts.TypesOf(node) & TypeOf(value)) != 0 && HoldsType(value, node);
        _depth--;
        return holds;
    }

    /// <summary>All values of a schema that lists none but has few: null, booleans, integers of a short range. Null where they are too many.</summary>
    public static List<JsonElement>? Few(SchemaFacts facts)
    {
        var range = facts.Number with { IsInteger = true };
        var (low, high) = facts.Types.HasFlag(JsonTypes.Integer) ? (range.Minimum, range.Maximum) : (0, -1);
        if ((facts.Types & ~(JsonTypes.Null | JsonTypes.Boolean | JsonTypes.Integer)) != 0 || low is null || high is null || high - low > MaximumFew)
        {
            return null;
        }

        var texts = new List<string>();
        texts.AddRange(facts.Types.HasFlag(JsonTypes.Null) ? ["null"] : []);
        texts.AddRange(facts.Types.HasFlag(JsonTypes.Boolean) ? ["false", "true"] : []);
        for (var value = decimal.Ceiling(low.Value); value <= high; value++)
        {
            texts.AddRange(range.Holds(value) ? [value.ToString(CultureInfo.InvariantCulture)] : []);
        }

        using var document = JsonDocument.Parse($"[{string.Join(',', texts)}]");
        return [.. document.RootElement.EnumerateArray().Select(static value => value.Clone())];
    }

    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.Object => JsonTypes.Object,
        _ => value.TryGetDecimal(out var number) && number == decimal.Truncate(number) ? JsonTypes.Integer : JsonTypes.Fraction,
    };

    private bool HoldsCombined(JsonElement value, SchemaNode node)
    {
        if (node.Has("$ref", out var reference) && (document.Resolve(node, reference) is not { } target || !Holds(value, target)))
        {
            return false;
        }

        return (!node.Has("allOf", out var all) || Count(value, node, "allOf", all) == all.GetArrayLength())
            && (!node.Has("anyOf", out var any) || Count(value, node, "anyOf", any) > 0)
            && (!node.Has("oneOf", out var one) || Count(value, node, "oneOf", one) == 1);
    }

    private int Count(JsonElement value, SchemaNode node, string keyword, JsonElement parts)
    {
        var count = 0;
        for (var i = 0; i < parts.GetArrayLength(); i++)
        {
            count += Holds(value, node.Under(keyword, i, parts[i])) ? 1 : 0;
        }

        return count;
    }

    private static bool HoldsListed(JsonElement value, SchemaNode node) =>
        (!node.Has("const", out var constant) || JsonElement.DeepEquals(value, constant))
        && (!node.Has("enum", out var listed) || listed.EnumerateArray().Any(one => JsonElement.DeepEquals(value, one)));

    private bool HoldsType(JsonElement value, SchemaNode node)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return !value.TryGetDecimal(out var number) || SchemaNumbers.Read(node).Holds(number);
            case JsonValueKind.String:
                var text = value.GetString()!;
                return SchemaTexts.Length(text) >= (SchemaFacts.Count(node, "minLength") ?? 0)
                    && text.Length <= (SchemaFacts.Count(node, "maxLength") ?? int.MaxValue)
                    && (!node.Has("pattern", out var pattern) || texts.Matches(node, pattern.GetString()!, text));
            case JsonValueKind.Array:
                return HoldsArray(value, node);
            case JsonValueKind.Object:
                return HoldsObject(value, node);
            default:
                return true;
        }
    }

    private bool HoldsArray(JsonElement value, SchemaNode node)
    {
        var facts = SchemaFacts.Gather([node]);
        var items = value.EnumerateArray().ToArray();
        if (items.Length < facts.MinimumItems || items.Length > facts.MaximumItems)
        {
            return false;
        }

        for (var i = 0; i < items.Length; i++)
        {
            if (!SchemaObjects.Item(facts, i).TrueForAll(part => Holds(items[i], part))
                || (facts.IsUnique && items.AsSpan(0, i).ContainsEqual(items[i])))
            {
                return false;
            }
        }

        return true;
    }

    private bool HoldsObject(JsonElement value, SchemaNode node)
    {
        var facts = SchemaFacts.Gather([node]);
        var count = 0;
        foreach (var property in value.EnumerateObject())
        {
            count++;
            if (!SchemaObjects.Property(facts, property.Name).TrueForAll(part => Holds(property.Value, part)))
            {
                return false;
            }
        }

        return count >= facts.MinimumProperties && count <= facts.MaximumProperties && facts.Required.TrueForAll(name => value.TryGetProperty(name, out _));
    }
}

/// <summary>Equality of JSON values in lists.</summary>
internal static class JsonElementSpans
{
    public static bool ContainsEqual(this Span<JsonElement> items, JsonElement item)
    {
        foreach (var other in items)
        {
            if (JsonElement.DeepEquals(item, other))
            {
                return true;
            }
        }

        return false;
    }
}
