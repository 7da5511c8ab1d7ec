namespace Signalbox.Benchmarking;

/// <summary>What a benchmark asks of whom.</summary>
internal sealed record BenchmarkPlan
{
    /// <summary>How often each prompt is asked of each model. With the built-in prompts a difference of 5 % in latency is found.</summary>
    public const int DefaultRuns = 10;

    public const int MostRuns = 1000;

    public const int MostModels = 20;

    public required IReadOnlyList<string> Models { get; init; }

    public required PromptSet Prompts { get; init; }

    public int Runs { get; init; } = DefaultRuns;

    public int Seed { get; init; } = 1;

    /// <summary>The model that compares answers; null for none.</summary>
    public string? Judge { get; init; }

    /// <summary>What began it, in the words of the history: <c>command</c> or <c>automatic</c>.</summary>
    public string Trigger { get; init; } = "command";

    public int Rounds => Runs * Prompts.Prompts.Count;
}
