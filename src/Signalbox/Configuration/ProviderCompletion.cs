using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>Fills what a provider left out from the preset of its name, and says what is still missing.</summary>
internal static class ProviderCompletion
{
    public static ProviderConfig Complete(ProviderConfig given, ConfigPath path, ConfigReading reading)
    {
        var preset = ProviderDefaults.Find(given.Name);
        ReportMissing(given, preset, path, reading);
        if ((given.Dialect ?? preset?.Dialect) is not { } dialect || (given.BaseUrl ?? preset?.BaseUrl) is not { } address)
        {
            return given;
        }

        var baseUrl = DialectDefaults.Normalize(dialect, address, preset?.TakesVersionPath ?? true);
        var completed = given with
        {
            Dialect = dialect,
            BaseUrl = baseUrl,
            AlsoDialects = given.AlsoDialects.Count > 0 ? [.. given.AlsoDialects.Where(d => d != dialect).Distinct()] : AlsoOf(preset, given.Dialect, baseUrl),
            Locality = given.IsLocalityStated ? given.Locality : preset?.Locality ?? given.Locality,
        };
        return reading.HasErrorAt(path.Field("baseUrl")) ? completed : CheckLocality(completed, preset, path, reading);
    }

    private static void ReportMissing(ProviderConfig given, ProviderPreset? preset, ConfigPath path, ConfigReading reading)
    {
        if (reading.HasErrorAt(path))
        {
            return;
        }

        var needsDialect = given.Dialect is null && preset is null && !reading.HasErrorAt(path.Field("dialect"));
        var needsUrl = given.BaseUrl is null && preset?.BaseUrl is null && !reading.HasErrorAt(path.Field("baseUrl"));
        if (needsDialect && needsUrl)
        {
            reading.Error(path, $"{Words.Quote(given.Name)} is not a known provider, so it needs dialect and baseUrl"
                + Words.Suggest(given.Name, [.. ProviderDefaults.Names]));
        }
        else if (needsDialect)
        {
            reading.Error(path.Field("dialect"), $"is missing; say what it speaks: {string.Join(", ", DialectDefaults.Names)}");
        }
        else if (needsUrl)
        {
            reading.Error(path.Field("baseUrl"), preset is null
                ? "is missing; say where it is, like http://localhost:8000/v1"
                : $"is missing; {given.Name} has no common address, write your own, like https://NAME.openai.azure.com");
        }
    }

    // Another dialect than the preset's, at another address, is another service that happens to have the preset's name.
    private static IReadOnlyList<string> AlsoOf(ProviderPreset? preset, string? statedDialect, string baseUrl)
    {
        if (preset is null || (statedDialect is not null && baseUrl != preset.BaseUrl))
        {
            return [];
        }

        var main = statedDialect ?? preset.Dialect;
        string[] spoken = [preset.Dialect, .. preset.AlsoDialects];
        return spoken.Contains(main) ? [.. spoken.Where(d => d != main)] : [];
    }

    // Confidential requests go to local providers only, so a wrong "local" is a leak: it must be stated, or plain to see.
    private static ProviderConfig CheckLocality(ProviderConfig provider, ProviderPreset? preset, ConfigPath path, ConfigReading reading)
    {
        var isUsual = preset is { Locality: Locality.Local } && provider.BaseUrl == preset.BaseUrl;
        if (provider.Locality != Locality.Local || isUsual || !Uri.TryCreate(provider.BaseUrl, UriKind.Absolute, out var uri))
        {
            return provider;
        }

        if (provider.IsLocalityStated)
        {
            if (ProviderDefaults.Presets.Any(p => p.Locality == Locality.Cloud && p.BaseUrl is not null && HasHost(p.BaseUrl, uri.Host)))
            {
                reading.Error(path.Field("locality"), $"{uri.Host} is a cloud service: 'local' would send confidential requests to it");
            }

            return provider;
        }

        if (PrivateAddress.Covers(uri.Host))
        {
            return provider;
        }

        reading.Warn(path.Field("locality"), $"{uri.Host} is not plainly in this machine or private network, so {provider.Name} counts as cloud; "
            + "write \"locality\": \"local\" if no request leaves your network");
        return provider with { Locality = Locality.Cloud };
    }

    private static bool HasHost(string url, string host)
    {
        var rest = url.AsSpan(url.IndexOf("://", StringComparison.Ordinal) + 3);
        return rest.StartsWith(host, StringComparison.OrdinalIgnoreCase) && (rest.Length == host.Length || rest[host.Length] is '/' or ':');
    }
}
