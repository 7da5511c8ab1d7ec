namespace Signalbox.Sensitivity;

/// <summary>One thing that was found: what and where, never its text.</summary>
/// <param name="Kind">The word for it, like <c>email</c>, <c>user_word:NAME</c>.</param>
/// <param name="Message">Index of the message; <see cref="InInstructions"/>, <see cref="InTools"/> or <see cref="InFields"/> for what is no message.</param>
/// <param name="Position">First character, counted over the texts of the message one after the other.</param>
/// <param name="Length">Characters.</param>
/// <param name="Label">How sensitive it is by the configuration.</param>
internal readonly record struct SensitivityFinding(string Kind, int Message, int Position, int Length, SensitivityLabel Label)
{
    public const int InInstructions = -1;
    public const int InTools = -2;
    public const int InFields = -3;
}

/// <summary>How much a request looks like an attempt to turn the model against its instructions.</summary>
/// <param name="Score">0 to 1.</param>
/// <param name="IsDetected">Whether the score reaches the configured threshold.</param>
/// <param name="Action">What the configuration wants done when it does.</param>
/// <param name="Cues">What contributed, strongest first.</param>
internal sealed record InjectionSignal(double Score, bool IsDetected, InjectionAction Action, IReadOnlyList<string> Cues)
{
    public static InjectionSignal None { get; } = new(0, false, InjectionAction.Allow, []);
}

/// <summary>What was found in a request. It holds no text of the request, so it may be logged and kept.</summary>
internal sealed record SensitivityReport(SensitivityLabel Label, IReadOnlyList<SensitivityFinding> Findings, InjectionSignal Injection)
{
    public static SensitivityReport Nothing { get; } = new(SensitivityLabel.Public, [], InjectionSignal.None);

    /// <summary>Findings in all; the list keeps the first of them.</summary>
    public int Count { get; init; } = Findings.Count;

    /// <summary>Why the request counts as confidential although nothing was found: a detector failed.</summary>
    public string? Failure { get; init; }

    /// <summary>What kinds of things were found, each once.</summary>
    public IReadOnlyList<string> Kinds()
    {
        if (Findings.Count == 0)
        {
            return [];
        }

        var kinds = new List<string>();
        foreach (var finding in Findings)
        {
            if (!kinds.Contains(finding.Kind))
            {
                kinds.Add(finding.Kind);
            }
        }

        return kinds;
    }

    /// <summary>A detector that failed has seen nothing; what it might have missed must not leave.</summary>
    public static SensitivityReport Failed(string reason) => new(SensitivityLabel.Confidential, [], InjectionSignal.None) { Failure = reason };
}
