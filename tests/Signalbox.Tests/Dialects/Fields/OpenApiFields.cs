using System.Text.Json.Nodes;

namespace Signalbox.Tests.Dialects.Fields;

/// <summary>Every field of a schema in an OpenAPI document, in the notation of the ledger.</summary>
internal sealed class OpenApiFields(JsonNode document, params string[] describedElsewhere)
{
    private const string ReferencePrefix = "#/components/schemas/";

    private readonly JsonNode _schemas = document["components"]!["schemas"]!;
    private readonly Dictionary<string, HashSet<string>> _found = new(StringComparer.Ordinal);

    public IReadOnlyList<PublishedField> Of(params string[] schemaNames)
    {
        _found.Clear();
        foreach (var name in schemaNames)
        {
            Walk(_schemas[name]!, "", [name]);
        }

        return [.. _found.Select(field => new PublishedField(field.Key, field.Value))];
    }

    /// <summary>The fields of a union of events, each told by its <c>type</c>.</summary>
    public IReadOnlyList<PublishedField> OfEvents(string schemaName)
    {
        _found.Clear();
        WalkItem(_schemas[schemaName]!, "", [schemaName]);
        return [.. _found.Select(field => new PublishedField(field.Key, field.Value))];
    }

    private void Walk(JsonNode schema, string path, string[] within)
    {
        if (Follow(schema, ref within) is not { } followed)
        {
            return;
        }

        foreach (var branch in Branches(followed, "allOf", "anyOf", "oneOf"))
        {
            Walk(branch, path, within);
        }

        if (followed["items"] is { } items)
        {
            WalkItem(items, path, within);
        }

        foreach (var (name, property) in followed["properties"]?.AsObject() ?? [])
        {
            var field = path.Length == 0 ? name : $"{path}.{name}";
            _found.TryAdd(field, []);
            _found[field].UnionWith(Words(property!, within));
            Walk(property!, field, within);
        }
    }

    private void WalkItem(JsonNode schema, string path, string[] within)
    {
        if (Follow(schema, ref within) is not { } followed)
        {
            return;
        }

        var alternatives = Branches(followed, "anyOf", "oneOf").ToList();
        foreach (var alternative in alternatives)
        {
            WalkItem(alternative, path, within);
        }

        if (alternatives.Count > 0)
        {
            return;
        }

        string[] kinds = [.. Kinds(followed, within)];
        foreach (var kind in kinds.Length == 0 ? [""] : kinds.Select(kind => $"type={kind}"))
        {
            Walk(followed, $"{path}[{kind}]", within);
        }
    }

    /// <summary>The schema itself, or what it refers to; null where that is described elsewhere or contains itself.</summary>
    private JsonNode? Follow(JsonNode schema, ref string[] within)
    {
        while (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            var name = reference[ReferencePrefix.Length..];
            if (within.Contains(name) || describedElsewhere.Contains(name))
            {
                return null;
            }

            within = [.. within, name];
            schema = _schemas[name]!;
        }

        return schema;
    }

    private IEnumerable<string> Kinds(JsonNode schema, string[] within)
    {
        if (Follow(schema, ref within) is not { } followed)
        {
            return [];
        }

        var own = followed["properties"]?["type"] is { } type ? Words(type, within) : [];
        return own.Concat(Branches(followed, "allOf").SelectMany(branch => Kinds(branch, within)));
    }

    private IEnumerable<string> Words(JsonNode schema, string[] within)
    {
        if (Follow(schema, ref within) is not { } followed)
        {
            return [];
        }

        var own = followed["enum"]?.AsArray().Where(word => word is not null).Select(word => word!.ToString()) ?? [];
        return own.Concat(Branches(followed, "allOf", "anyOf", "oneOf").SelectMany(branch => Words(branch, within)));
    }

    private static IEnumerable<JsonNode> Branches(JsonNode schema, params string[] words) =>
        words.SelectMany(word => schema[word]?.AsArray() ?? []).Select(branch => branch!);
}
