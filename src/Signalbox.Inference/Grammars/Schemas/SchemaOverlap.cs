using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Finds out whether an answer to one schema can meet another. A "no" is certain, a "yes" may be wrong.</summary>
internal sealed class SchemaOverlap(SchemaExpansion expansion, SchemaValues values, SchemaTexts texts)
{
    private const int MaximumDepth = 4;

    private int _depth;

    /// <summary>Whether nothing that is written for one holds for the other.</summary>
    public bool IsSeparate(SchemaFacts written, SchemaFacts other)
    {
        if (written.Values is { } listed)
        {
            return listed.All(value => !other.Nodes.All(node => values.Holds(value, node)));
        }

        if (other.Values is { } known)
        {
            return known.All(value => !written.Nodes.All(node => values.Holds(value, node)));
        }

        var shared = written.Types & other.Types;
        return (shared & (JsonTypes.Null | JsonTypes.Boolean)) == 0
            && ((shared & JsonTypes.Number) == 0 || SchemaNumbers.IsEmpty(SchemaNumbers.Both(written.Number, other.Number)))
            && ((shared & JsonTypes.String) == 0 || AreStringsSeparate(written, other))
            && ((shared & JsonTypes.Array) == 0 || AreArraysSeparate(written, other))
            && ((shared & JsonTypes.Object) == 0 || AreObjectsSeparate(written, other));
    }

    private bool AreStringsSeparate(SchemaFacts written, SchemaFacts other)
    {
        if (written.MinimumLength > other.MaximumLength || other.MinimumLength > written.MaximumLength)
        {
            return true;
        }

        return texts.All(written) is { } own && texts.All(other) is { } patterns
            && CharacterAutomaton.Intersect(own, patterns, texts.Budget) is { } both && texts.Budget.Charge(CharacterBytes.CostOf(both)) && CharacterBytes.ToTerminal(both) is null
            && !other.Texts.Exists(static text => text.IsFormat);
    }

    private bool AreArraysSeparate(SchemaFacts written, SchemaFacts other)
    {
        if (written.MinimumItems > other.MaximumItems || other.MinimumItems > written.MaximumItems)
        {
            return true;
        }

        return Math.Max(written.MinimumItems, other.MinimumItems) > 0 && AreSeparate(SchemaObjects.Item(written, 0), SchemaObjects.Item(other, 0));
    }

    private bool AreObjectsSeparate(SchemaFacts written, SchemaFacts other)
    {
        if (written.MinimumProperties > other.MaximumProperties || other.MinimumProperties > written.MaximumProperties)
        {
            return true;
        }

        var names = SchemaObjects.Names(written);
        var isOpen = SchemaObjects.IsOpen(written, names.Count);
        foreach (var name in other.Required)
        {
            if (!isOpen && !names.Contains(name))
            {
                return true;
            }
        }

        foreach (var name in written.Required.Concat(other.Required))
        {
            if (AreSeparate(SchemaObjects.Property(written, name), SchemaObjects.Property(other, name)))
            {
                return true;
            }
        }

        return false;
    }

    private bool AreSeparate(List<SchemaNode> written, List<SchemaNode> other)
    {
        if (SchemaObjects.IsForbidden(written) || SchemaObjects.IsForbidden(other))
        {
            return true;
        }

        if (_depth == MaximumDepth)
        {
            return false;
        }

        _depth++;
        var others = expansion.ExpandPart(other).ConvertAll(SchemaFacts.Gather);
        var separate = expansion.ExpandPart(written).TrueForAll(alternative => others.TrueForAll(facts => IsSeparate(SchemaFacts.Gather(alternative), facts)));
        _depth--;
        return separate;
    }
}
