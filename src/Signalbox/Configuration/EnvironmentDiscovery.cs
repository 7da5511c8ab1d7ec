using Signalbox.Configuration.Local;
using System.Collections.ObjectModel;
using Signalbox.Configuration.Fields;
using Signalbox.Providers.Local;

namespace Signalbox.Configuration;

/// <summary>Without a file: every known provider whose key or address is in the environment is switched on.</summary>
internal static class EnvironmentDiscovery
{
    public static SignalboxConfig Discover(IReadOnlyDictionary<string, string> environment, ConfigReading reading)
    {
        var providers = new OrderedDictionary<string, ProviderConfig>(StringComparer.Ordinal);
        foreach (var preset in ProviderDefaults.Presets)
        {
            if (TryFind(preset, environment, reading) is { } provider)
            {
                providers.Add(preset.Name, provider);
            }
        }

        if (providers.Count == 0 && !reading.HasErrors && LocalModelFiles.List(new LocalConfig()).Count == 0)
        {
            reading.Warn(ConfigPath.Outside("environment"), WhatToSet());
        }

        return new SignalboxConfig { Providers = new ReadOnlyDictionary<string, ProviderConfig>(providers), Discovered = true };
    }

    private static ProviderConfig? TryFind(ProviderPreset preset, IReadOnlyDictionary<string, string> environment, ConfigReading reading)
    {
        var key = preset.KeyVariable is null ? null : ValueOf(preset.KeyVariable, environment);
        var urlVariable = preset.UrlVariables.FirstOrDefault(v => ValueOf(v, environment) is not null);
        if (key is null && urlVariable is null)
        {
            return null;
        }

        if (key is not null && TextChecks.Credential(key, out _) is { } keyComplaint)
        {
            reading.Error(ConfigPath.Outside(preset.KeyVariable!), $"the value {keyComplaint}");
        }

        var url = urlVariable is null ? null : ValueOf(urlVariable, environment);
        if (url is not null && TextChecks.BaseUrl(url, out _) is { } urlComplaint)
        {
            reading.Error(ConfigPath.Outside(urlVariable!), $"the value {urlComplaint}");
            return null;
        }

        if (url is null && preset.BaseUrl is null)
        {
            reading.Warn(ConfigPath.Outside(preset.KeyVariable!), $"is set, but {preset.Name} is not switched on: set {preset.UrlVariables[0]} to its address too");
            return null;
        }

        var given = new ProviderConfig { Name = preset.Name, ApiKey = key, BaseUrl = url };
        return ProviderCompletion.Complete(given, ConfigPath.Root.Field("providers").Field(preset.Name), reading);
    }

    private static string? ValueOf(string variable, IReadOnlyDictionary<string, string> environment) =>
        environment.TryGetValue(variable, out var value) && value.Length > 0 ? value : null;

    private static string WhatToSet()
    {
        var keys = ProviderDefaults.Presets.Where(p => p is { KeyVariable: not null, BaseUrl: not null }).Select(p => p.KeyVariable);
        var addresses = ProviderDefaults.Presets.Where(p => p.KeyVariable is null).Select(p => p.UrlVariables[0]);
        return $"""
            nothing is configured. Do one of these:
              - set a provider's key: {string.Join(", ", keys)} (or AZURE_OPENAI_API_KEY and AZURE_OPENAI_BASE_URL);
              - set the address of a server of your own: {string.Join(", ", addresses)};
              - put a GGUF file into a folder named models here;
              - write a {ConfigLoader.DefaultFileName} here, or name one with --config FILE.
            Variables may also stand in a {DotEnvFile.Name} file here. NAME_BASE_URL, like OPENAI_BASE_URL, moves a provider elsewhere.
            """;
    }
}
