using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

public class ProviderPresetTests
{
    [Theory]
    [InlineData("openai", "openai-chat", "https://api.openai.com/v1", "cloud", "openai-responses")]
    [InlineData("anthropic", "anthropic-messages", "https://api.anthropic.com", "cloud", "")]
    [InlineData("gemini", "gemini", "https://generativelanguage.googleapis.com", "cloud", "")]
    [InlineData("mistral", "openai-chat", "https://api.mistral.ai/v1", "cloud", "")]
    [InlineData("groq", "openai-chat", "https://api.groq.com/openai/v1", "cloud", "")]
    [InlineData("openrouter", "openai-chat", "https://openrouter.ai/api/v1", "cloud", "")]
    [InlineData("sambanova", "openai-chat", "https://api.sambanova.ai/v1", "cloud", "")]
    [InlineData("deepseek", "openai-chat", "https://api.deepseek.com/v1", "cloud", "")]
    [InlineData("xai", "openai-chat", "https://api.x.ai/v1", "cloud", "openai-responses")]
    [InlineData("together", "openai-chat", "https://api.together.xyz/v1", "cloud", "")]
    [InlineData("ollama", "ollama", "http://localhost:11434", "local", "")]
    [InlineData("vllm", "openai-chat", "http://localhost:8000/v1", "local", "openai-responses")]
    [InlineData("llamacpp", "openai-chat", "http://localhost:8080/v1", "local", "")]
    public void A_provider_named_like_a_preset_needs_nothing(string name, string dialect, string baseUrl, string locality, string also)
    {
        var provider = Only($$"""{ "{{name}}": {} }""");

        Assert.Equal((name, dialect, baseUrl), (provider.Name, provider.Dialect, provider.BaseUrl));
        Assert.Equal(locality, provider.Locality == Locality.Local ? "local" : "cloud");
        Assert.Equal(also.Length == 0 ? [] : [also], provider.AlsoDialects);
    }

    [Fact]
    public void Azure_has_no_common_address_and_no_version_path()
    {
        Assert.Equal("$.providers['azure-openai'].baseUrl", Given.OneError("""{ "providers": { "azure-openai": { "apiKey": "k" } } }""").Path);
        Assert.Equal("https://me.openai.azure.com", Only("""{ "azure-openai": { "baseUrl": "https://me.openai.azure.com/", "apiKey": "k" } }""").BaseUrl);
    }

    [Theory]
    [InlineData("openai-chat", "http://box:8000", "http://box:8000/v1")]
    [InlineData("openai-chat", "http://box:8000/", "http://box:8000/v1")]
    [InlineData("openai-chat", "http://box:8000/v1/", "http://box:8000/v1")]
    [InlineData("openai-chat", "http://box:8000/openai", "http://box:8000/openai")]
    [InlineData("openai-responses", "https://box", "https://box/v1")]
    [InlineData("anthropic-messages", "http://box/v1", "http://box")]
    [InlineData("anthropic-messages", "http://box/anthropic/v1/", "http://box/anthropic")]
    [InlineData("anthropic-messages", "http://box/v1beta", "http://box/v1beta")]
    [InlineData("gemini", "http://box/v1beta/", "http://box")]
    [InlineData("ollama", "http://box:11434/api", "http://box:11434")]
    [InlineData("ollama", "http://box:11434/v1", "http://box:11434")]
    [InlineData("ollama", "http://box:11434//", "http://box:11434")]
    public void An_address_that_is_nearly_right_is_put_right(string dialect, string baseUrl, string expected) =>
        Assert.Equal(expected, Only($$"""{ "mine": { "dialect": "{{dialect}}", "baseUrl": "{{baseUrl}}" } }""").BaseUrl);

    [Theory]
    [InlineData("""{ "openai": { "dialect": "openai-chat" } }""", "openai-responses")]
    [InlineData("""{ "openai": { "dialect": "openai-chat", "baseUrl": "https://api.openai.com/v1/" } }""", "openai-responses")]
    [InlineData("""{ "openai": { "dialect": "openai-responses" } }""", "openai-chat")]
    [InlineData("""{ "openai": { "baseUrl": "http://mock:1" } }""", "openai-responses")]
    [InlineData("""{ "openai": { "dialect": "openai-chat", "baseUrl": "http://mock:1" } }""", "")]
    [InlineData("""{ "openai": { "dialect": "gemini" } }""", "")]
    [InlineData("""{ "openai": { "alsoDialects": ["ollama", "openai-chat"] } }""", "ollama")]
    [InlineData("""{ "mine": { "dialect": "openai-chat", "baseUrl": "http://mock:1", "alsoDialects": ["openai-responses"] } }""", "openai-responses")]
    public void Further_dialects_of_a_preset_apply_only_where_it_is_that_service(string providers, string expected) =>
        Assert.Equal(expected, string.Join(",", Only(providers).AlsoDialects));

