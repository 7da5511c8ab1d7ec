using System.Collections.ObjectModel;
using System.Text.RegularExpressions;
using Signalbox.Configuration.Fields;
using Signalbox.Sensitivity;

namespace Signalbox.Configuration;

/// <summary>What is looked for in requests before they leave, and what follows from it.</summary>
public sealed record SensitivityConfig
{
    /// <summary>Whether requests are inspected. Without, nothing is detected, and the caller's own label still counts. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The label of each kind of finding, where it is not the usual one.</summary>
    public IReadOnlyDictionary<string, SensitivityLabel> Labels { get; init; } = ReadOnlyDictionary<string, SensitivityLabel>.Empty;

    /// <summary>Patterns of one's own, by name.</summary>
    public IReadOnlyDictionary<string, SensitivityPatternConfig> Patterns { get; init; } = ReadOnlyDictionary<string, SensitivityPatternConfig>.Empty;

    /// <summary>Lists of words of one's own, by name.</summary>
    public IReadOnlyDictionary<string, SensitivityWordsConfig> Words { get; init; } = ReadOnlyDictionary<string, SensitivityWordsConfig>.Empty;

    /// <summary>Whether personal data are replaced on the way out and put back on the way in.</summary>
    public MaskingConfig Masking { get; init; } = new();

    /// <summary>What is done about prompt injections.</summary>
    public InjectionConfig Injection { get; init; } = new();

    internal static ConfigKind<SensitivityLabel> LabelKind => Kinds.Choice(
        ("public", SensitivityLabel.Public), ("internal", SensitivityLabel.Internal), ("confidential", SensitivityLabel.Confidential));

    internal static ConfigShape<SensitivityConfig> Shape { get; } = new ConfigShape<SensitivityConfig>(new SensitivityConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v },
            "Whether requests are inspected; without, nothing is detected and the caller's own label still counts.")
        .Field("labels", new MapKind<SensitivityLabel>("an object of kinds and labels", new PlainMapItem<SensitivityLabel>(LabelKind), CheckKind),
            c => c.Labels, (c, v) => c with { Labels = v },
            "The label of a kind of finding, where it is not the usual one (docs/sensitivity.md lists both).")
        .Field("patterns",
            Kinds.Records(() => SensitivityPatternConfig.Shape, "an object of patterns by name", _ => new SensitivityPatternConfig { Pattern = "" }, CheckName),
            c => c.Patterns, (c, v) => c with { Patterns = v },
            "Patterns of your own, by name.")
        .Field("words",
            Kinds.Records(() => SensitivityWordsConfig.Shape, "an object of word lists by name", _ => new SensitivityWordsConfig { Words = [] }, CheckName),
            c => c.Words, (c, v) => c with { Words = v },
            "Lists of words of your own, by name.")
        .Field("masking", Kinds.Record(() => MaskingConfig.Shape), c => c.Masking, (c, v) => c with { Masking = v },
            "Whether personal data are replaced by placeholders on the way out, and put back in the answer.")
        .Field("injection", Kinds.Record(() => InjectionConfig.Shape), c => c.Injection, (c, v) => c with { Injection = v },
            "What is done with requests that look like prompt injections.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);

    internal static string? CheckKind(string name) =>
        SensitivityKinds.Names.Contains(name) ? null : $"unknown kind {Fields.Words.Quote(name)}{Fields.Words.Suggest(name, SensitivityKinds.Names)}";

    private static string? CheckName(string name) =>
        name.Length is > 0 and <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : "a name must be made of up to 64 letters, digits, '-', '_' and '.': it stands in records of decisions";
}

/// <summary>A pattern of one's own.</summary>
public sealed record SensitivityPatternConfig
{
    /// <summary>A regular expression without lookaround and backreferences, so that matching takes linear time.</summary>
    public required string Pattern { get; init; }

    /// <summary>The label of what it matches. Default: confidential.</summary>
    public SensitivityLabel Label { get; init; } = SensitivityLabel.Confidential;

