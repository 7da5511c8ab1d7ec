namespace Signalbox.Routing.Profiles;

/// <summary>The words that a caller may use: those of the contract and those of the configuration that is in force.</summary>
internal sealed record HintWords
{
    public const string HeaderPrefix = "x-signalbox-";

    /// <summary>Property of the request body, and prefix of the keys in <c>ChatOptions.AdditionalProperties</c>.</summary>
    public const string BodyObject = "signalbox";

    public static IReadOnlyList<string> Names { get; } =
        ["task", "complexity", "sensitivity", "max_cost_usd", "max_latency_ms", "strategy", "cache", "tags"];

    public static IReadOnlyList<string> Complexities { get; } = ["simple", "moderate", "complex"];

    /// <summary>In the order of <see cref="Signalbox.Sensitivity.SensitivityLabel"/>.</summary>
    public static IReadOnlyList<string> Sensitivities { get; } = ["public", "internal", "confidential"];

    public static IReadOnlyList<string> Caches { get; } = ["default", "bypass", "only"];

    /// <summary>Words that routes have for tasks of their own.</summary>
    public IReadOnlyList<string> RouteTasks { get; init; } = [];

    /// <summary>The strategies that there are.</summary>
    public required IReadOnlyList<string> Strategies { get; init; }

    /// <summary>Request headers with the prefix that are read elsewhere, in lower case.</summary>
    public IReadOnlyList<string> OtherHeaders { get; init; } = [];

    public static string HeaderOf(string name) => HeaderPrefix + name.Replace('_', '-');
}
