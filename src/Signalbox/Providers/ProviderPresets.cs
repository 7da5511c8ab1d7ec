namespace Signalbox.Providers;

/// <summary>Where the providers we know depart from their dialect. A provider is found by its name in the configuration.</summary>
internal static class ProviderPresets
{
    private static readonly Dictionary<string, ProviderDifferences> ByName = new(StringComparer.Ordinal)
    {
        ["openai"] = new() { Logprobs = true, CarriesOpenAiFields = true, DeveloperRole = true, TopK = false },
        ["azure-openai"] = new()
        {
            Logprobs = true,
            KeyHeader = "api-key",
            KeyPrefix = "",
            CarriesOpenAiFields = true,
            DeveloperRole = true,
            TopK = false,
            // Azure names the deployment in the path; with a /openai/v1 base URL it does not.
            PathPattern = "/openai/deployments/{model}{path}?api-version={version}",
        },
        ["anthropic"] = new() { KeyHeader = "x-api-key", KeyPrefix = "" },
        ["gemini"] = new() { KeyHeader = "x-goog-api-key", KeyPrefix = "" },
        // Mistral states usage unasked and has refused stream_options; its seed has a name of its own.
        ["mistral"] = new() { StreamUsageSwitch = false, SeedField = "random_seed", TopK = false },
        ["groq"] = new() { TopK = false },
        ["openrouter"] = new() { DeveloperRole = true },
        ["sambanova"] = new(),
        ["deepseek"] = new() { TopK = false },
        ["xai"] = new() { DeveloperRole = true, TopK = false },
        ["together"] = new(),
        ["ollama"] = new() { Http2 = false },
        ["vllm"] = new() { Http2 = false, Logprobs = true, ContinueSwitch = true },
        ["llamacpp"] = new() { Http2 = false, Logprobs = true },
    };

    private static readonly ProviderDifferences UnknownAnthropic = ByName["anthropic"];
    private static readonly ProviderDifferences UnknownGemini = ByName["gemini"];

    /// <summary>The differences of a provider; for a name we do not know, those that its dialect always has.</summary>
    public static ProviderDifferences Of(string name, string dialect)
    {
        if (ByName.TryGetValue(name, out var known))
        {
            return known;
        }

        return dialect switch
        {
            Dialects.Anthropic.AnthropicDialect.DialectName => UnknownAnthropic,
            Dialects.Gemini.GeminiDialect.DialectName => UnknownGemini,
            _ => ProviderDifferences.None,
        };
    }
}
