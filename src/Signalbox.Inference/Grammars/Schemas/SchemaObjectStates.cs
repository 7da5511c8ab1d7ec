using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>The states of one object: the place in the list of its properties, and how many are written as far as that matters.</summary>
internal sealed class SchemaObjectStates(SchemaCompiler compiler, SchemaTerminals terminals, SchemaFacts facts, List<string> names, GrammarState end)
{
    private readonly Dictionary<(int Place, int Count), GrammarState> _states = [];
    private readonly Queue<(int Place, int Count)> _pending = new();

    /// <summary>Counts from here on are the same; at least 1, as the first property has no comma before it.</summary>
    private int Enough => facts.MaximumProperties < names.Count || (facts.MaximumProperties < int.MaxValue && _isOpen)
        ? facts.MaximumProperties
        : Math.Max(1, Math.Min(facts.MinimumProperties, names.Count));

    private bool _isOpen;

    /// <param name="start">Where the object starts.</param>
    /// <param name="open">The first brace.</param>
    /// <param name="close">The last one.</param>
    /// <param name="others">Comma and colon where properties that nobody declares are written too.</param>
    public void AddTo(GrammarState start, Terminal open, Terminal close, (Terminal Comma, Terminal Colon)? others)
    {
        _isOpen = others is not null;
        var rules = names.ConvertAll(name => compiler.RuleFor(SchemaObjects.Property(facts, name)));
        var required = facts.Required.ToHashSet(StringComparer.Ordinal);
        var first = names.ConvertAll(name => Key(name, isFirst: true));
        var next = names.ConvertAll(name => Key(name, isFirst: false));
        start.To(open, StateOf(0, 0));
        while (_pending.TryDequeue(out var at) && compiler.Document.Fault is null)
        {
            var state = _states[at];
            if (at.Place == names.Count)
            {
                if (at.Count >= Math.Min(facts.MinimumProperties, Enough) && at.Count >= facts.MinimumProperties)
                {
                    state.To(close, end);
                }

                if (others is var (comma, colon) && at.Count + 1 >= facts.MinimumProperties)
                {
                    AddOthers(state, at.Count, comma, colon, close);
                }

                continue;
            }

            if (at.Count < facts.MaximumProperties)
            {
                var value = compiler.Add();
                state.To(at.Count == 0 ? first[at.Place] : next[at.Place], value);
                value.Through(rules[at.Place], StateOf(at.Place + 1, at.Count + 1));
            }

            if (!required.Contains(names[at.Place]))
            {
                state.AtOnce(StateOf(at.Place + 1, at.Count));
            }
        }
    }

    private GrammarState StateOf(int place, int count)
    {
        count = Math.Min(count, Enough);
        if (!_states.TryGetValue((place, count), out var state))
        {
            state = compiler.Add();
            _states.Add((place, count), state);
            _pending.Enqueue((place, count));
        }

        return state;
    }

    /// <summary>
    /// Any number of other properties, as far as the maximum goes. Their names may be the same, so they count as one for the minimum, which is met once one
    /// of them is written.
    /// </summary>
    private void AddOthers(GrammarState from, int count, Terminal comma, Terminal colon, Terminal close)
    {
        var rule = compiler.RuleFor(SchemaObjects.Additional(facts));
        var name = terminals.OtherNames(SchemaObjects.Names(facts));
        var left = facts.MaximumProperties == int.MaxValue ? int.MaxValue : facts.MaximumProperties - count;
        var most = Math.Min(left, 1024);
        for (var i = 0; i < most && compiler.Document.Fault is null; i++)
        {
            var before = from;
            if (count + i > 0)
            {
                before = compiler.Add();
                from.To(comma, before);
            }

            var (named, value) = (compiler.Add(), compiler.Add());
            before.To(name, named);
            named.To(colon, value);
            if (i > 0 && left == int.MaxValue)
            {
                value.Through(rule, from);
                return;
            }

            var after = compiler.Add();
            value.Through(rule, after);
            after.To(close, end);
            from = after;
        }
    }

    /// <summary>A name with what stands around it: a comma unless it is the first, and a colon.</summary>
    private ByteAutomaton Key(string name, bool isFirst)
    {
        byte[] key = [(byte)'"', .. SchemaTerminals.Name(name), (byte)'"', (byte)':'];
        byte[] spaced = [.. key, (byte)' '];
        return isFirst
            ? terminals.Literals(key, spaced)
            : terminals.Literals([(byte)',', .. key], [(byte)',', .. spaced], [(byte)',', (byte)' ', .. key], [(byte)',', (byte)' ', .. spaced]);
    }
}
