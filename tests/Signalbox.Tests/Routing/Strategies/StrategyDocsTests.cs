using System.Text;
using System.Text.RegularExpressions;
using Signalbox.Configuration;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Strategies;

/// <summary>The page on strategies shows each of them, as configurations that load.</summary>
public partial class StrategyDocsTests
{
    private static readonly string Page = Repository.Read("docs/strategies.md");

    [Fact]
    public void Every_strategy_has_a_section_with_an_example_of_its_own()
    {
        var examples = Examples().Select(static route => route.Strategy).ToArray();
        Assert.All(RouteConfig.StrategyWords, word =>
        {
            Assert.Contains($"\n### {word}\n", Page, StringComparison.Ordinal);
            Assert.Contains(word, examples);
        });
    }

    private static IEnumerable<RouteConfig> Examples()
    {
        foreach (Match block in Block().Matches(Page))
        {
            var json = $$"""
                { "providers": { "up": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9/v1" } },
                  "models": { "big": { "provider": "up" }, "small": { "provider": "up" } },
                  "routes": { "example": {{block.Groups[1].Value}}, "frontier": { "models": ["big"] }, "open_source": { "models": ["small"] } } }
                """;
            var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes(json), new Dictionary<string, string>());
            Assert.True(result.Config is not null, $"{block.Value}\n{string.Join('\n', result.Problems)}");
            yield return result.Config!.Routes["example"];
        }
    }

    [GeneratedRegex("```jsonc\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
