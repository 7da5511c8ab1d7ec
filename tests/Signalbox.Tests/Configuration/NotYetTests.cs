namespace Signalbox.Tests.Configuration;

public class NotYetTests
{
    [Theory]
    [InlineData("""  "ledger": { "store": "sqlite" }  """, "$.ledger")]
    [InlineData("""  "ledger": { "store": "postgres", "connection": "x" }  """, "$.ledger")]
    [InlineData("""  "limits": { "store": "redis", "connection": "127.0.0.1:6379" }  """, "$.limits")]
    [InlineData("""  "cache": { "store": "memory", "ttl": "24h" }  """, "$.cache")]
    [InlineData("""  "budgets": { "daily": { "usd": 100 } }  """, "$.budgets")]
    [InlineData("""  "server": { "requireKeys": true }  """, "$.server.requireKeys")]
    [InlineData("""  "server": { "urls": ["http://127.0.0.1:1", "http://0.0.0.0:1"] }  """, "$.server.urls[1]")]
    public void A_setting_that_does_nothing_yet_is_accepted_and_says_so(string section, string path)
    {
        var result = Given.Parse($$"""{ "providers": { "ollama": {} }, {{section}} }""");

        Assert.NotNull(result.Config);
        var warning = Assert.Single(result.Problems);
        Assert.Equal(path, warning.Path);
        Assert.Contains("this version", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""  "limits": { "store": "memory" }  """)]
    [InlineData("""  "cache": { "store": "off" }  """)]
    [InlineData("""  "budgets": { "daily": null }  """)]
    [InlineData("""  "budgets": null  """)]
    [InlineData("""  "server": { "requireKeys": "auto", "adminKey": "k", "urls": ["http://127.0.0.1:1", "http://localhost:2", "http://[::1]:3"] }  """)]
    [InlineData("""  "server": { "requireKeys": false, "urls": ["http://0.0.0.0:1"] }  """)]
    [InlineData("""  "routes": { "r": { "strategy": null, "models": ["ollama/a"], "strict": true } }  """)]
    public void A_setting_without_effect_is_not_talked_about(string section) =>
        Assert.Empty(Given.Parse($$"""{ "providers": { "ollama": {} }, {{section}} }""").Problems);

    [Fact]
    public void A_file_without_providers_says_how_to_write_one() =>
        Assert.Contains("\"openai\": { \"apiKey\": \"${OPENAI_API_KEY}\" }", Assert.Single(Given.WarningsOf(Given.Parse("{}"))), StringComparison.Ordinal);
}
