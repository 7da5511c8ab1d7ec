using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Signalbox.Dialects.Fields;

/// <summary>One field in the tree that a body is walked against: its verdict for each target and the fields below it.</summary>
/// <param name="label">The name in the loss report.</param>
/// <param name="kindOf">For an item that is told by its <c>type</c>: the name of its array, as in <c>tools.web_search</c>.</param>
internal sealed class FieldNode(string label, string? kindOf = null)
{
    private ulong _verdicts;
    private List<(byte[] Text, double? Number, FieldNode Node)>? _values;
    private List<(string Prefix, FieldNode Node)>? _kindPrefixes;

    public string Label { get; } = label;

    /// <summary>Set for an item that is told by its <c>type</c>: the name of its array.</summary>
    public string? KindOf { get; } = kindOf;

    /// <summary>The last name of the path.</summary>
    public string LastMember => Label[(Label.LastIndexOf('.') + 1)..];

    /// <summary>Why, for a verdict that is neither kept nor mapped.</summary>
    public string Note { get; private set; } = "";

    /// <summary>The name under which the target's writer may report the same loss.</summary>
    public string? AlsoKnownAs { get; private set; }

    /// <summary>Names below are the user's own and are not looked at.</summary>
    public bool IsUserData { get; set; }

    public FieldNames? Members { get; set; }

    /// <summary>Items of an array that does not tell its items apart by <c>type</c>, or those that come without one.</summary>
    public FieldNode? AnyItem { get; set; }

    /// <summary>Items by their <c>type</c>.</summary>
    public FieldNames? Kinds { get; set; }

    public bool HasKinds => Kinds is not null || _kindPrefixes is not null;

    public FieldVerdict? this[int target]
    {
        get => FieldVerdict.FromByte((byte)(_verdicts >> (8 * target)));
        set
        {
            var shift = 8 * target;
            _verdicts = (_verdicts & ~(0xFFUL << shift)) | ((ulong)(value?.ToByte() ?? FieldVerdict.None) << shift);
        }
    }

    public void Apply(FieldRow row)
    {
        (Note, AlsoKnownAs) = (row.Note, row.AlsoKnownAs);
        IsUserData |= row.Path.IsUserData;
        for (var target = 0; target < row.Code.Length; target++)
        {
            this[target] = row.Own(target);
        }
    }

    public void AddValue(string text, FieldNode node)
    {
        double? number = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        (_values ??= []).Add((Encoding.UTF8.GetBytes(text), number, node));
    }

    public void AddKindPrefix(string prefix, FieldNode node) => (_kindPrefixes ??= []).Add((prefix, node));

    /// <summary>Takes over what is below another field, and its verdicts; used where one field has the shape of another.</summary>
    public void ShareWith(FieldNode other)
    {
        (Members, AnyItem, Kinds, IsUserData) = (other.Members, other.AnyItem, other.Kinds, other.IsUserData);
        (_values, _kindPrefixes, _verdicts, Note, AlsoKnownAs) = (other._values, other._kindPrefixes, other._verdicts, other.Note, other.AlsoKnownAs);
    }

    public IEnumerable<FieldNode> MemberNodes()
    {
        if (Members is not null)
        {
            foreach (var (_, member) in Members.All)
            {
                yield return member;
            }
        }
    }

    /// <summary>What is the same field once more: its items and its single values.</summary>
    public IEnumerable<FieldNode> ItemAndValueNodes()
    {
        if (AnyItem is not null)
        {
            yield return AnyItem;
        }

        if (Kinds is not null)
        {
            foreach (var (_, kind) in Kinds.All)
            {
                yield return kind;
            }
        }

        foreach (var (_, kind) in _kindPrefixes ?? [])
        {
            yield return kind;
        }

        foreach (var (_, _, value) in _values ?? [])
        {
            yield return value;
        }
    }

    /// <summary>The row for exactly this value of the field, if there is one.</summary>
    public FieldNode ForValue(JsonElement value)
    {
        if (_values is not null)
        {
            foreach (var (text, number, node) in _values)
            {
                if (Matches(value, text, number))
                {
                    return node;
                }
            }
        }

        return this;
    }

    public FieldNode? ForValue(string text)
    {
        foreach (var value in _values ?? [])
        {
            if (value.Text.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)))
            {
                return value.Node;
            }
        }

        return null;
    }

    public bool TryGetKind(ReadOnlySpan<byte> type, [NotNullWhen(true)] out FieldNode? node)
    {
        if (Kinds is not null && Kinds.TryGet(type, out node))
        {
            return true;
        }

        if (_kindPrefixes is not null)
        {
            foreach (var (prefix, kind) in _kindPrefixes)
            {
                if (type.Length >= prefix.Length && Ascii.Equals(type[..prefix.Length], prefix))
                {
                    node = kind;
                    return true;
                }
            }
        }

        node = null;
        return false;
    }

    private static bool Matches(JsonElement value, byte[] text, double? number) => value.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(text),
        JsonValueKind.Number => number is { } wanted && value.TryGetDouble(out var actual) && actual == wanted,
        JsonValueKind.True or JsonValueKind.False => JsonMarshal.GetRawUtf8Value(value).SequenceEqual(text),
        _ => false,
    };
}
