using System.Text;

namespace Signalbox.Sensitivity.Masking;

/// <summary>Replaces what the detectors find by placeholders, with one table for a whole request.</summary>
internal sealed class Masker
{
    private readonly SensitivityDetector _detector;
    private readonly HashSet<string> _kinds;

    public Masker(SensitivityDetector detector)
    {
        _detector = detector;
        _kinds = [.. detector.Config.Masking.Kinds];
    }

    public MaskTable Table { get; } = new();

    /// <summary>The text with placeholders; the same string where there was nothing to replace.</summary>
    public string Mask(string text)
    {
        var findings = _detector.FindAll(text);
        findings.RemoveAll(finding => !IsMasked(finding));
        if (findings.Count == 0)
        {
            return text;
        }

        Table.Reserve(text);
        findings.Sort(static (a, b) => a.Position != b.Position ? a.Position.CompareTo(b.Position) : b.Length.CompareTo(a.Length));
        var masked = new StringBuilder(text.Length + 16);
        var position = 0;
        foreach (var finding in findings)
        {
            // Of findings that overlap, the first is replaced, and then what is left of the others.
            var start = Math.Max(finding.Position, position);
            var end = finding.Position + finding.Length;
            if (end <= start)
            {
                continue;
            }

            masked.Append(text, position, start - position).Append(Table.Add(finding.Kind, text[start..end]));
            position = end;
        }

        return masked.Append(text, position, text.Length - position).ToString();
    }

    // The name of a field is needed to understand the value, and says nothing itself.
    private bool IsMasked(SensitivityFinding finding) => _kinds.Count > 0
        ? _kinds.Contains(finding.Kind)
        : finding.Label == SensitivityLabel.Internal && finding.Kind != SensitivityKinds.Name(SensitivityKind.FieldName);
}
