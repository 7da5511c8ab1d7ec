using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Versions;

/// <summary>A name that a model is put into service under; the plain routes answer with the active one.</summary>
public sealed record VersionConfig
{
    /// <summary>The version's name, like <c>support_v2.1.0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The model or route behind it, as a request would name it.</summary>
    public required string Model { get; init; }

    /// <summary>The adapter of a local model that is switched on; null for none.</summary>
    public string? Lora { get; init; }

    /// <summary>Other names for the same version.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    internal static ConfigShape<VersionConfig> Shape { get; } = new ConfigShape<VersionConfig>(new VersionConfig { Name = "", Model = "" })
        .Field("model", Kinds.Text, c => c.Model, (c, v) => c with { Model = v },
            "The model or route behind it, as a request would name it.", required: true)
        .Field("lora", Kinds.OptionalText, c => c.Lora, (c, v) => c with { Lora = v },
            "The adapter of a local model that is switched on.")
        .Field("aliases", Kinds.List(Kinds.Text, "a list of names"), c => c.Aliases, (c, v) => c with { Aliases = v },
            "Other names for the same version.");

    internal static ConfigKind<IReadOnlyDictionary<string, VersionConfig>> Map => Kinds.Records(
        () => Shape, "an object of model versions by name", name => new VersionConfig { Name = name, Model = "" }, TextChecks.VersionName);

    /// <summary>The version as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
