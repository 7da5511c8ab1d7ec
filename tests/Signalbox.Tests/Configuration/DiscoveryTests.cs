using Signalbox.Configuration;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Configuration;

public sealed class DiscoveryTests : IDisposable
{
    private readonly TemporaryFolder _empty = new();

    public void Dispose() => _empty.Dispose();

    [Fact]
    public void Every_provider_with_a_key_or_an_address_is_switched_on_in_a_fixed_order()
    {
        var config = Discover(
            ("VLLM_BASE_URL", "http://gpu:8000"), ("GEMINI_API_KEY", "g"), ("OPENAI_API_KEY", "o"), ("MISTRAL_API_KEY", "m"), ("GROQ_API_KEY", "q"), ("XAI_API_KEY", "x"),
            ("OPENROUTER_API_KEY", "r"), ("SAMBANOVA_API_KEY", "s"), ("ANTHROPIC_API_KEY", "a"), ("OLLAMA_BASE_URL", "http://localhost:11434/"), ("TOGETHER_API_KEY", "t"),
            ("DEEPSEEK_API_KEY", "d"), ("LLAMACPP_BASE_URL", "http://localhost:8080"), ("AZURE_OPENAI_API_KEY", "z"), ("AZURE_OPENAI_ENDPOINT", "https://me.openai.azure.com/")).Config!;

        Assert.True(config.Discovered);
        Assert.Equal(
        [
            "openai", "azure-openai", "anthropic", "gemini", "mistral", "groq", "openrouter", "sambanova", "deepseek", "xai", "together", "ollama", "vllm", "llamacpp",
        ], config.Providers.Keys);
        Assert.Equal("a", config.Providers["anthropic"].ApiKey);
        Assert.Equal(("https://api.openai.com/v1", "o"), (config.Providers["openai"].BaseUrl, config.Providers["openai"].ApiKey));
        Assert.Equal(("http://gpu:8000/v1", Locality.Local), (config.Providers["vllm"].BaseUrl, config.Providers["vllm"].Locality));
        Assert.Equal("http://localhost:11434", config.Providers["ollama"].BaseUrl);
        Assert.Equal("https://me.openai.azure.com", config.Providers["azure-openai"].BaseUrl);
        Assert.Empty(config.Models);
        Assert.Empty(config.Routes);
    }

    [Theory]
    [InlineData("OPENAI_BASE_URL", "openai", "http://127.0.0.1:4010/v1")]
    [InlineData("ANTHROPIC_BASE_URL", "anthropic", "http://127.0.0.1:4010")]
    [InlineData("GEMINI_BASE_URL", "gemini", "http://127.0.0.1:4010")]
    [InlineData("OLLAMA_BASE_URL", "ollama", "http://127.0.0.1:4010")]
    public void An_address_alone_switches_a_provider_on_without_credentials(string variable, string name, string baseUrl)
    {
        var result = Discover((variable, "http://127.0.0.1:4010"));

        var provider = Assert.Single(result.Config!.Providers).Value;
        Assert.Equal((name, baseUrl, null), (provider.Name, provider.BaseUrl, provider.ApiKey));
        Assert.Empty(result.Problems);
    }

    [Fact]
    public void A_moved_provider_keeps_its_key_and_its_further_dialects()
    {
        var provider = Discover(("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "https://proxy.example/openai/v1/")).Config!.Providers["openai"];

        Assert.Equal(("https://proxy.example/openai/v1", "k"), (provider.BaseUrl, provider.ApiKey));
        Assert.Equal(["openai-responses"], provider.AlsoDialects);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void With_nothing_set_there_are_no_providers_and_a_text_that_says_what_to_set(string? key)
    {
        var result = key is null ? Discover() : Discover(("OPENAI_API_KEY", key));

        Assert.Empty(result.Config!.Providers);
        Assert.True(result.Config.Discovered);
        Assert.Null(result.Path);
        var problem = Assert.Single(result.Problems);
        foreach (var variable in new[] { "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "SAMBANOVA_API_KEY", "OLLAMA_BASE_URL", "VLLM_BASE_URL", "AZURE_OPENAI_BASE_URL", "signalbox.json" })
        {
            Assert.Contains(variable, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_azure_key_without_an_address_is_pointed_out()
    {
        var result = Discover(("AZURE_OPENAI_API_KEY", "k"), ("OPENAI_API_KEY", "k"));

        Assert.Equal(["openai"], result.Config!.Providers.Keys);
        Assert.Contains("AZURE_OPENAI_BASE_URL", Assert.Single(Given.WarningsOf(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_that_cannot_be_used_are_all_named_without_their_values()
    {
        var result = Discover(("OPENAI_BASE_URL", "not-a-url-secret"), ("GROQ_API_KEY", "broken\nsecret"), ("MISTRAL_API_KEY", "k"));

        Assert.Null(result.Config);
        Assert.Equal(["OPENAI_BASE_URL", "GROQ_API_KEY"], result.Problems.Select(p => p.Path));
        Assert.DoesNotContain("secret", string.Join('\n', result.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_address_does_not_become_local_because_of_its_variable() =>
        Assert.Equal(Locality.Cloud, Discover(("OLLAMA_BASE_URL", "https://ollama.com")).Config!.Providers["ollama"].Locality);

    private ConfigResult Discover(params (string Name, string Value)[] environment) =>
        ConfigLoader.Load(ConfigSource.Read(null, _empty.Path), Given.Environment(environment));
}
