namespace Signalbox.Routing.Profiles;

/// <summary>Difficulty in three words.</summary>
internal enum Complexity
{
    Simple,
    Moderate,
    Complex,
}

/// <summary>Where difficulty 0..1 becomes a word.</summary>
/// <param name="ModerateFrom">Difficulty from which a request is no longer simple.</param>
/// <param name="ComplexFrom">Difficulty from which a request is complex.</param>
internal readonly record struct ComplexityThresholds(double ModerateFrom, double ComplexFrom)
{
    public static ComplexityThresholds Default { get; } = new(0.35, 0.7);

    public Complexity WordFor(double difficulty) =>
        difficulty < ModerateFrom ? Complexity.Simple : difficulty < ComplexFrom ? Complexity.Moderate : Complexity.Complex;

    /// <summary>The middle of a word's band: what a caller who said the word is taken to mean as a number.</summary>
    public double MiddleOf(Complexity word) => word switch
    {
        Complexity.Simple => ModerateFrom / 2,
        Complexity.Moderate => (ModerateFrom + ComplexFrom) / 2,
        _ => (ComplexFrom + 1) / 2,
    };
}
