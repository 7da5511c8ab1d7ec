using System.Text;
using System.Text.RegularExpressions;
using Signalbox.Configuration;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Strategies;

/// <summary>The pages on routing show configurations that load; the one on strategies shows each of them.</summary>
public partial class StrategyDocsTests
{
    private const string Up = """ "up": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9/v1" } """;
    private const string Routes = """ "frontier": { "models": ["large"] }, "open_source": { "models": ["small"] } """;

    [Fact]
    public void Every_strategy_has_a_section_with_an_example_of_its_own()
    {
        var examples = Examples("strategies").Select(static config => config.Routes["example"].Strategy).ToArray();
        Assert.All(RouteConfig.StrategyWords, word =>
        {
            Assert.Contains($"\n### {word}\n", Page("strategies"), StringComparison.Ordinal);
            Assert.Contains(word, examples);
        });
    }

    [Theory]
    [InlineData("cascade", 3)]
    [InlineData("resilience", 1)]
    [InlineData("sensitivity", 1)]
    public void Every_example_of_a_page_loads(string page, int least) => Assert.InRange(Examples(page).Count(), least, int.MaxValue);

    private static string Page(string name) => Repository.Read($"docs/{name}.md");

    private static IEnumerable<SignalboxConfig> Examples(string page)
    {
        foreach (Match block in Block().Matches(Page(page)))
        {
            var json = Whole(block.Groups[1].Value);
            var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes(json), new Dictionary<string, string>());
            Assert.True(result.Config is not null, $"{block.Value}\n{string.Join('\n', result.Problems)}");
            yield return result.Config!;
        }
    }

    // An example is a route, or some sections of a file; what it does not show stands around it here.
    private static string Whole(string example)
    {
        var sections = example.TrimStart().StartsWith('"') ? example : $$""" "routes": { "example": {{example}}, {{Routes}} } """;
        var models = """ "big": { "provider": "up" }, "large": { "provider": "up" }, "small": { "provider": "up" } """;
        sections = sections.Contains("\"models\": {", StringComparison.Ordinal)
            ? sections.Replace("\"models\": {", $"\"models\": {{ {models},", StringComparison.Ordinal)
            : $"\"models\": {{ {models} }}, {sections}";
        return $$"""{ "providers": { {{Up}}, "ollama": {}, "vllm": {}, "anthropic": { "apiKey": "k" } }, {{sections}} }""";
    }

    [GeneratedRegex("```jsonc\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
