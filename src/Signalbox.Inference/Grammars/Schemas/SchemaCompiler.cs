using System.Text.Json;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Makes rules of schemas: one rule per list of schemas that hold together, so that recursion ends in a rule that is there already.</summary>
internal sealed class SchemaCompiler
{
    private const int MaximumRules = 16_384;
    private const int MaximumStates = 131_072;
    private const int MaximumPatternStates = 65_536;

    private readonly Dictionary<string, GrammarRule> _rules = new(StringComparer.Ordinal);
    private readonly Queue<(GrammarRule Rule, List<SchemaNode> Parts)> _pending = new();
    private readonly SchemaTexts _texts;
    private readonly SchemaExpansion _expansion;
    private readonly SchemaTerminals _terminals;
    private readonly SchemaContainers _containers;

    private SchemaCompiler(SchemaDocument document)
    {
        Document = document;
        _texts = new SchemaTexts(document);
        _expansion = new SchemaExpansion(document, _texts);
        _terminals = new SchemaTerminals(document, _texts);
        _containers = new SchemaContainers(this, _terminals);
    }

    public SchemaDocument Document { get; }

    /// <summary>All states so far, roughly from front to back.</summary>
    public List<GrammarState> States { get; } = [];

    /// <summary>The rule of a whole document and every state there is; null with the document's fault.</summary>
    public static (GrammarRule Root, List<GrammarState> States)? Compile(SchemaDocument document)
    {
        if (!document.IsReadable())
        {
            return null;
        }

        var compiler = new SchemaCompiler(document);
        var root = compiler.RuleFor([document.Root]);
        while (document.Fault is null && compiler._pending.TryDequeue(out var next))
        {
            compiler.Fill(next.Rule, next.Parts);
        }

        return document.Fault is null ? (root, compiler.States) : null;
    }

    public GrammarState Add(bool isEnd = false)
    {
        var state = new GrammarState { IsEnd = isEnd };
        States.Add(state);
        if (States.Count > MaximumStates || _texts.States > MaximumPatternStates || _terminals.IsTooLarge)
        {
            Document.Unsupported("#", "it takes too much memory to hold answers to it. Use fewer or shorter enumerations, patterns, counts and properties.");
        }

        return state;
    }

    /// <summary>The rule of a value for which several schemas hold; filled later.</summary>
    public GrammarRule RuleFor(List<SchemaNode> parts)
    {
        parts.RemoveAll(static part => part.Element.ValueKind == JsonValueKind.True || (part.Element.ValueKind == JsonValueKind.Object && !SchemaKeywords.HasForce(part.Element)));
        var key = string.Join('\n', parts.Select(static part => part.Path).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        if (!_rules.TryGetValue(key, out var rule))
        {
            rule = new GrammarRule();
            States.Add(rule.Start);
            _rules.Add(key, rule);
            _pending.Enqueue((rule, parts));
            if (_rules.Count > MaximumRules)
            {
                Document.Unsupported("#", "its parts combine in too many ways. Use fewer schemas that hold together (allOf) inside each other.");
            }
        }

        return rule;
    }

    /// <summary>The values that a list of schemas allows where all of them are listed or they are few; null where not.</summary>
    public List<JsonElement>? Listed(List<SchemaNode> parts)
    {
        var listed = new List<JsonElement>();
        foreach (var alternative in _expansion.Expand(parts))
        {
            var facts = SchemaFacts.Gather(alternative);
            if ((facts.Values is null ? SchemaValues.Few(facts) : Meeting(facts)) is not { } values)
            {
                return null;
            }

            listed.AddRange(values.Where(value => !listed.Exists(known => JsonElement.DeepEquals(known, value))));
        }

        return listed;
    }

    private IEnumerable<JsonElement> Meeting(SchemaFacts facts) =>
        facts.Values!.Where(value => facts.Nodes.All(node => _expansion.Values.Holds(value, node)));

    private void Fill(GrammarRule rule, List<SchemaNode> parts)
    {
        var end = Add(isEnd: true);
        string? reason = null;
        foreach (var alternative in _expansion.Expand(parts))
        {
            var facts = SchemaFacts.Gather(alternative);
            if (facts.Values is not null)
            {
                var values = Meeting(facts).ToList();
                if (values.Count == 0)
                {
                    reason ??= $"{facts.Path}\nno value that is listed (enum, const) meets the other keywords. Correct the list or the keywords.";
                    continue;
                }

                rule.Start.To(_terminals.Values(values), end);
                continue;
            }

            if (Contradiction(facts) is { } why)
            {
                reason ??= $"{facts.Path}\n{why}";
                continue;
            }

            AddTypes(rule.Start, facts, end);
        }

        if (rule.Start.Edges.Count == 0 && Document.Fault is null)
        {
            var path = parts.Count == 0 ? "#" : parts[0].Path;
            var (where, why) = reason?.Split('\n', 2) is [var at, var what] ? (at, what) : (path, "nothing is valid here (false, or an alternative only of itself). Allow something.");
            Document.Contradiction(where, why);
        }
    }

    private void AddTypes(GrammarState start, SchemaFacts facts, GrammarState end)
    {
        var types = facts.Types;
        if (types.HasFlag(JsonTypes.Null))
        {
            start.To(_terminals.Null, end);
        }

        if (types.HasFlag(JsonTypes.Boolean))
        {
            start.To(_terminals.Boolean, end);
        }

        if ((types & JsonTypes.Number) != 0 && _terminals.Number(facts) is { } number)
        {
            start.To(number, end);
        }

        if (types.HasFlag(JsonTypes.String) && _terminals.String(facts) is { } text)
        {
            start.To(text, end);
        }

        if (types.HasFlag(JsonTypes.Array))
        {
            _containers.AddArray(start, facts, end);
        }

        if (types.HasFlag(JsonTypes.Object))
        {
            _containers.AddObject(start, facts, end);
        }
    }

    /// <summary>Why nothing is valid, or a kind of value that was named cannot be; null where all can.</summary>
    private static string? Contradiction(SchemaFacts facts)
    {
        var types = facts.Types;
        if (types == JsonTypes.None)
        {
            return "no type meets all its types. Correct \"type\".";
        }

        if ((types & JsonTypes.Number) != 0 && SchemaNumbers.IsEmpty(facts.Number))
        {
            return "its minimum lies above its maximum. Correct one of them.";
        }

        if (types.HasFlag(JsonTypes.String) && facts.MinimumLength > facts.MaximumLength)
        {
            return "its minLength is greater than its maxLength. Correct one of them.";
        }

        if (types.HasFlag(JsonTypes.Array) && facts.MinimumItems > facts.MaximumItems)
        {
            return "its minItems is greater than its maxItems. Correct one of them.";
        }

        return types.HasFlag(JsonTypes.Object) && Math.Max(facts.MinimumProperties, facts.Required.Count) > facts.MaximumProperties
            ? "its maxProperties is smaller than its minProperties or the number of required properties. Correct one of them."
            : null;
    }
}
