using System.Text.Json;
using Signalbox.FunctionalTests.Decisions;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Routing;

/// <summary>The strategy <c>learned</c> with weights of one's own, trained by the command and used by the running server.</summary>
public sealed class LearnedTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signalbox-tests-");

    private string Weights => Path.Combine(_folder.FullName, "own.weights");

    [Fact]
    public async Task Own_weights_choose_by_the_prompt_and_a_reload_takes_new_ones_of_the_same_path()
    {
        await TrainAsync(hardNeedsStrong: true);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.On("openai-chat", static call => Good.AnswerAsync(call, Wire.Of("openai-chat"), stream: false));
        await using var gateway = await GatewayHarness.StartAsync(Config(upstream, Weights));

        Assert.Equal(("s", "w"), (await AskAsync(gateway, "half", Hard(10)), await AskAsync(gateway, "half", Easy(11))));
        for (var i = 20; i < 30; i++)
        {
            Assert.Equal(("w", "w"), (await AskAsync(gateway, "never", Hard(i)), await AskAsync(gateway, "never", Easy(i))));
            Assert.Equal(("s", "s"), (await AskAsync(gateway, "always", Hard(i)), await AskAsync(gateway, "always", Easy(i))));
        }

        await TrainAsync(hardNeedsStrong: false);
        Assert.Equal("s", await AskAsync(gateway, "half", Hard(10)));
        gateway.Runtime.Swap(GatewayHarness.Parse(Config(upstream, Weights)));
        Assert.Equal(("w", "s"), (await AskAsync(gateway, "half", Hard(10)), await AskAsync(gateway, "half", Easy(11))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("these are no weights")]
    public async Task Weights_that_are_missing_or_broken_are_an_error_of_the_configuration_that_names_the_field(string? content)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(Weights, content, Patience.Token);
        }

        await using var upstream = await FakeUpstream.StartAsync();
        var refused = Assert.Throws<InvalidOperationException>(() => GatewayHarness.Parse(Config(upstream, Weights)));
        Assert.Contains("routes.half.learned.weights", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task TrainAsync(bool hardNeedsStrong)
    {
        var outcomes = Path.Combine(_folder.FullName, "outcomes.jsonl");
        var rows = Enumerable.Range(0, 120).Select(i =>
        {
            var isHard = i % 2 == 0;
            return $$"""{"prompt":"{{(isHard ? Hard(i) : Easy(i))}}","outcomes":{"weak":{{(isHard == hardNeedsStrong ? 0 : 1)}},"strong":1} }""";
        });
        await File.WriteAllLinesAsync(outcomes, rows, Patience.Token);
        var (code, _, errors) = await ServerProcess.RunAsync(["route", "train", "--outcomes", outcomes, "--out", Weights, "--weak", "weak", "--strong", "strong"]);
        Assert.True(code == 0, errors);
    }

    // Prompts of the training set: of others the predictor trusts their length more than its training.
    private static string Hard(int i) => $"Prove the theorem about the integral of function number {i} and derive its asymptotic bound rigorously.";

    private static string Easy(int i) => $"What colour is the little cat in picture {i}?";

    private static string Config(FakeUpstream upstream, string weights)
    {
        var path = $"\"{weights}\"";
        return SampleBench.Config(upstream, $$"""
            , "models": { "weak": { "provider": "openai-chat", "upstream": "w", "quality": 0.3 }, "strong": { "provider": "openai-chat", "upstream": "s", "quality": 0.9 } },
              "routes": {
                "half":   { "strategy": "learned", "models": ["weak", "strong"], "learned": { "weights": {{path}}, "weak": "weak", "strong": "strong", "strongShare": 0.5 } },
                "never":  { "strategy": "learned", "models": ["weak", "strong"], "learned": { "weights": {{path}}, "weak": "weak", "strong": "strong", "strongShare": 0 } },
                "always": { "strategy": "learned", "models": ["weak", "strong"], "learned": { "weights": {{path}}, "weak": "weak", "strong": "strong", "strongShare": 1 } } }
            """);
    }

    private static async Task<string> AskAsync(GatewayHarness gateway, string route, string prompt)
    {
        var answer = await gateway.AskAsync("/v1/chat/completions", Wire.Of("openai-chat").Request(route, false, prompt));
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(JsonValueKind.Number, (await gateway.DecisionOfAsync(answer)).At("profile", "strong_needed").ValueKind);
        return answer.Headers["x-signalbox-model"].Split('/')[1];
    }
}
