namespace Signalbox.Configuration;

/// <summary>What is known of a provider by its name alone. How its HTTP differs is told elsewhere.</summary>
internal sealed record ProviderPreset(string Name, string Dialect)
{
    /// <summary>Further dialects under the same address.</summary>
    public IReadOnlyList<string> AlsoDialects { get; init; } = [];

    /// <summary>Null where every customer has an address of their own.</summary>
    public string? BaseUrl { get; init; }

    public string? KeyVariable { get; init; }

    /// <summary>The first that is set moves the provider elsewhere.</summary>
    public required IReadOnlyList<string> UrlVariables { get; init; }

    public Locality Locality { get; init; }

    /// <summary>An address without a path gets the dialect's version path. Azure's own paths begin elsewhere.</summary>
    public bool TakesVersionPath { get; init; } = true;
}

/// <summary>The providers that need no dialect and no address, in the order in which they are discovered.</summary>
internal static class ProviderDefaults
{
    public static IReadOnlyList<ProviderPreset> Presets { get; } =
    [
        Cloud("openai", DialectDefaults.OpenAiChat, "https://api.openai.com/v1", "OPENAI") with { AlsoDialects = [DialectDefaults.OpenAiResponses] },
        new("azure-openai", DialectDefaults.OpenAiChat)
        {
            KeyVariable = "AZURE_OPENAI_API_KEY",
            UrlVariables = ["AZURE_OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"],
            TakesVersionPath = false,
        },
        Cloud("anthropic", DialectDefaults.AnthropicMessages, "https://api.anthropic.com", "ANTHROPIC"),
        Cloud("gemini", DialectDefaults.Gemini, "https://generativelanguage.googleapis.com", "GEMINI"),
        Cloud("mistral", DialectDefaults.OpenAiChat, "https://api.mistral.ai/v1", "MISTRAL"),
        Cloud("groq", DialectDefaults.OpenAiChat, "https://api.groq.com/openai/v1", "GROQ"),
        Cloud("openrouter", DialectDefaults.OpenAiChat, "https://openrouter.ai/api/v1", "OPENROUTER"),
        Cloud("sambanova", DialectDefaults.OpenAiChat, "https://api.sambanova.ai/v1", "SAMBANOVA"),
        Cloud("deepseek", DialectDefaults.OpenAiChat, "https://api.deepseek.com/v1", "DEEPSEEK"),
        Cloud("xai", DialectDefaults.OpenAiChat, "https://api.x.ai/v1", "XAI") with { AlsoDialects = [DialectDefaults.OpenAiResponses] },
        Cloud("together", DialectDefaults.OpenAiChat, "https://api.together.xyz/v1", "TOGETHER"),
        Local("ollama", DialectDefaults.Ollama, "http://localhost:11434", "OLLAMA"),
        Local("vllm", DialectDefaults.OpenAiChat, "http://localhost:8000/v1", "VLLM") with { AlsoDialects = [DialectDefaults.OpenAiResponses] },
        Local("llamacpp", DialectDefaults.OpenAiChat, "http://localhost:8080/v1", "LLAMACPP"),
    ];

    public static IEnumerable<string> Names => Presets.Select(p => p.Name);

    public static ProviderPreset? Find(string name)
    {
        foreach (var preset in Presets)
        {
            if (preset.Name == name)
            {
                return preset;
            }
        }

        return null;
    }

    /// <summary>The variable with the key that a provider at its own address refuses requests without; null where it has one, or another way to say who asks.</summary>
    public static string? MissingKey(ProviderConfig provider) =>
        provider.ApiKey is null && provider.Headers.Count == 0 && Find(provider.Name) is { KeyVariable: { } variable } preset && provider.BaseUrl == preset.BaseUrl ? variable : null;

    private static ProviderPreset Cloud(string name, string dialect, string baseUrl, string prefix) => new(name, dialect)
    {
        BaseUrl = baseUrl,
        KeyVariable = prefix + "_API_KEY",
        UrlVariables = [prefix + "_BASE_URL"],
    };

    private static ProviderPreset Local(string name, string dialect, string baseUrl, string prefix) => new(name, dialect)
    {
        BaseUrl = baseUrl,
        UrlVariables = [prefix + "_BASE_URL"],
        Locality = Locality.Local,
    };
}
