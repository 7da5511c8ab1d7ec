namespace Signalbox.Dialects.Fields;

/// <summary>
/// One line of a dialect's ledger: <c>"path": "kmdd note"</c>, a verdict per target in the order of <c>targets</c>, or <c>"path": "@other"</c>
/// when the field has the fields and verdicts of another one. A note that begins with <c>(name)</c> gives the name under which the
/// target's writer may report the same loss.
/// </summary>
internal sealed record FieldRow(FieldPath Path, string Code, string Note, string? SameAs, bool IsExtension)
{
    public string? AlsoKnownAs { get; private init; }

    public static FieldRow Parse(string path, string text, int targets, bool isExtension)
    {
        if (text.StartsWith('@'))
        {
            return new FieldRow(FieldPath.Parse(path), "", "", text[1..], isExtension);
        }

        if (text.Length < targets || (text.Length > targets && text[targets] != ' '))
        {
            throw new FormatException($"'{path}': '{text}' must begin with {targets} letters, one for each target.");
        }

        var note = text[targets..].Trim();
        var end = note.StartsWith('(') ? note.IndexOf(')') : -1;
        var name = end > 0 ? note[1..end] : null;
        return new FieldRow(FieldPath.Parse(path), text[..targets], note[(end + 1)..].Trim(), null, isExtension) { AlsoKnownAs = name };
    }

    /// <summary>The verdict that this row itself gives; null where it says nothing (<c>-</c>).</summary>
    public FieldVerdict? Own(int target) => SameAs is null ? FieldVerdict.FromByte(FieldVerdict.FromLetter(Code[target])) : null;
}
