using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Routes;

/// <summary>The strategy <c>cascade</c>: the cheapest model answers first, and a verdict below the threshold asks the next.</summary>
public sealed record CascadeConfig
{
    internal static readonly string[] CheckWords = ["logprob", "consistency", "checker", "json", "refusal"];

    /// <summary>The verdict, 0 to 1, from which on a cheap answer is served. Default 0.7.</summary>
    public double Threshold { get; init; } = 0.7;

    /// <summary>What judges an answer; the lowest verdict counts. Default: logprob, json and refusal.</summary>
    public IReadOnlyList<string> Checks { get; init; } = ["logprob", "json", "refusal"];

    /// <summary>How many further answers the check <c>consistency</c> asks for. Default 2.</summary>
    public int Samples { get; init; } = 2;

    /// <summary>The model that the check <c>checker</c> asks; null for the best of the route.</summary>
    public string? Checker { get; init; }

    internal static ConfigShape<CascadeConfig> Shape { get; } = new ConfigShape<CascadeConfig>(new CascadeConfig())
        .Field("threshold", Kinds.Fraction, c => c.Threshold, (c, v) => c with { Threshold = v },
            "The verdict from which on a cheap answer is served; below it the next model is asked.")
        .Field("checks", Kinds.List(Kinds.Word(CheckWords), "a list of checks, at least one", least: 1), c => c.Checks, (c, v) => c with { Checks = v },
            "What judges an answer: logprob (mean token probability, where the provider states it), consistency (further answers of the same model), "
            + "checker (another model), json (valid where JSON was asked for), refusal. The lowest verdict counts.")
        .Field("samples", Kinds.Integer(1, 8), c => c.Samples, (c, v) => c with { Samples = v }, "How many further answers the check consistency asks for.")
        .Field("checker", Kinds.OptionalText, c => c.Checker, (c, v) => c with { Checker = v }, "The model that the check checker asks; the best of the route when left out.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
