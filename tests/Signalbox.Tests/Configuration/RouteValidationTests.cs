namespace Signalbox.Tests.Configuration;

public class RouteValidationTests
{
    [Theory]
    [InlineData("""{ "r": { "models": ["a", "b"], "fallbacks": ["ollama/llama3:8b", "other", "auto"] }, "other": { "models": ["b"] } }""")]
    [InlineData("""{ "auto": { "models": ["meta-llama/llama-3"] } }""")]
    [InlineData("""{ "r": { "models": ["auto"] } }""")]
    [InlineData("""{ "r": { "models": ["s", "t"] }, "s": { "models": ["t"] }, "t": { "models": ["a"] } }""")]
    [InlineData("""{ "r": { "models": ["a", "ollama/x"], "weights": { "a": 1, "ollama/x": 2 }, "learned": { "weak": "ollama/x", "strong": "a" } } }""")]
    public void Models_routes_provider_names_and_auto_are_known_names(string routes) => Given.Valid(With(routes));

    [Theory]
    [InlineData("""{ "r": { "models": ["a", "gpt-4"] } }""", "$.routes.r.models[1]", "unknown model or route 'gpt-4'; did you mean 'gpt-4o'?")]
    [InlineData("""{ "r": { "models": ["a"], "fallbacks": ["outo"] } }""", "$.routes.r.fallbacks[0]", "did you mean 'auto'?")]
    [InlineData("""{ "r": { "models": ["olama/llama3"] } }""", "$.routes.r.models[0]", "unknown provider 'olama'; did you mean 'ollama'?")]
    [InlineData("""{ "r": { "models": ["ollama/"] } }""", "$.routes.r.models[0]", "write ollama/NAME")]
    [InlineData("""{ "r": { "models": ["local/bankng"] } }""", "$.routes.r.models[0]", "unknown model 'local/bankng'; there is no file in local.folder")]
    [InlineData("""{ "r": { "models": [] } }""", "$.routes.r.models", "is empty")]
    [InlineData("""{ "r": {} }""", "$.routes.r.models", "is missing")]
    [InlineData("""{ "a": { "models": ["b"] } }""", "$.routes.a", "the id of a model too")]
    [InlineData("""{ "r": { "models": ["r"] } }""", "$.routes.r.models[0]", "leads back to the route 'r'")]
    [InlineData("""{ "auto": { "models": ["a"], "fallbacks": ["auto"] } }""", "$.routes.auto.fallbacks[0]", "leads back to the route 'auto'")]
    [InlineData("""{ "r": { "models": ["s"] }, "s": { "models": ["a", "t"] }, "t": { "models": ["a"], "fallbacks": ["s"] } }""", "$.routes.t.fallbacks[0]", "leads back to the route 's'")]
    [InlineData("""{ "r": { "models": ["a"], "weights": { "aa": 1 } } }""", "$.routes.r.weights.aa", "unknown model or route 'aa'; did you mean 'a'?")]
    [InlineData("""{ "r": { "models": ["a"], "weights": { "r": 1 } } }""", "$.routes.r.weights.r", "'r' is a route; name a model")]
    [InlineData("""{ "r": { "models": ["a"], "experiment": { "shares": { "auto": 1 } } } }""", "$.routes.r.experiment.shares.auto", "'auto' is a route; name a model")]
    [InlineData("""{ "r": { "models": ["a"], "learned": { "strong": "olama/x" } } }""", "$.routes.r.learned.strong", "unknown provider 'olama'; did you mean 'ollama'?")]
    [InlineData("""{ "r": { "models": ["a"], "cascade": { "checker": "bb" } } }""", "$.routes.r.cascade.checker", "unknown model or route 'bb'")]
    public void A_name_that_leads_nowhere_or_back_is_an_error(string routes, string path, string message)
    {
        var error = Given.OneError(With(routes));

        Assert.Equal(path, error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_that_is_not_in_this_build_is_only_a_warning()
    {
        var result = Given.Parse(With("""{ "auto": { "models": ["a"], "fallbacks": ["local/banking"] } }"""));

        Assert.NotNull(result.Config);
        Assert.StartsWith("$.routes.auto.fallbacks[0]: the model local/banking is not in this build", Assert.Single(Given.WarningsOf(result)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", "add it to providers: \"openai\": { \"apiKey\": \"${OPENAI_API_KEY}\" }")]
    [InlineData("vllm", "add it to providers: \"vllm\": {}")]
    [InlineData("olama", "did you mean 'ollama'?")]
    public void A_model_at_an_unknown_provider_says_how_to_add_it(string provider, string hint)
    {
        var error = Given.OneError($$"""{ "providers": { "ollama": {} }, "models": { "m": { "provider": "{{provider}}" } } }""");

        Assert.Equal("$.models.m.provider", error.Path);
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_model_can_be_called_auto() =>
        Assert.Equal("$.models.auto", Given.OneError("""{ "providers": { "ollama": {} }, "models": { "auto": { "provider": "ollama" } } }""").Path);

    [Fact]
    public void A_broken_section_does_not_make_every_name_in_the_others_wrong() =>
        Assert.Equal("$.providers", Given.OneError("""{ "providers": [], "models": { "m": { "provider": "x" } }, "routes": { "r": { "models": ["m", "x/y"] } } }""").Path);

    [Fact]
    public void A_chain_of_ten_thousand_routes_is_followed_to_its_end()
    {
        var chain = string.Join(",", Enumerable.Range(0, 10_000).Select(i => $$"""{{'"'}}r{{i}}": { "models": ["r{{i + 1}}"] }"""));

        Given.Valid(With($$"""{ {{chain}}, "r10000": { "models": ["a"] } }"""));
    }

    private static string With(string routes) => $$"""
        { "providers": { "ollama": {} },
          "models": { "a": { "provider": "ollama" }, "b": { "provider": "ollama" }, "gpt-4o": { "provider": "ollama" }, "meta-llama/llama-3": { "provider": "ollama" } },
          "routes": {{routes}} }
        """;
}
