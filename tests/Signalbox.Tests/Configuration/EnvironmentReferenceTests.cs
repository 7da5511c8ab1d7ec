using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

public class EnvironmentReferenceTests
{
    [Theory]
    [InlineData("${KEY}", "from-the-environment")]
    [InlineData("${KEY:-else}", "from-the-environment")]
    [InlineData("${UNSET:-else}", "else")]
    [InlineData("${EMPTY:-else}", "else")]
    [InlineData("${UNSET:-a:-b}", "a:-b")]
    [InlineData("a-${KEY}-${UNSET:-b}-c", "a-from-the-environment-b-c")]
    [InlineData("$KEY", "$KEY")]
    [InlineData("{KEY}", "{KEY}")]
    [InlineData("${NESTED}", "${KEY}")]
    [InlineData("${UNSET:-}", null)]
    [InlineData("${EMPTY}", null)]
    [InlineData("", null)]
    public void References_are_filled_once_and_an_empty_result_means_not_given(string text, string? expected)
    {
        var environment = Given.Environment(("KEY", "from-the-environment"), ("EMPTY", ""), ("NESTED", "${KEY}"));

        var config = Given.Valid($$"""{ "providers": { "ollama": { "apiKey": "{{text}}" } } }""", environment);

        Assert.Equal(expected, config.Providers["ollama"].ApiKey);
    }

    [Theory]
    [InlineData("${MISSING}", "the environment variable MISSING is not set")]
    [InlineData("${A}${B}", "A is not set; set it (a .env file beside the config will do) or write ${A:-default}; the environment variable B is not set")]
    [InlineData("${OPEN", "never closed")]
    [InlineData("${}", "'' is not the name of an environment variable")]
    [InlineData("${a b}", "'a b' is not the name of an environment variable")]
    [InlineData("${1A}", "is not the name")]
    [InlineData("${A:-${B}}", "cannot hold another reference")]
    public void A_reference_that_cannot_be_filled_is_an_error_that_names_it(string text, string message)
    {
        var error = Given.OneError($$"""{ "providers": { "ollama": { "apiKey": "{{text}}" } } }""");

        Assert.Equal("$.providers.ollama.apiKey", error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void References_are_filled_in_every_kind_of_text()
    {
        var config = Given.Valid("""
            { "server": { "urls": ["http://127.0.0.1:${PORT}"] },
              "providers": { "mine": { "dialect": "${DIALECT}", "baseUrl": "http://${HOST}/v1", "locality": "${WHERE:-local}", "idleTimeout": "${IDLE}",
                             "headers": { "x-team": "${TEAM}", "x-none": "${NONE:-}" } } },
              "models": { "m": { "provider": "${WHO}", "upstream": "m-${DIALECT}" } } }
            """, Given.Environment(("PORT", "81"), ("DIALECT", "ollama"), ("HOST", "box"), ("IDLE", "9s"), ("TEAM", "blue"), ("WHO", "mine")));

        var provider = config.Providers["mine"];
        Assert.Equal(["http://127.0.0.1:81"], config.Server.Urls);
        Assert.Equal(("ollama", "http://box", Locality.Local, TimeSpan.FromSeconds(9)), (provider.Dialect, provider.BaseUrl, provider.Locality, provider.IdleTimeout));
        Assert.Equal([new("x-team", "blue")], provider.Headers);
        Assert.Equal("m-ollama", config.Models["m"].Upstream);
    }

    [Fact]
    public void A_list_has_no_place_for_a_reference_that_came_out_empty()
    {
        var error = Given.OneError("""{ "providers": { "ollama": {} }, "routes": { "r": { "models": ["ollama/a", "${MORE:-}"] } } }""");

        Assert.Equal("$.routes.r.models[1]", error.Path);
    }

    [Fact]
    public void A_required_field_that_comes_out_empty_is_missing()
    {
        var error = Given.OneError("""{ "models": { "m": { "provider": "${WHO:-}" } } }""");

        Assert.Equal("$.models.m.provider", error.Path);
        Assert.StartsWith("is missing", error.Message, StringComparison.Ordinal);
    }
}
