using Signalbox.Configuration.Benchmarks;
using Signalbox.Configuration.Local;
using Signalbox.Configuration.Fields;
using Signalbox.Providers.Local;
using Signalbox.Configuration.Resilience;
using Signalbox.Configuration.Routes;
using Signalbox.Configuration.Versions;
using Signalbox.Sensitivity;

namespace Signalbox.Configuration;

/// <summary>Checks what one field cannot know: whether names mean something, and whether settings fit together.</summary>
internal static class ConfigValidator
{
    public static void Validate(SignalboxConfig config, ConfigReading reading)
    {
        CheckServer(config.Server, reading);
        CheckProviders(config, reading);
        new LocalModelCheck(config.Local, reading).Check();
        CheckModels(config, reading);
        new RouteValidator(config, reading).Check();
        VersionCheck.Check(config, reading);
        TaskWordCheck.Check(config, reading);
        CheckResilience(config.Resilience, reading);
        CheckMasking(config.Sensitivity, reading);
        CheckStores(config, reading);
        BenchmarkCheck.Check(config.Benchmark, reading);
    }

    private static void CheckServer(ServerConfig server, ConfigReading reading)
    {
        var urls = ConfigPath.Root.Field("server").Field("urls");
        for (var i = 0; i < server.Urls.Count && server.RequireKeys == RequireKeys.Auto; i++)
        {
            if (!PrivateAddress.IsLoopback(server.Urls[i]))
            {
                reading.Warn(urls.Item(i), "is reachable from other machines, and this version does not check keys yet: whoever can reach it can use it");
            }
        }
    }

    private static void CheckProviders(SignalboxConfig config, ConfigReading reading)
    {
        var providers = ConfigPath.Root.Field("providers");
        if (config.Providers.Count == 0 && !reading.HasErrorAt(providers) && LocalModelFiles.List(config.Local).Count == 0)
        {
            reading.Warn(providers, "there is no provider, so no request can be answered; write one, like "
                + "\"openai\": { \"apiKey\": \"${OPENAI_API_KEY}\" }");
        }

        foreach (var (name, provider) in config.Providers)
        {
            var key = providers.Field(name).Field("apiKey");
            if (provider.ApiKey is not null && provider.Locality == Locality.Cloud && provider.BaseUrl?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) == true
                && !PrivateAddress.IsLoopback(provider.BaseUrl))
            {
                reading.Warn(key, "is sent over http:// and can be read on the way; use https://");
            }

            if (!reading.HasErrorAt(key) && ProviderDefaults.MissingKey(provider) is { } variable)
            {
                reading.Warn(key, $"there is none, and {name} will refuse requests without; write \"apiKey\": \"${{{variable}}}\"");
            }
        }
    }

    private static void CheckModels(SignalboxConfig config, ConfigReading reading)
    {
        var models = ConfigPath.Root.Field("models");
        if (reading.HasErrorAt(ConfigPath.Root.Field("providers")))
        {
            return;
        }

        foreach (var (id, model) in config.Models)
        {
            var path = models.Field(id);
            if (id == RouteValidator.Auto)
            {
                reading.Error(path, "'auto' is always a route; give the model another id");
            }

            // An empty name was already reported where it is missing.
            if (model.Provider == LocalProvider.ProviderName)
            {
                CheckLocal(model, config, path.Field("upstream"), reading);
            }
            else if (model.Provider.Length > 0 && !config.Providers.ContainsKey(model.Provider))
            {
                reading.Error(path.Field("provider"), $"unknown provider {Words.Quote(model.Provider)}{HowToAdd(model.Provider, config)}");
            }
        }
    }

    private static void CheckLocal(ModelConfig model, SignalboxConfig config, ConfigPath path, ConfigReading reading)
    {
        string[] known = [.. LocalModelFiles.List(config.Local).Select(static local => local.Name)];
        if (!known.Contains(model.Upstream, StringComparer.Ordinal))
        {
            reading.Error(path, $"unknown local model {Words.Quote(model.Upstream)}{(known.Length == 0 ? "; there is no file in local.folder and none under local.models" : Words.Suggest(model.Upstream, known))}");
        }
    }

    private static string HowToAdd(string provider, SignalboxConfig config) => ProviderDefaults.Find(provider) is { } preset
        ? $"; add it to providers: \"{preset.Name}\": {{{(preset.KeyVariable is null ? "" : $" \"apiKey\": \"${{{preset.KeyVariable}}}\" ")}}}"
        : Words.Suggest(provider, [.. config.Providers.Keys]);

    private static void CheckResilience(ResilienceConfig resilience, ConfigReading reading)
    {
        var path = ConfigPath.Root.Field("resilience");
        if (resilience.BaseDelay > resilience.MaxDelay && !reading.HasErrorAt(path.Field("baseDelay")) && !reading.HasErrorAt(path.Field("maxDelay")))
        {
            reading.Error(path.Field("baseDelay"), $"is {DurationText.Format(resilience.BaseDelay)} and more than maxDelay, {DurationText.Format(resilience.MaxDelay)}; "
                + "the first wait cannot be longer than the longest");
        }
    }

    private static void CheckMasking(SensitivityConfig sensitivity, ConfigReading reading)
    {
        var masking = sensitivity.Masking;
        var labels = SensitivityKinds.Labels(sensitivity.Labels);
        if (masking.Enabled && masking.Kinds.Count > 0
            && masking.Kinds.All(kind => labels[Array.IndexOf(SensitivityKinds.Names, kind)] == SensitivityLabel.Confidential))
        {
            reading.Warn(ConfigPath.Root.Field("sensitivity").Field("masking").Field("kinds"),
                "all of them are confidential, and only requests labelled internal are masked, so nothing would be; give them the label internal in labels");
        }
    }

    private static void CheckStores(SignalboxConfig config, ConfigReading reading)
    {
        NeedsConnection("ledger", config.Ledger.Store == LedgerStore.Postgres, config.Ledger.Connection, reading);
        NeedsConnection("limits", config.Limits.Store == LimitsStore.Redis, config.Limits.Connection, reading);
        NeedsConnection("cache", config.Cache.Store == CacheStore.Redis, config.Cache.Connection, reading);
    }

    private static void NeedsConnection(string section, bool isShared, string? connection, ConfigReading reading)
    {
        var path = ConfigPath.Root.Field(section).Field("connection");
        if (isShared && connection is null && !reading.HasErrorAt(path))
        {
            reading.Error(path, "is missing; a store shared by several gateways needs to be told where it is");
        }
    }
}
