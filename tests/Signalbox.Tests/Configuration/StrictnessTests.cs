using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

public class StrictnessTests
{
    [Fact]
    public void Everything_wrong_is_said_at_once_in_the_order_of_the_file()
    {
        var result = Given.Parse("""
            {
              "server": { "urls": "http://127.0.0.1:1", "maxRequestBytes": -1, "maxRequestBytes": 5 },
              "provders": {},
              "providers": {
                "openai": { "dialect": "openai-chta", "apiKey": "${NOT_SET}", "headers": { "a b": "x" } },
                "mine": { "baseUrl": "ftp://x" },
                "opnai": {}
              },
              "models": {
                "gpt-4o": { "provider": "opeanai", "price": { "input": -1 }, "contextWindow": 1.5 },
                "nameless": {}
              },
              "routes": { "auto": { "models": [] }, "r": { "models": ["gpt-4", 5], "strict": "yes" } },
              "cache": { "ttl": "soon" },
              "budgets": { "daily": { "alertAt": [0.5, 50] } }
            }
            """);

        Assert.Null(result.Config);
        Assert.Equal(
        [
            "$.server.urls",
            "$.server.maxRequestBytes",
            "$.server.maxRequestBytes",
            "$.provders",
            "$.providers.openai.dialect",
            "$.providers.openai.apiKey",
            "$.providers.openai.headers['a b']",
            "$.providers.mine.baseUrl",
            "$.models['gpt-4o'].price.input",
            "$.models['gpt-4o'].price.output",
            "$.models['gpt-4o'].contextWindow",
            "$.models.nameless.provider",
            "$.routes.auto.models",
            "$.routes.r.models[1]",
            "$.routes.r.strict",
            "$.cache.ttl",
            "$.budgets.daily.alertAt[1]",
            "$.budgets.daily.usd",
            // What only the whole file can tell comes after what each place tells.
            "$.providers.mine.dialect",
            "$.providers.opnai",
            "$.models['gpt-4o'].provider",
            "$.routes.r.models[0]",
        ], result.Problems.Where(p => p.Severity == ConfigSeverity.Error).Select(p => p.Path));
    }

