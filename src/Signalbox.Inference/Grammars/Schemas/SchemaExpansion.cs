using System.Text.Json;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>
/// Resolves the keywords that combine schemas: a list of schemas that all hold becomes alternatives, each a list of plain schemas that all hold
/// (their own <c>$ref</c>, <c>allOf</c>, <c>anyOf</c> and <c>oneOf</c> are then done with).
/// </summary>
internal sealed class SchemaExpansion
{
    private const int MaximumAlternatives = 256;
    private const int MaximumDepth = 128;

    private readonly SchemaDocument _document;
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string)> _separate = [];
    private readonly SchemaOverlap _overlap;
    private HashSet<string> _open = new(StringComparer.Ordinal);
    private int _depth;

    public SchemaExpansion(SchemaDocument document, SchemaTexts texts)
    {
        _document = document;
        Values = new SchemaValues(document, texts);
        _overlap = new SchemaOverlap(this, Values, texts);
    }

    public SchemaValues Values { get; }

    /// <summary>The alternatives; none where nothing holds, or with the document's fault.</summary>
    public List<List<SchemaNode>> Expand(IReadOnlyList<SchemaNode> all)
    {
        List<List<SchemaNode>> alternatives = [[]];
        foreach (var node in all)
        {
            alternatives = Cross(alternatives, Expand(node), node.Path);
        }

        return alternatives;
    }

    /// <summary>As <see cref="Expand(IReadOnlyList{SchemaNode})"/>, for a part of a value while its whole is being expanded.</summary>
    public List<List<SchemaNode>> ExpandPart(IReadOnlyList<SchemaNode> all)
    {
        var outer = _open;
        _open = new HashSet<string>(StringComparer.Ordinal);
        var alternatives = Expand(all);
        _open = outer;
        return alternatives;
    }

    private List<List<SchemaNode>> Expand(SchemaNode node)
    {
        _document.Work(node.Path);
        if (_document.Fault is not null || (!_checked.Contains(node.Path) && !SchemaKeywords.Check(node, _document)))
        {
            return [];
        }

        _checked.Add(node.Path);
        if (node.Element.ValueKind != JsonValueKind.Object)
        {
            return node.Element.ValueKind == JsonValueKind.True ? [[]] : [];
        }

        // A schema that is an alternative of itself adds nothing to the other ones.
        if (!_open.Add(node.Path))
        {
            return [];
        }

        if (++_depth > MaximumDepth)
        {
            _document.Unsupported(node.Path, $"references and combinations lie more than {MaximumDepth} deep inside each other. Make the schema flatter.");
        }

        var alternatives = Combine(node);
        _depth--;
        _open.Remove(node.Path);
        return alternatives;
    }

    private List<List<SchemaNode>> Combine(SchemaNode node)
    {
        List<List<SchemaNode>> alternatives = SchemaKeywords.HasForce(node.Element) ? [[node]] : [[]];
        if (node.Has("$ref", out var reference))
        {
            if (_document.Resolve(node, reference) is not { } target)
            {
                return [];
            }

            alternatives = Cross(alternatives, Expand(target), node.Path);
        }

        if (node.Has("allOf", out var all))
        {
            foreach (var part in Parts(node, "allOf", all))
            {
                alternatives = Cross(alternatives, Expand(part), part.Path);
            }
        }

        if (node.Has("anyOf", out var any))
        {
            alternatives = Cross(alternatives, [.. Parts(node, "anyOf", any).SelectMany(Expand)], node.Path);
        }

        if (node.Has("oneOf", out var one))
        {
            alternatives = OneOf(node, alternatives, [.. Parts(node, "oneOf", one)]);
        }

        return alternatives;
    }

    /// <summary>oneOf is anyOf where no answer of a branch, as answers are written here, meets another branch; else it is refused.</summary>
    private List<List<SchemaNode>> OneOf(SchemaNode node, List<List<SchemaNode>> beside, List<SchemaNode> parts)
    {
        var branches = parts.ConvertAll(part => Cross(beside, Expand(part), part.Path));
        var facts = branches.ConvertAll(static branch => branch.ConvertAll(SchemaFacts.Gather));
        for (var i = 0; i < parts.Count && _document.Fault is null; i++)
        {
            // Values that are listed are asked one by one later, oneOf included.
            var written = facts[i].FindAll(static one => one.Values is null);
            for (var j = 0; j < parts.Count && _document.Fault is null; j++)
            {
                if (i == j || !_separate.Add((parts[i].Path, parts[j].Path)))
                {
                    continue;
                }

                if (written.Exists(one => facts[j].Exists(other => !_overlap.IsSeparate(one, other))))
                {
                    _document.Unsupported($"{node.Path}/oneOf", $"branches {i} and {j} may hold for the same answer. Give them a property with different constants, or use anyOf.");
                }
            }
        }

        return _document.Fault is null ? [.. branches.SelectMany(static branch => branch)] : [];
    }

    private List<List<SchemaNode>> Cross(List<List<SchemaNode>> left, List<List<SchemaNode>> right, string path)
    {
        if ((long)left.Count * right.Count > MaximumAlternatives)
        {
            _document.Unsupported(path, $"it has more than {MaximumAlternatives} combinations of alternatives. Use fewer anyOf and oneOf inside each other.");
            return [];
        }

        var crossed = new List<List<SchemaNode>>(left.Count * right.Count);
        foreach (var first in left)
        {
            foreach (var second in right)
            {
                crossed.Add([.. first, .. second.Where(node => !first.Exists(known => known.Path == node.Path))]);
            }
        }

        return crossed;
    }

    private static IEnumerable<SchemaNode> Parts(SchemaNode node, string keyword, JsonElement parts)
    {
        for (var i = 0; i < parts.GetArrayLength(); i++)
        {
            yield return node.Under(keyword, i, parts[i]);
        }
    }
}
