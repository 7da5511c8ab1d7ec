using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

public class SecretTests
{
    [Fact]
    public void No_printed_form_of_a_config_shows_a_secret()
    {
        var config = Given.Valid(Given.Loadable[0]);
        object[] parts =
        [
            config, config.Server, config.Server.Cors, config.Providers["mine"], config.Models["big"], config.Models["big"].Price!, config.Models["big"].Capabilities!,
            config.Routes["auto"], config.Ledger, config.Limits, config.Cache, config.Budgets!, config.Budgets!.Daily!,
            new ConfigResult(config, []),
        ];

        foreach (var part in parts)
        {
            foreach (var secret in Given.SecretsOfEveryField)
            {
                Assert.DoesNotContain(secret, part.ToString(), StringComparison.Ordinal);
            }
        }

        Assert.Contains("\"apiKey\":\"(hidden)\"", config.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"x-team\":\"(hidden)\"", config.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_the_wrong_place_is_named_by_its_variable_and_not_shown()
    {
        var result = Given.Parse("""
            { "server": { "urls": ["${SECRET}"] },
              "providers": { "mine": { "dialect": "${SECRET}", "baseUrl": "${SECRET}", "apiKey": "${SECRET}\n", "idleTimeout": "x${SECRET}", "locality": "${SECRET}" } },
              "models": { "m": { "provider": "${SECRET}" } },
              "routes": { "r": { "models": ["${SECRET}", "${SECRET}/x"] } } }
            """, Given.Environment(("SECRET", "sk-do-not-show")));

        Assert.Equal(9, Given.ErrorsOf(result).Length);
        Assert.DoesNotContain("sk-do-not-show", string.Join('\n', result.Problems), StringComparison.Ordinal);
        Assert.Contains("'${SECRET}'", Given.ErrorsOf(result).Single(e => e.StartsWith("$.models", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_written_out_is_not_quoted_when_it_is_wrong()
    {
        var error = Given.OneError("""{ "providers": { "ollama": { "apiKey": "line\nend" } } }""");

        Assert.DoesNotContain("line", error.Message.Replace("line end", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
