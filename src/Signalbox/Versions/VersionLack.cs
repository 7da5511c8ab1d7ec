using Signalbox.Configuration;
using Signalbox.Configuration.Fields;
using Signalbox.Configuration.Local;
using Signalbox.Dialects;
using Signalbox.Providers.Local;
using Signalbox.Routing;

namespace Signalbox.Versions;

/// <summary>
/// What a version cannot answer without: a file, a key, a provider. It is found without asking anybody, so that it can be told at the start, and
/// to callers as the operator's matter that it is.
/// </summary>
internal static class VersionLack
{
    /// <summary>What is missing and what to do; null where nothing is, as far as files and settings tell.</summary>
    public static string? Of(GatewaySnapshot snapshot, ModelVersion version)
    {
        if (snapshot.Find(version.Model) is not { Targets: [var first, ..] } found)
        {
            return Of(snapshot.Config, version) ?? Unusable(snapshot, version.Model) ?? snapshot.NotFound(version.Model).Message;
        }

        // Behind a route another model may answer.
        return found.IsModel ? OfModel(snapshot.Config, first.ProviderName, first.Upstream, version.Lora, snapshot.Local.Models) : null;
    }

    /// <summary>The same of a configuration that is not in force yet; of a bare model name, which only the catalog knows, nothing is said.</summary>
    public static string? Of(SignalboxConfig config, ModelVersion version)
    {
        if (config.Models.TryGetValue(version.Model, out var model))
        {
            return OfModel(config, model.Provider, model.Upstream, version.Lora, null);
        }

        var slash = version.Model.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && !config.Routes.ContainsKey(version.Model) ? OfModel(config, version.Model[..slash], version.Model[(slash + 1)..], version.Lora, null) : null;
    }

    /// <summary>The lack as an error for whoever asks the version: nothing is wrong with the request.</summary>
    public static GatewayError Error(ModelVersion version, string lack) =>
        new(ErrorKind.UpstreamUnavailable, $"The model version {version.Name} ({version.Model}) cannot answer: {lack} Or switch to another version: POST /api/v1/model/switch/VERSION.") { Status = 503 };

    private static string? OfModel(SignalboxConfig config, string provider, string upstream, string? lora, IEnumerable<LocalModelConfig>? models)
    {
        if (provider == LocalProvider.ProviderName)
        {
            return OfLocal(config.Local, (models ?? LocalModelFiles.List(config.Local)).FirstOrDefault(model => model.Name == upstream), upstream, lora);
        }

        if (!config.Providers.TryGetValue(provider, out var given))
        {
            // One of this process is in no configuration; whoever has found it may ask it.
            return models is null ? NotConfigured(config, provider) : null;
        }

        return ProviderDefaults.MissingKey(given) is { } variable ? $"the provider {provider} has no key. {ToSet(config, provider, variable)}" : null;
    }

    private static string? OfLocal(LocalConfig config, LocalModelConfig? model, string name, string? lora)
    {
        if (model is null)
        {
            return $"there is no local model {Words.Quote(name)}. Put {name}.gguf into {Path.GetFullPath(config.Folder ?? LocalModelFiles.DefaultFolder)}, or name its file under local.models of the configuration.";
        }

        if (!File.Exists(model.File))
        {
            return $"the model's file {model.File} is not there. Put it there, or name another under local.models.{name}.file of the configuration.";
        }

        foreach (var (adapter, file) in model.Adapters)
        {
            if (!File.Exists(file))
            {
                return $"the file {file} of the adapter {adapter} is not there, and {name} cannot be loaded without it. Put it there, or change local.models.{name}.adapters of the configuration.";
            }
        }

        return lora is null || model.Adapters.ContainsKey(lora)
            ? null
            : $"the local model {name} has no adapter {Words.Quote(lora)}. {(Path.GetDirectoryName(model.File) == config.BuiltInFolder ? $"Put {lora}.gguf beside {model.File}, or name" : "Name")} its file under local.models.{name}.adapters of the configuration: \"{lora}\": \"FILE.gguf\".";
    }

    private static string? Unusable(GatewaySnapshot snapshot, string name) =>
        snapshot.Local.Models.FirstOrDefault(model => $"{LocalProvider.ProviderName}/{model.Name}" == name) is { File: { } file }
            ? $"the file {file} is no model that can be used; 'signalbox model info {file}' says why."
            : null;

    private static string NotConfigured(SignalboxConfig config, string provider) => ProviderDefaults.Find(provider) is { } preset
        ? $"the provider {provider} is not configured. {ToSet(config, provider, preset.KeyVariable ?? preset.UrlVariables[0])}"
        : $"there is no provider {Words.Quote(provider)}. List it under providers of the configuration.";

    private static string ToSet(SignalboxConfig config, string provider, string variable)
    {
        var field = ProviderDefaults.Find(provider)?.KeyVariable is null ? "baseUrl" : "apiKey";
        return config.Discovered
            ? $"Set {variable} in the environment or in {DotEnvFile.Name}."
            : $"Write \"{provider}\": {{ \"{field}\": \"${{{variable}}}\" }} under providers of the configuration, and set {variable} in the environment or in {DotEnvFile.Name}.";
    }
}
