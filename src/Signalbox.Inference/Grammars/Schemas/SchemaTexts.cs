using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>The automata of patterns and formats of one schema, each made once.</summary>
internal sealed class SchemaTexts(SchemaDocument document)
{
    private readonly Dictionary<(string Text, bool IsFormat), CharacterAutomaton?> _known = [];

    /// <summary>What all automata of texts may take.</summary>
    public PatternBudget Budget { get; } = new();

    /// <summary>States of all patterns so far.</summary>
    public int States { get; private set; }

    /// <summary>The strings that meet all patterns and formats; null for any (and where one is refused, which is then the document's fault).</summary>
    public CharacterAutomaton? All(SchemaFacts facts)
    {
        CharacterAutomaton? all = null;
        foreach (var (node, text, isFormat) in facts.Texts)
        {
            if (One(node, text, isFormat) is not { } one)
            {
                continue;
            }

            all = all is null ? one : CharacterAutomaton.Intersect(all, one, Budget);
            if (all is null)
            {
                document.Unsupported(node.Path, "its pattern, together with others, takes too many states. Make it shorter.");
                return null;
            }
        }

        return all;
    }

    /// <summary>Whether a string meets a pattern or format.</summary>
    public bool Matches(SchemaNode node, string text, string value) => One(node, text, false) is not { } automaton || automaton.Matches(value);

    private CharacterAutomaton? One(SchemaNode node, string text, bool isFormat)
    {
        if (_known.TryGetValue((text, isFormat), out var automaton))
        {
            return automaton;
        }

        if (isFormat)
        {
            automaton = StringFormats.Find(text);
        }
        else
        {
            automaton = Pattern.Compile(text, Budget, out var reason);
            if (automaton is null)
            {
                document.Unsupported($"{node.Path}/pattern", $"the pattern cannot be held to: {reason}.");
            }

            States += automaton?.Count ?? 0;
        }

        _known.Add((text, isFormat), automaton);
        return automaton;
    }

    /// <summary>Code points, as the standard counts.</summary>
    public static int Length(string text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            length++;
        }

        return length;
    }
}
