namespace Signalbox.Benchmarking.Reports;

/// <summary>What follows from a benchmark.</summary>
/// <param name="Fastest">The lowest median latency; null where nothing answered.</param>
/// <param name="Cheapest">The lowest mean cost; null where no cost is known.</param>
/// <param name="Best">The highest quality; null where no prompt has a reference.</param>
/// <param name="Recommendations">Whom to ask for what.</param>
internal sealed record Advice(Standing? Fastest, Standing? Cheapest, Standing? Best, IReadOnlyList<Recommendation> Recommendations);

/// <summary>Who comes first in a measure.</summary>
/// <param name="Model">The model.</param>
/// <param name="Value">Milliseconds, US dollars for a question, or quality 0 to 1.</param>
/// <param name="NotShownToDiffer">Who may be just as good.</param>
internal sealed record Standing(string Model, Statistics.Interval Value, IReadOnlyList<string> NotShownToDiffer);

/// <summary>Whom to ask for one kind of question, and why.</summary>
internal sealed record Recommendation(string For, string Model, string Because);
