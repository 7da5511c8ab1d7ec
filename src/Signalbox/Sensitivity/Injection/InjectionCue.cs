namespace Signalbox.Sensitivity.Injection;

/// <summary>Whose text it is: instructions are trusted, the model's own words are not judged.</summary>
internal enum InjectionRole
{
    Trusted,
    User,
    Data,
    Model,
}

/// <summary>What speaks for a prompt injection. Each counts once in a text.</summary>
internal enum InjectionCue
{
    OverridesInstructions,
    OverridesEarlier,
    Overrides,
    AsksForPrompt,
    AsksForSecret,
    SpeaksOfSecret,
    AsksForGuarded,
    NearGuarded,
    RolePlay,
    NoLimits,
    Authority,
    ModeSwitch,
    Payload,
    Encoding,
    Hypothetical,
    PersonalAttribute,
    Pivot,
    SpeaksForModel,
    DictatesAnswer,
    Lure,
    ForgedRole,
    HiddenText,
    Repetition,
    UnusualLength,
}

/// <summary>The words and weights of the cues. A sum of 2 is as likely an injection as not.</summary>
internal static class InjectionCues
{
    private const double Even = 2;
    private const double Steepness = 1.5;

    private static readonly (string Name, double Weight)[] Table =
    [
        ("overrides_instructions", 3.0),
        ("overrides_earlier", 2.3),
        ("overrides", 1.2),
        ("asks_for_prompt", 2.4),
        ("asks_for_secret", 2.1),
        ("speaks_of_secret", 1.4),
        ("asks_for_guarded", 2.2),
        ("near_guarded", 1.2),
        ("role_play", 1.2),
        ("no_limits", 1.3),
        ("authority", 0.8),
        ("mode_switch", 1.6),
        ("payload", 1.2),
        ("encoding", 1.1),
        ("hypothetical", 0.9),
        ("personal_attribute", 0.9),
        ("pivot", 0.5),
        ("speaks_for_model", 1.6),
        ("dictates_answer", 1.2),
        ("lure", 1.2),
        ("forged_role", 2.2),
        ("hidden_text", 2.4),
        ("repetition", 1.3),
        ("unusual_length", 2.1),
    ];

    public static string Name(InjectionCue cue) => Table[(int)cue].Name;

    public static double Weight(InjectionCue cue) => Table[(int)cue].Weight;

    public static int Count => Table.Length;

    /// <summary>The sum of the weights as a score from 0 to 1.</summary>
    public static double Score(double sum) => sum <= 0 ? 0 : 1 / (1 + Math.Exp(-Steepness * (sum - Even)));
}
