using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Adds the states of arrays and objects. One space may follow each comma and colon; there is no other white space.</summary>
internal sealed class SchemaContainers(SchemaCompiler compiler, SchemaTerminals terminals)
{
    /// <summary>Items beyond this are not written where a maximum is counted.</summary>
    private const int MostItems = 4096;

    /// <summary>Unique items from a list: up to so many values in any order, more of them in the order of the list.</summary>
    private const int MostValuesInAnyOrder = 8;

    private readonly Terminal _openArray = ByteAutomaton.Of(["["u8.ToArray()]);
    private readonly Terminal _closeArray = ByteAutomaton.Of(["]"u8.ToArray()]);
    private readonly Terminal _openObject = ByteAutomaton.Of(["{"u8.ToArray()]);
    private readonly Terminal _closeObject = ByteAutomaton.Of(["}"u8.ToArray()]);
    private readonly Terminal _comma = ByteAutomaton.Of([","u8.ToArray(), ", "u8.ToArray()]);
    private readonly Terminal _colon = ByteAutomaton.Of([":"u8.ToArray(), ": "u8.ToArray()]);

    private SchemaDocument Document => compiler.Document;

    public void AddArray(GrammarState start, SchemaFacts facts, GrammarState end)
    {
        if (facts.IsUnique && facts.MaximumItems > 1)
        {
            AddUnique(start, facts, end);
            return;
        }

        var prefix = SchemaObjects.PrefixLength(facts);
        var minimum = facts.MinimumItems;
        var maximum = facts.MaximumItems;
        for (var i = 0; i <= prefix; i++)
        {
            if (SchemaObjects.IsForbidden(SchemaObjects.Item(facts, i)))
            {
                maximum = Math.Min(maximum, i);
                break;
            }
        }

        if (minimum > maximum)
        {
            Document.Contradiction(facts.Path, $"it asks for {minimum} items, but allows only {maximum}. Correct minItems or the items.");
            return;
        }

        var counted = maximum < int.MaxValue ? Math.Min(maximum, Math.Max(MostItems, minimum)) : Math.Max(Math.Max(minimum, prefix), 1);
        if (counted > 16 * MostItems)
        {
            Document.Unsupported($"{facts.Path}/minItems", $"answers have no arrays of more than {16 * MostItems} items. Ask for fewer.");
            return;
        }

        var at = compiler.Add();
        start.To(_openArray, at);
        for (var i = 0; i < counted && Document.Fault is null; i++)
        {
            if (i >= minimum)
            {
                at.To(_closeArray, end);
            }

            at = AddItem(at, i > 0, compiler.RuleFor(SchemaObjects.Item(facts, i)), compiler.Add());
        }

        at.To(_closeArray, end);
        if (maximum == int.MaxValue)
        {
            AddItem(at, true, compiler.RuleFor(SchemaObjects.Item(facts, counted)), at);
        }
    }

    private GrammarState AddItem(GrammarState from, bool isNext, GrammarRule item, GrammarState to)
    {
        if (isNext)
        {
            var before = compiler.Add();
            from.To(_comma, before);
            from = before;
        }

        from.Through(item, to);
        return to;
    }

    private void AddUnique(GrammarState start, SchemaFacts facts, GrammarState end)
    {
        var item = SchemaObjects.Item(facts, 0);
        if (SchemaObjects.PrefixLength(facts) > 0 || SchemaObjects.IsForbidden(item) || compiler.Listed(item) is not { } values)
        {
            Document.Unsupported($"{facts.Path}/uniqueItems", "items are kept different only where \"items\" lists its values (enum). List them, or remove uniqueItems.");
            return;
        }

        if (facts.MinimumItems > values.Count)
        {
            Document.Contradiction($"{facts.Path}/minItems", $"there are only {values.Count} different items. Ask for fewer.");
            return;
        }

        var literals = values.ConvertAll(value => (Terminal)terminals.Values([value]));
        var anyOrder = values.Count <= MostValuesInAnyOrder;
        var states = new Dictionary<(long Used, int Count), GrammarState>();
        var maximum = Math.Min(facts.MaximumItems, values.Count);
        start.To(_openArray, StateOf(0, 0));

        // In any order a state is the set of values used; else it is the place in the list behind the last one.
        GrammarState StateOf(long used, int count)
        {
            if (states.TryGetValue((used, count), out var known))
            {
                return known;
            }

            var state = compiler.Add();
            states.Add((used, count), state);
            if (count >= facts.MinimumItems)
            {
                state.To(_closeArray, end);
            }

            var next = state;
            if (count > 0 && count < maximum)
            {
                next = compiler.Add();
                state.To(_comma, next);
            }

            for (var i = anyOrder ? 0 : (int)used; i < literals.Count && count < maximum && Document.Fault is null; i++)
            {
                if (!anyOrder || (used & (1L << i)) == 0)
                {
                    next.To(literals[i], StateOf(anyOrder ? used | (1L << i) : i + 1, count + 1));
                }
            }

            return state;
        }
    }

    public void AddObject(GrammarState start, SchemaFacts facts, GrammarState end)
    {
        var names = SchemaObjects.Names(facts);
        var isOpen = SchemaObjects.IsOpen(facts, names.Count);
        foreach (var name in facts.Required)
        {
            if (SchemaObjects.IsForbidden(SchemaObjects.Property(facts, name)))
            {
                Document.Contradiction(facts.Path, $"the property \"{name}\" is required, but no value is allowed for it. Correct \"required\" or the property.");
                return;
            }
        }

        var declared = names.Count;
        names.RemoveAll(name => SchemaObjects.IsForbidden(SchemaObjects.Property(facts, name)));
        if (facts.MinimumProperties > names.Count + (isOpen ? 1 : 0))
        {
            var message = $"it asks for {facts.MinimumProperties} properties, but only {names.Count} are declared, and others are written at most once for certain. Declare more, or ask for fewer.";
            Document.Refuse(isOpen || declared == 0 ? EngineFaultKind.Unsupported : EngineFaultKind.InvalidRequest, facts.Path, message);
            return;
        }

        new SchemaObjectStates(compiler, terminals, facts, names, end).AddTo(start, _openObject, _closeObject, isOpen ? (_comma, _colon) : null);
    }
}
