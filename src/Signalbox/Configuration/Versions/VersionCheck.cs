using Signalbox.Catalog;
using Signalbox.Configuration.Fields;
using Signalbox.Providers.Local;
using Signalbox.Versions;

namespace Signalbox.Configuration.Versions;

/// <summary>Checks that the names of model versions are clear and lead to models, and that the one to begin with exists.</summary>
internal static class VersionCheck
{
    /// <summary>The variable that names the version that is active at the start.</summary>
    public const string Variable = "LLM_MODEL_VERSION";

    private static readonly ConfigPath Section = ConfigPath.Root.Field("versions");

    /// <summary>Where an error makes it impossible to tell which models there are.</summary>
    private static readonly List<ConfigPath> NamesReported = [ConfigPath.Root.Field("providers"), ConfigPath.Root.Field("models"), ConfigPath.Root.Field("routes"), ConfigPath.Root.Field("local")];

    public static void Check(SignalboxConfig config, ConfigReading reading)
    {
        var names = config.Versions.Keys.Concat(BuiltInVersions.Of(config).Select(static version => version.Name)).ToHashSet(StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, version) in config.Versions)
        {
            var path = Section.Field(name);
            CheckModel(config, version, path, reading);

            for (var i = 0; i < version.Aliases.Count; i++)
            {
                var alias = version.Aliases[i];
                if (TextChecks.VersionName(alias) is { } complaint)
                {
                    reading.Error(path.Field("aliases").Item(i), complaint);
                }
                else if (names.Contains(alias) || (owners.TryGetValue(alias, out var owner) && owner != name))
                {
                    reading.Error(path.Field("aliases").Item(i), $"{Words.Quote(alias)} is a name of another version; choose another");
                }

                owners[alias] = name;
            }
        }
    }

    private static void CheckModel(SignalboxConfig config, VersionConfig version, ConfigPath path, ConfigReading reading)
    {
        // What was reported elsewhere, or is missing altogether, is not reported again as unknown.
        if (version.Model.Length > 0 && !NamesReported.Exists(reading.HasErrorAt) && !IsOfCatalog(config, version.Model))
        {
            new RouteValidator(config, reading).CheckTarget(version.Model, path.Field("model"));
        }

        if (version.Lora is not { } lora || version.Model.Length == 0 || reading.HasErrorAt(path.Field("model")))
        {
            return;
        }

        if (LocalName(config, version.Model) is not { } name)
        {
            reading.Error(path.Field("lora"), $"an adapter belongs to a model of this process, and {Words.Quote(version.Model)} is none; leave it out");
        }
        else if (LocalModelFiles.List(config.Local).FirstOrDefault(model => model.Name == name) is { } model && !model.Adapters.ContainsKey(lora))
        {
            reading.Error(path.Field("lora"), $"the local model {name} has no adapter {Words.Quote(lora)}{Words.Suggest(lora, [.. model.Adapters.Keys])}; name its file under local.models.{name}.adapters");
        }
    }

    /// <summary>The name behind <c>local/</c> of a model of this process; null for any other.</summary>
    private static string? LocalName(SignalboxConfig config, string model)
    {
        const string Prefix = LocalProvider.ProviderName + "/";
        return config.Models.TryGetValue(model, out var listed)
            ? listed.Provider == LocalProvider.ProviderName ? listed.Upstream : null
            : model.StartsWith(Prefix, StringComparison.Ordinal) ? model[Prefix.Length..] : null;
    }

    /// <summary>Whether a bare name is one that a provider's model has at the provider: a request may use that too.</summary>
    private static bool IsOfCatalog(SignalboxConfig config, string model)
    {
        if (model.Contains('/', StringComparison.Ordinal) || config.Models.ContainsKey(model) || config.Routes.ContainsKey(model))
        {
            return false;
        }

        if (config.Models.Values.Any(listed => listed.Upstream == model))
        {
            return true;
        }

        var catalog = ModelCatalog.LoadEmbedded();
        return config.Providers.Keys.Any(provider => catalog.ForProvider(provider).Any(known => known.Id == model));
    }

    /// <summary>The configuration with the version that the environment names; an error where there is none of that name.</summary>
    public static SignalboxConfig? WithActive(SignalboxConfig? config, IReadOnlyDictionary<string, string> environment, ConfigReading reading)
    {
        if (config is null || !environment.TryGetValue(Variable, out var name) || name.Length == 0)
        {
            return config;
        }

        var versions = new ModelVersions(config);
        if (versions.Find(name) is not { } version)
        {
            reading.Error(ConfigPath.Outside(Variable), versions.Unknown(name).Message);
        }
        else if (VersionLack.Of(config, version) is { } lack)
        {
            reading.Warn(ConfigPath.Outside(Variable), $"the version {version.Name} ({version.Model}) cannot answer: {lack}");
        }

        return config with { ModelVersion = name };
    }
}