    internal static ConfigShape<SensitivityPatternConfig> Shape { get; } = new ConfigShape<SensitivityPatternConfig>(new SensitivityPatternConfig { Pattern = "" })
        .Field("pattern", new TextKind<string>("a regular expression", Check, static text => text), c => c.Pattern, (c, v) => c with { Pattern = v },
            "A regular expression without lookaround and backreferences.", required: true)
        .Field("label", SensitivityConfig.LabelKind, c => c.Label, (c, v) => c with { Label = v },
            "The label of what it matches.");

    /// <summary>The pattern as JSON.</summary>
    public override string ToString() => Shape.Print(this);

    internal static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static string? Check(string text, out string value)
    {
        value = text;
        try
        {
            return Compile(text).IsMatch("") ? "matches the empty text, so it would match everywhere; make it ask for at least one character" : null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return "is not a regular expression that can be used here: check its brackets, and leave out lookaround, backreferences and atomic groups";
        }
    }
}

/// <summary>A list of words of one's own.</summary>
public sealed record SensitivityWordsConfig
{
    /// <summary>Whole words or phrases; upper and lower case are the same.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>The label of a request with one of them. Default: confidential.</summary>
    public SensitivityLabel Label { get; init; } = SensitivityLabel.Confidential;

    internal static ConfigShape<SensitivityWordsConfig> Shape { get; } = new ConfigShape<SensitivityWordsConfig>(new SensitivityWordsConfig { Words = [] })
        .Field("words", Kinds.List(Kinds.Phrase, "a list of words, at least one", least: 1), c => c.Words, (c, v) => c with { Words = v },
            "Whole words or phrases; upper and lower case are the same.", required: true)
        .Field("label", SensitivityConfig.LabelKind, c => c.Label, (c, v) => c with { Label = v },
            "The label of a request with one of them.");

    /// <summary>The list as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>Personal data replaced by placeholders on the way out.</summary>
public sealed record MaskingConfig
{
    /// <summary>Whether it is done. Default: false.</summary>
    public bool Enabled { get; init; }

    /// <summary>The kinds that are replaced; empty for every kind that is labelled internal.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    internal static ConfigShape<MaskingConfig> Shape { get; } = new ConfigShape<MaskingConfig>(new MaskingConfig())
        .Field("enabled", Fields.Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v },
            "Replaces personal data of requests labelled internal by placeholders like [EMAIL_1], and puts them back in the answer.")
        .Field("kinds", Fields.Kinds.List(Fields.Kinds.Word(SensitivityKinds.Names), "a list of kinds"), c => c.Kinds, (c, v) => c with { Kinds = v },
            "The kinds that are replaced; empty for every kind labelled internal.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>What is done with requests that look like prompt injections.</summary>
public sealed record InjectionConfig
{
    /// <summary>What is done. Default: allow.</summary>
    public InjectionAction Action { get; init; }

    /// <summary>The score from which a request counts as an injection, 0 to 1. Default: 0.5.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>More estimated tokens than this in one message raise the signal; null for no limit.</summary>
    public int? MaxTokens { get; init; }

    internal static ConfigShape<InjectionConfig> Shape { get; } = new ConfigShape<InjectionConfig>(new InjectionConfig())
        .Field("action", Kinds.Choice(("allow", InjectionAction.Allow), ("warn", InjectionAction.Warn), ("block", InjectionAction.Block)),
            c => c.Action, (c, v) => c with { Action = v },
            "allow: the signal is recorded; warn: the caller is told as well; block: the request is refused.")
        .Field("threshold", Kinds.Fraction, c => c.Threshold, (c, v) => c with { Threshold = v },
            "The score from which a request counts as an injection.")
        .Field("maxTokens", Kinds.Count.OrNull(), c => c.MaxTokens, (c, v) => c with { MaxTokens = v },
            "More estimated tokens than this in one message raise the signal.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