    [Theory]
    [InlineData("""{ "provders": {} }""", "$.provders", "did you mean 'providers'?")]
    [InlineData("""{ "server": { "URLS": [] } }""", "$.server.URLS", "did you mean 'urls'?")]
    [InlineData("""{ "providers": { "ollama": { "apikey": "x" } } }""", "$.providers.ollama.apikey", "did you mean 'apiKey'?")]
    [InlineData("""{ "providers": { "ollama": { "base_url": "x" } } }""", "$.providers.ollama.base_url", "did you mean 'baseUrl'?")]
    [InlineData("""{ "cache": { "semantic": true } }""", "$.cache.semantic", "known here: store, connection, ttl")]
    public void An_unknown_field_is_an_error_with_the_nearest_known_name(string json, string path, string hint)
    {
        var error = Given.OneError(json);

        Assert.Equal(path, error.Path);
        Assert.StartsWith("unknown field", error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "server": {}, "server": {} }""", "$.server")]
    [InlineData("""{ "providers": { "ollama": {}, "ollama": {} } }""", "$.providers.ollama")]
    [InlineData("""{ "providers": { "ollama": { "apiKey": "a", "apiKey": "b" } } }""", "$.providers.ollama.apiKey")]
    [InlineData("""{ "providers": { "ollama": { "headers": { "x-a": "1", "x-a": "2" } } } }""", "$.providers.ollama.headers['x-a']")]
    public void A_field_given_twice_is_an_error(string json, string path)
    {
        var error = Given.OneError(json);

        Assert.Equal(path, error.Path);
        Assert.Contains("twice", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "server": [] }""", "$.server", "expected an object, found a list")]
    [InlineData("""{ "server": null }""", "$.server", "expected an object, found null")]
    [InlineData("""{ "providers": [] }""", "$.providers", "expected an object of providers by name, found a list")]
    [InlineData("""{ "providers": { "ollama": "http://localhost:11434" } }""", "$.providers.ollama", "expected an object, found a string")]
    [InlineData("""{ "server": { "maxRequestBytes": "5" } }""", "$.server.maxRequestBytes", "expected a whole number, 1 or more, found a string")]
    [InlineData("""{ "server": { "maxRequestBytes": 1e99 } }""", "$.server.maxRequestBytes", "expected a whole number, 1 or more, found 1e99")]
    [InlineData("""{ "server": { "requireKeys": 1 } }""", "$.server.requireKeys", "expected one of auto, true, false, found a number")]
    [InlineData("""{ "server": { "urls": [] } }""", "$.server.urls", "is empty; expected a list of addresses, at least one")]
    [InlineData("""{ "server": { "urls": [null] } }""", "$.server.urls[0]", "found null")]
    [InlineData("""{ "server": { "urls": ["127.0.0.1:80"] } }""", "$.server.urls[0]", "write http://HOST:PORT")]
    [InlineData("""{ "server": { "urls": ["http://127.0.0.1:80/v1"] } }""", "$.server.urls[0]", "is not an address to listen on")]
    [InlineData("""{ "server": { "cors": { "origins": ["https://a.example/x"] } } }""", "$.server.cors.origins[0]", "is not an origin")]
    [InlineData("""{ "server": { "adminKey": " padded " } }""", "$.server.adminKey", "cannot be sent in a header")]
    [InlineData("""{ "providers": { "ollama": { "maxAttempts": 11 } } }""", "$.providers.ollama.maxAttempts", "from 1 to 10, found 11")]
    [InlineData("""{ "providers": { "ollama": { "locality": "house" } } }""", "$.providers.ollama.locality", "known here: cloud, local")]
    [InlineData("""{ "providers": { "ollama": { "headers": { "Host": "x" } } } }""", "$.providers.ollama.headers.Host", "set by Signalbox")]
    [InlineData("""{ "providers": { "a/b": { "dialect": "ollama", "baseUrl": "http://x" } } }""", "$.providers['a/b']", "before a slash")]
    [InlineData("""{ "providers": { "local": { "dialect": "ollama", "baseUrl": "http://x" } } }""", "$.providers.local", "Signalbox's own models")]
    [InlineData("""{ "providers": { "ollama": {} }, "models": { "a b": { "provider": "ollama" } } }""", "$.models['a b']", "printable ASCII")]
    [InlineData("""{ "providers": { "ollama": {} }, "models": { "m": { "provider": "ollama", "quality": 2 } } }""", "$.models.m.quality", "from 0 to 1, found 2")]
    [InlineData("""{ "providers": { "ollama": {} }, "models": { "m": { "provider": "ollama", "upstream": "" } } }""", "$.models.m.upstream", "found an empty string")]
    [InlineData("""{ "providers": { "ollama": {} }, "models": { "m": { "provider": "ollama", "price": { "input": 1 } } } }""", "$.models.m.price.output", "is missing")]
    [InlineData("""{ "providers": { "ollama": {} }, "models": { "m": { "provider": "ollama", "useCases": null } } }""", "$.models.m.useCases", "found null")]
    [InlineData("""{ "ledger": { "store": "postgres" } }""", "$.ledger.connection", "is missing")]
    [InlineData("""{ "cache": { "store": "redis", "connection": "${REDIS:-}" } }""", "$.cache.connection", "is missing")]
    [InlineData("""{ "limits": { "store": "rediss" } }""", "$.limits.store", "did you mean 'redis'?")]
    [InlineData("""{ "budgets": { "daily": { "usd": -1 } } }""", "$.budgets.daily.usd", "0 or more, found -1")]
    [InlineData("{ \"providers\": { \"ollama\": { \"apiKey\": \"\\ud800\" } } }", "$.providers.ollama.apiKey", "surrogate")]
    [InlineData("{ \"providers\": { \"\\ud800\": {} } }", "$.providers", "surrogate")]
    public void A_wrong_value_says_where_it_is_and_what_was_expected(string json, string path, string message)
    {
        var error = Given.OneError(json);

        Assert.Equal(path, error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_means_not_given_where_nothing_is_the_default()
    {
        var config = Given.Valid("""
            { "providers": { "ollama": { "apiKey": null, "baseUrl": null, "dialect": null, "maxAttempts": null } },
              "models": { "m": { "provider": "ollama", "price": null, "contextWindow": null } }, "budgets": null }
            """);

        Assert.Null(config.Providers["ollama"].ApiKey);
        Assert.Equal("http://localhost:11434", config.Providers["ollama"].BaseUrl);
        Assert.Null(config.Models["m"].Price);
        Assert.Null(config.Budgets);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var json = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000);

        Assert.Contains("nested deeper", Given.OneError(json).Message, StringComparison.Ordinal);
    }
}
