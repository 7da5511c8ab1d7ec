namespace Signalbox.Routing.Evaluation;

/// <summary>A prompt and how well models answered it.</summary>
internal sealed record OutcomeRow
{
    public required string Prompt { get; init; }

    /// <summary>Model to quality, 0 (wrong) to 1 (right).</summary>
    public required IReadOnlyDictionary<string, double> Outcomes { get; init; }

    /// <summary>Model to US dollars, where it was recorded.</summary>
    public IReadOnlyDictionary<string, double> Cost { get; init; } = None;

    public IReadOnlyDictionary<string, double> OutputTokens { get; init; } = None;

    private static readonly Dictionary<string, double> None = [];

    public bool Has(string weak, string strong) => Outcomes.ContainsKey(weak) && Outcomes.ContainsKey(strong);
}
