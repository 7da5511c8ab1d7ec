namespace Signalbox.Sensitivity.Detectors;

/// <summary>Takes findings. It holds nothing until there is one.</summary>
internal struct FindingSink(SensitivityLabel[] labels, int keep)
{
    private readonly SensitivityLabel[] _labels = labels;

    public List<SensitivityFinding>? Findings { readonly get; private set; }

    public int Count { get; private set; }

    public SensitivityLabel Label { get; private set; }

    /// <summary>Index of the message that is looked at.</summary>
    public int Message { get; set; }

    /// <summary>Characters of the message's texts before this one.</summary>
    public int Offset { get; set; }

    public void Add(SensitivityKind kind, int start, int end) => Add(SensitivityKinds.Name(kind), _labels[(int)kind], start, end);

    public void Add(string kind, SensitivityLabel label, int start, int end)
    {
        Count++;
        Label = label > Label ? label : Label;
        if (Findings is null || Findings.Count < keep)
        {
            (Findings ??= []).Add(new SensitivityFinding(kind, Message, Offset + start, end - start, label));
        }
    }
}
