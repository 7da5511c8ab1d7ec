namespace Signalbox.Benchmarking;

/// <summary>One question of a prompt set.</summary>
internal sealed record BenchmarkPrompt
{
    public const string NoTask = "other";

    public required string Prompt { get; init; }

    /// <summary>A good answer; null where none is known.</summary>
    public string? Reference { get; init; }

    /// <summary>The JSON schema that the answer must satisfy; null where it is free text.</summary>
    public string? Schema { get; init; }

    /// <summary>What kind of question it is: results are told apart by it.</summary>
    public string Task { get; init; } = NoTask;
}
