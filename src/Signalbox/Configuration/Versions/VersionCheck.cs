using Signalbox.Configuration.Fields;
using Signalbox.Providers.Local;
using Signalbox.Versions;

namespace Signalbox.Configuration.Versions;

/// <summary>Checks that the names of model versions are clear, and that the one to begin with exists.</summary>
internal static class VersionCheck
{
    /// <summary>The variable that names the version that is active at the start.</summary>
    public const string Variable = "LLM_MODEL_VERSION";

    public static void Check(SignalboxConfig config, ConfigReading reading)
    {
        var names = config.Versions.Keys.Concat(BuiltInVersions.Of(config).Select(static version => version.Name)).ToHashSet(StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, version) in config.Versions)
        {
            var path = ConfigPath.Root.Field("versions").Field(name);
            if (version.Lora is not null && !config.Models.ContainsKey(version.Model) && !version.Model.StartsWith(LocalProvider.ProviderName + "/", StringComparison.Ordinal))
            {
                reading.Error(path.Field("lora"), $"an adapter belongs to a model of this process, and {Words.Quote(version.Model)} is none; leave it out");
            }

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

    /// <summary>The configuration with the version that the environment names; an error where there is none of that name.</summary>
    public static SignalboxConfig? WithActive(SignalboxConfig? config, IReadOnlyDictionary<string, string> environment, ConfigReading reading)
    {
        if (config is null || !environment.TryGetValue(Variable, out var name) || name.Length == 0)
        {
            return config;
        }

        var versions = new ModelVersions(config);
        if (versions.Find(name) is null)
        {
            reading.Error(ConfigPath.Outside(Variable), versions.Unknown(name).Message);
        }

        return config with { ModelVersion = name };
    }
}
