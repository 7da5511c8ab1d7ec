using System.Text.Json;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Experiments;

/// <summary>An experiment from its configuration to its verdict, over HTTP and in the terminal.</summary>
public sealed class ExperimentTests : IDisposable
{
    private const int Requests = 240;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signalbox-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_model_that_fails_a_third_of_its_calls_loses_to_one_that_does_not()
    {
        var wire = Wire.Of("openai-chat");
        await using var upstream = await FakeUpstream.StartAsync();
        var calls = 0;
        upstream.On("steady", call => call.AnswerAsync(200, "application/json", wire.Complete));
        upstream.On("shaky", call => Interlocked.Increment(ref calls) % 3 == 0
            ? call.AnswerAsync(500, "application/json", wire.Error("down"))
            : call.AnswerAsync(200, "application/json", wire.Complete));
        await using (var gateway = await GatewayHarness.StartAsync(Config(upstream), dataFolder: _folder.FullName))
        {
            Assert.Equal("not yet", Verdict(await ReportAsync(gateway), "shaky/m"));
            for (var i = 0; i < Requests; i++)
            {
                var answer = await gateway.AskAsync(wire.Path("desk", false), wire.Request("desk", false), ("x-signalbox-tags", $"team=t{i}"));
                Assert.Equal(200, answer.Status);
                var path = "/admin/feedback/" + answer.Headers["x-signalbox-request-id"];
                Assert.Equal(200, (await gateway.AskAsync(path, """{ "rating": "down" }""")).Status);

                // The latest word counts. What a fallback had to save came late, and its caller says so.
                Assert.Equal(200, (await gateway.AskAsync(path, answer.Headers["x-signalbox-attempts"] == "1" ? """{ "rating": "up", "comment": "good" }""" : """{ "score": 0.2 }""")).Status);
            }

            var report = await CountedAsync(gateway);
            Assert.Equal("steady/m", report.Str("winner"));
            Assert.Equal(("loser", "winner"), (Verdict(report, "shaky/m"), Verdict(report, "steady/m")));
            var shaky = Arm(report, "shaky/m");
            Assert.Equal(("loser", "loser"), (shaky.Str("compared", "errors", "verdict"), shaky.Str("compared", "feedback", "verdict")));
            Assert.Equal(calls / 3, shaky.GetProperty("errors").GetInt32());
            Assert.Equal(calls / 3, shaky.GetProperty("crossed_over").GetInt32());
            Assert.Equal(shaky.GetProperty("requests").GetInt32(), shaky.GetProperty("feedback_count").GetInt32());
            Assert.True(shaky.GetProperty("compared").GetProperty("errors").GetProperty("low").GetDouble() > 0);
            Assert.Single((await gateway.GetAsync("/admin/experiments")).Json.Items("experiments"));
        }

        var (code, output, errors) = await ServerProcess.RunAsync(["route", "experiments", "desk", "--json", "--data", _folder.FullName]);
        Assert.True(code == 0, errors);
        using var saved = JsonDocument.Parse(output);
        Assert.Equal("steady/m", saved.RootElement.Str("winner"));

        (code, output, errors) = await ServerProcess.RunAsync(["route", "experiments", "--data", _folder.FullName]);
        Assert.True(code == 0, errors);
        Assert.Contains("steady/m is the winner, by feedback.", output, StringComparison.Ordinal);
        Assert.Contains("steady/m (control)", output, StringComparison.Ordinal);

        (code, _, errors) = await ServerProcess.RunAsync(["route", "experiments", "desc", "--data", _folder.FullName]);
        Assert.Equal(2, code);
        Assert.Contains("Did you mean 'desk'?", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_is_kept_with_its_decision_and_refused_where_it_is_none()
    {
        await using var bench = await SampleBench.StartAsync();
        var wire = Wire.Of("openai-chat");
        var answer = await bench.Gateway.AskAsync(wire.Path("openai-chat/m", false), wire.Request("openai-chat/m", false));
        var id = answer.Headers["x-signalbox-request-id"];

        var taken = await bench.Gateway.AskAsync($"/admin/feedback/{id}", """{ "score": 0.75, "comment": "fine" }""");
        var refused = await bench.Gateway.AskAsync($"/admin/feedback/{id}", """{ "score": 2 }""");
        var unknown = await bench.Gateway.AskAsync("/admin/feedback/nobody", """{ "score": 1 }""");
        var wrong = await bench.Gateway.GetAsync($"/admin/feedback/{id}");
        var decision = (await bench.Gateway.GetAsync($"/admin/decisions/{id}")).Json;

        Assert.Equal((200, 400, 404, 405), (taken.Status, refused.Status, unknown.Status, wrong.Status));
        Assert.Equal("score", refused.Json.Str("error", "field"));
        Assert.Equal("fine", decision.Str("feedback", "comment"));
        Assert.Equal(0.75, decision.GetProperty("feedback").GetProperty("score").GetDouble());
        Assert.Equal(404, (await bench.Gateway.GetAsync("/admin/experiments/desk")).Status);
        Assert.Contains("POST /admin/feedback/{request-id}", (await bench.Gateway.GetAsync("/admin/feedback")).Text, StringComparison.Ordinal);
        Assert.Empty((await bench.Gateway.GetAsync("/admin/experiments")).Json.Items("experiments"));
    }

    private static string Config(FakeUpstream upstream) => $$"""
        { "providers": { "steady": { "dialect": "openai-chat", "baseUrl": "{{upstream.BaseUrl("steady")}}" }, "shaky": { "dialect": "openai-chat", "baseUrl": "{{upstream.BaseUrl("shaky")}}" } },
          "resilience": { "maxAttempts": 1, "breaker": { "enabled": false }, "cooldown": { "enabled": false } },
          "routes": { "desk": { "strategy": "ab", "models": ["steady/m", "shaky/m"], "experiment": { "by": "tag:team" } } } }
        """;

    /// <summary>The report once every request is in it: a caller has its answer a moment before.</summary>
    private static async Task<JsonElement> CountedAsync(GatewayHarness gateway)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Patience.Token);
        limit.CancelAfter(Patience.Limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            var report = await ReportAsync(gateway);
            if (report.Items("arms").Sum(static arm => arm.GetProperty("requests").GetInt32()) == Requests)
            {
                return report;
            }
        }
    }

    private static async Task<JsonElement> ReportAsync(GatewayHarness gateway)
    {
        var answer = await gateway.GetAsync("/admin/experiments/desk");
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }

    private static JsonElement Arm(JsonElement report, string model) => report.Items("arms").Single(arm => arm.Str("model") == model);

    private static string? Verdict(JsonElement report, string model) => Arm(report, model).Str("verdict");
}
