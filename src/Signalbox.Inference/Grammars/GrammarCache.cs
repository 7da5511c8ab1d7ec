using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Grammars;

/// <summary>Compiled grammars by the text of their schemas; the one that was not used for the longest time goes when there are too many. Safe for any thread.</summary>
internal sealed class GrammarCache(Tokenizer tokenizer, int capacity = 64)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Text, JsonSchemaGrammar Grammar)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Text, JsonSchemaGrammar Grammar)> _byUse = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _nodes.Count;
            }
        }
    }

    public bool TryGet(JsonElement schema, [NotNullWhen(true)] out JsonSchemaGrammar? grammar, [NotNullWhen(false)] out EngineFault? fault)
    {
        var text = schema.GetRawText();
        lock (_gate)
        {
            if (_nodes.TryGetValue(text, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                grammar = known.Value.Grammar;
                fault = null;
                return true;
            }
        }

        // Compiled outside of the lock: a schema that takes long holds up nobody else. Two at once cost one compilation more.
        if (!JsonSchemaGrammar.TryCompile(schema, tokenizer, out grammar, out fault))
        {
            return false;
        }

        lock (_gate)
        {
            if (!_nodes.ContainsKey(text))
            {
                _nodes.Add(text, _byUse.AddFirst((text, grammar)));
                if (_nodes.Count > capacity)
                {
                    _nodes.Remove(_byUse.Last!.Value.Text);
                    _byUse.RemoveLast();
                }
            }
        }

        return true;
    }
}
