using Signalbox.Catalog;
using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

public class ConfigFileTests
{
    [Fact]
    public void The_example_of_the_contract_is_read_with_its_comments_and_trailing_commas()
    {
        var config = Given.Valid("""
            {
              "$schema": "./signalbox.schema.json",
              "server":   { "urls": ["http://127.0.0.1:8080"], "requireKeys": "auto", "adminKey": "${SIGNALBOX_ADMIN_KEY:-}",
                            "maxRequestBytes": 33554432, "cors": { "origins": [] } },
              "providers": {
                "openai":    { "dialect": "openai-chat",        "baseUrl": "https://api.openai.com/v1", "apiKey": "${OPENAI_API_KEY}" },
                "anthropic": { "dialect": "anthropic-messages", "baseUrl": "https://api.anthropic.com", "apiKey": "${ANTHROPIC_API_KEY}" },
                "ollama":    { "dialect": "ollama",             "baseUrl": "http://localhost:11434", "locality": "local" },
                "vllm":      { "dialect": "openai-chat",        "baseUrl": "http://localhost:8000/v1", "locality": "local" },
              },
              "models": {
                "gpt-4o":  { "provider": "openai", "upstream": "gpt-4o-2024-11-20" },      // the rest comes from the catalog
                /* a model of our own */
                "llama3":  { "provider": "ollama", "upstream": "llama3:8b", "contextWindow": 8192, "price": { "input": 0, "output": 0 }, "quality": 0.55,
                             "useCases": ["text_summarization", "data_generation"], "specialization": "general" }
              },
              "routes": { "auto": { "strategy": "balanced", "models": ["gpt-4o", "llama3"], "fallbacks": ["local/banking"] } },
              "ledger":  { "store": "sqlite" },
              "limits":  { "store": "memory" },
              "cache":   { "store": "memory", "ttl": "24h" },
              "budgets": { "daily": { "usd": 100, "alertAt": [0.5, 0.8, 1.0], "webhook": null } },
            }
            """, Given.Environment(("OPENAI_API_KEY", "key-of-openai"), ("ANTHROPIC_API_KEY", "key-of-anthropic")));

        Assert.False(config.Discovered);
        Assert.Null(config.Server.AdminKey);
        Assert.Equal(["openai", "anthropic", "ollama", "vllm"], config.Providers.Keys);
        Assert.Equal("key-of-openai", config.Providers["openai"].ApiKey);
        Assert.Equal(["openai-responses"], config.Providers["vllm"].AlsoDialects);
        Assert.Equal("gpt-4o-2024-11-20", config.Models["gpt-4o"].Upstream);
        Assert.Null(config.Models["gpt-4o"].Price);
        Assert.Equal(0m, config.Models["llama3"].Price!.Output);
        Assert.Equal(["text_summarization", "data_generation"], config.Models["llama3"].UseCases);
        Assert.Equal(["gpt-4o", "llama3"], config.Routes["auto"].Models);
        Assert.Equal([0.5, 0.8, 1.0], config.Budgets!.Daily!.AlertAt);
    }

    [Fact]
    public void What_is_left_out_has_its_documented_default()
    {
        var config = Given.Valid("""{ "providers": { "ollama": {} }, "models": { "llama3:8b": { "provider": "ollama" } }, "routes": { "r": { "models": ["llama3:8b"] } } }""");

        Assert.Equal(["http://127.0.0.1:8080"], config.Server.Urls);
        Assert.Equal(33554432, config.Server.MaxRequestBytes);
        Assert.Equal(RequireKeys.Auto, config.Server.RequireKeys);
        var provider = config.Providers["ollama"];
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)), (provider.ConnectTimeout, provider.FirstOutputTimeout, provider.IdleTimeout));
        Assert.Null(provider.MaxAttempts);
        Assert.Equal("llama3:8b", config.Models["llama3:8b"].Upstream);
        Assert.Null(config.Models["llama3:8b"].ContextWindow);
        Assert.False(config.Routes["r"].Strict);
        Assert.Null(config.Budgets);
    }

    [Theory]
    [InlineData("1500ms", 1500)]
    [InlineData("5s", 5_000)]
    [InlineData("2m", 120_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("720h", 2_592_000_000)]
    public void Durations_are_a_number_and_a_unit(string text, long milliseconds)
    {
        var config = Given.Valid($$"""{ "providers": { "ollama": { "idleTimeout": "{{text}}" } } }""");

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), config.Providers["ollama"].IdleTimeout);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("-5s")]
    [InlineData("1.5s")]
    [InlineData("5d")]
    [InlineData("0s")]
    [InlineData("721h")]
    [InlineData("99999999999999999999h")]
    public void Other_durations_are_refused_with_the_way_to_write_them(string text)
    {
        var error = Given.OneError($$"""{ "providers": { "ollama": { "idleTimeout": "{{text}}" } } }""");

        Assert.Equal("$.providers.ollama.idleTimeout", error.Path);
        Assert.StartsWith($"'{text}' is ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"auto\"", RequireKeys.Auto)]
    [InlineData("true", RequireKeys.Always)]
    [InlineData("false", RequireKeys.Never)]
    [InlineData("\"${KEYS:-true}\"", RequireKeys.Always)]
    public void RequireKeys_is_a_word_or_a_boolean(string json, RequireKeys expected) =>
        Assert.Equal(expected, Given.Valid($$"""{ "server": { "requireKeys": {{json}} } }""").Server.RequireKeys);

    [Fact]
    public void Every_way_to_ask_for_reasoning_that_the_catalog_knows_can_be_written() =>
        Assert.All(Enum.GetNames<ReasoningKind>().Select(n => n.ToLowerInvariant()), word =>
            Given.Valid($$"""{ "providers": { "ollama": {} }, "models": { "m": { "provider": "ollama", "capabilities": { "reasoning": "{{word}}" } } } }"""));

    [Fact]
    public void A_byte_order_mark_is_no_error() => Given.Valid("\uFEFF{}");

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void An_empty_file_is_told_apart_from_broken_json(string text) =>
        Assert.Contains("smallest config is {}", Given.OneError(text).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[]", "found a list")]
    [InlineData("null", "found null")]
    [InlineData("\"x\"", "found a string")]
    public void A_file_that_is_no_object_is_refused(string json, string found)
    {
        var error = Given.OneError(json);

        Assert.Equal("$", error.Path);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_json_names_line_and_column()
    {
        var error = Given.OneError("{\n  \"server\": {\n    \"urls\": [ }\n}");

        Assert.Contains("line 3, column 15", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_utf8_says_so()
    {
        var result = ConfigLoader.Parse([(byte)'{', (byte)'"', 0xE4, (byte)'"', (byte)':', (byte)'1', (byte)'}'], Given.Nothing);

        Assert.Contains("UTF-8", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }
}