    [Theory]
    [InlineData("""{ "opnai": {} }""", "$.providers.opnai", "did you mean 'openai'?")]
    [InlineData("""{ "mine": {} }""", "$.providers.mine", "needs dialect and baseUrl")]
    [InlineData("""{ "mine": { "baseUrl": "http://x" } }""", "$.providers.mine.dialect", "say what it speaks: openai-chat")]
    [InlineData("""{ "mine": { "dialect": "gemini" } }""", "$.providers.mine.baseUrl", "say where it is")]
    [InlineData("""{ "mine": { "dialect": "openai", "baseUrl": "http://x" } }""", "$.providers.mine.dialect", "unknown word 'openai'")]
    [InlineData("""{ "mine": { "dialect": "anthropic-mesages", "baseUrl": "http://x" } }""", "$.providers.mine.dialect", "did you mean 'anthropic-messages'?")]
    [InlineData("""{ "ollama": { "baseUrl": "localhost:11434" } }""", "$.providers.ollama.baseUrl", "is not an http:// or https:// URL")]
    [InlineData("""{ "ollama": { "baseUrl": "http://" } }""", "$.providers.ollama.baseUrl", "is not an http:// or https:// URL")]
    [InlineData("""{ "ollama": { "baseUrl": "http://a b" } }""", "$.providers.ollama.baseUrl", "is not an http:// or https:// URL")]
    [InlineData("""{ "ollama": { "baseUrl": "http://me:pass@box" } }""", "$.providers.ollama.baseUrl", "holds credentials")]
    [InlineData("""{ "ollama": { "baseUrl": "http://box/x?api-version=1" } }""", "$.providers.ollama.baseUrl", "goes into apiVersion")]
    public void A_provider_that_cannot_be_reached_is_an_error(string providers, string path, string message)
    {
        var error = Given.OneError($$"""{ "providers": {{providers}} }""");

        Assert.Equal(path, error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:1")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://0.0.0.0:1")]
    [InlineData("http://[::1]:1")]
    [InlineData("http://10.1.2.3")]
    [InlineData("http://172.31.0.1")]
    [InlineData("http://192.168.1.5:1")]
    [InlineData("http://100.100.1.1")]
    [InlineData("http://[fd00::1]")]
    [InlineData("http://ollama:11434")]
    [InlineData("http://host.docker.internal:11434")]
    [InlineData("https://gpu.local")]
    public void A_local_preset_at_a_private_address_stays_local(string baseUrl) =>
        Assert.Equal(Locality.Local, Only($$"""{ "ollama": { "baseUrl": "{{baseUrl}}" } }""").Locality);

    [Theory]
    [InlineData("https://ollama.com")]
    [InlineData("http://172.32.0.1")]
    [InlineData("http://8.8.8.8:1")]
    [InlineData("http://[2001:db8::1]")]
    [InlineData("https://api.openai.com/v1")]
    public void A_local_preset_at_a_public_address_counts_as_cloud_and_says_so(string baseUrl)
    {
        var result = Given.Parse($$"""{ "providers": { "ollama": { "baseUrl": "{{baseUrl}}" } } }""");

        Assert.Equal(Locality.Cloud, result.Config!.Providers["ollama"].Locality);
        Assert.Contains(result.Problems, p => p.Path == "$.providers.ollama.locality" && p.Message.Contains("counts as cloud", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stated_locality_is_believed_except_for_a_known_cloud()
    {
        Assert.Equal(Locality.Local, Only("""{ "ollama": { "baseUrl": "https://llm.example.com", "locality": "local" } }""").Locality);
        Assert.Equal(Locality.Cloud, Only("""{ "ollama": { "locality": "cloud" } }""").Locality);
        Assert.Contains("cloud service", Given.OneError("""{ "providers": { "openai": { "apiKey": "k", "locality": "local" } } }""").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cloud_without_a_key_is_worth_a_warning_but_a_mock_is_not()
    {
        Assert.Contains("write \"apiKey\": \"${GROQ_API_KEY}\"", Assert.Single(Given.WarningsOf(Given.Parse("""{ "providers": { "groq": {} } }"""))), StringComparison.Ordinal);
        Assert.Empty(Given.Parse("""{ "providers": { "groq": { "baseUrl": "http://127.0.0.1:4010/v1" } } }""").Problems);
    }

    [Fact]
    public void A_key_that_would_travel_in_the_clear_is_worth_a_warning() =>
        Assert.Contains("use https://", Assert.Single(Given.WarningsOf(Given.Parse("""{ "providers": { "openai": { "baseUrl": "http://api.example.com/v1", "apiKey": "k" } } }"""))), StringComparison.Ordinal);

    private static ProviderConfig Only(string providers) => Assert.Single(Given.Valid($$"""{ "providers": {{providers}} }""").Providers).Value;
}
