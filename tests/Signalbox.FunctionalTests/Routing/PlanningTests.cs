using System.Collections.Concurrent;
using System.Text.Json;
using Signalbox.FunctionalTests.Decisions;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Routing;

/// <summary>What a plan is made of, and what is left of it: conversations, dry runs, decisions, and what happens without a configuration.</summary>
public sealed class PlanningTests
{
    private const string Models = """
        , "models": {
            "home":  { "provider": "openai-chat", "upstream": "home", "price": { "input": 1, "output": 1, "cacheRead": 0.1 } },
            "other": { "provider": "openai-chat", "upstream": "other", "price": { "input": 0.9, "output": 1 } },
            "gift":  { "provider": "openai-chat", "upstream": "gift", "price": { "input": 0.001, "output": 0.001 } } }
        """;

    private static readonly Wire Chat = Wire.Of("openai-chat");
    private static readonly string Long = string.Join(' ', Enumerable.Range(0, 400).Select(static i => $"line {i} of the report"));

    [Fact]
    public async Task A_conversation_stays_where_its_cache_is_until_moving_saves_more_than_it_is_worth()
    {
        await using var bench = await SampleBench.StartAsync(Models + """, "routes": { "two": { "strategy": "cheapest", "models": ["home", "other"] }, "three": { "strategy": "cheapest", "models": ["home", "other", "gift"] } }""");
        bench.Upstream.On("openai-chat", static call => call.AnswerAsync(200, "application/json", new SaidAnswer("Hello", " there", 2000, 2).Complete(Chat)));

        Assert.Equal("other", ModelOf(await TurnAsync(bench, "two", "Somebody else's question. " + Long, 1)));
        Assert.Equal("home", ModelOf(await TurnAsync(bench, "two", Long, 1, ("x-signalbox-strategy", "ordered"))));
        var second = await TurnAsync(bench, "two", Long, 2);
        Assert.Equal("home", ModelOf(second));
        var decision = await bench.Gateway.DecisionOfAsync(second);
        Assert.Equal("openai-chat/home", decision.Str("profile", "conversation_was_at"));
        Assert.Equal([2002L, 0L], decision.Items("candidates").Select(static candidate => candidate.Num("cached_tokens")!.Value));
        Assert.Equal("gift", ModelOf(await TurnAsync(bench, "three", Long, 3)));
        Assert.Equal("gift", ModelOf(await TurnAsync(bench, "three", Long, 4)));
    }

    [Fact]
    public async Task A_dry_run_fills_in_the_whole_profile_and_uses_up_no_turn()
    {
        await using var bench = await SampleBench.StartAsync(Models + """, "routes": { "turns": { "strategy": "round_robin", "models": ["home", "other"] } }""");
        var body = Chat.Request("turns", false, "Please translate this little letter to my grandmother into French, and keep it friendly.");
        foreach (var expected in (string[])["home", "other", "home"])
        {
            for (var i = 0; i < 3; i++)
            {
                var explained = await bench.Gateway.AskAsync("/admin/explain", body);
                Assert.True(explained.Status == 200, explained.Text);
                var profile = explained.Json.At("profile");
                Assert.Equal(("translation", "en"), (profile.Str("task"), profile.Str("language")));
                Assert.True(profile.At("difficulty").ValueKind == JsonValueKind.Number && profile.Str("complexity") is not null && profile.Num("input_tokens") > 5, profile.GetRawText());
                Assert.Equal(expected, explained.Json.Items("candidates").Single(static candidate => candidate.Num("order") == 1).Str("id"));
            }

            Assert.Equal(expected, ModelOf(await bench.Gateway.AskAsync(Chat.Path("", false), body)));
        }
    }

    [Fact]
    public async Task Decisions_are_read_while_200_requests_are_in_flight_and_hold_no_prompt_afterwards()
    {
        const int InFlight = 200;
        await using var bench = await SampleBench.StartAsync(Models + """, "routes": { "plain": { "models": ["home", "other"] }, "rules": { "strategy": "rules", "models": ["home", "other"] } }""");
        var arrived = new ConcurrentBag<int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.On("openai-chat", async call =>
        {
            arrived.Add(1);
            if (arrived.Count == InFlight)
            {
                all.TrySetResult();
            }

            await goOn.Task;
            await Good.AnswerAsync(call, Chat, stream: false);
        });
        var answers = Enumerable.Range(0, InFlight).Select(i => bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request(i % 2 == 0 ? "plain" : "rules", false, $"A whispered secret number {i}."))).ToList();
        await Patience.For(all.Task, "all calls upstream");
        var readers = Enumerable.Range(0, 4).Select(_ => ReadWhileAsync(bench.Gateway, Task.WhenAll(answers))).ToList();
        goOn.SetResult();
        Assert.All(await Patience.For(Task.WhenAll(answers), "all answers"), static answer => Assert.Equal(200, answer.Status));
        Assert.All(await Patience.For(Task.WhenAll(readers), "all readers"), static count => Assert.True(count >= InFlight));

        foreach (var answer in await Task.WhenAll(answers))
        {
            var decision = await bench.Gateway.DecisionOfAsync(answer);
            var isPlain = decision.Str("route") == "plain";
            Assert.Equal((false, false, !isPlain), (decision.Has("profile", "task"), decision.Has("profile", "language"), decision.Has("profile", "difficulty")));
            Assert.DoesNotContain("whispered", decision.GetRawText(), StringComparison.Ordinal);
        }

        Assert.All(bench.Gateway.Runtime.Decisions.Latest(InFlight), static decision => Assert.Null(decision.Plan!.Input.Profile));
    }

    [Fact]
    public async Task Without_a_route_auto_balances_and_says_what_to_do_about_a_card_number()
    {
        await using var bench = await SampleBench.StartAsync(Models);
        var answer = await bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request("auto", false));
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal("balanced", (await bench.Gateway.DecisionOfAsync(answer)).Str("strategy"));

        bench.Upstream.Forget();
        var refused = await bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request("auto", false, "Mail ada@example.org: my card is 4111 1111 1111 1111."));
        var message = Chat.ErrorMessage(refused);
        Assert.Equal((400, "no_candidate"), (refused.Status, refused.ErrorWord));
        Assert.Contains("locality is local", message, StringComparison.Ordinal);
        Assert.Contains("(card)", message, StringComparison.Ordinal);
        Assert.Contains("sensitivity.labels", message, StringComparison.Ordinal);
        Assert.DoesNotContain("4111", message, StringComparison.Ordinal);
        Assert.Empty(bench.Upstream.Calls);

        var said = await bench.Gateway.AskAsync(Chat.Path("", false), Chat.Request("auto", false), ("x-signalbox-sensitivity", "confidential"));
        Assert.DoesNotContain("sensitivity.labels", Chat.ErrorMessage(said), StringComparison.Ordinal);
    }

    private static async Task<int> ReadWhileAsync(GatewayHarness gateway, Task answers)
    {
        var read = 0;
        do
        {
            foreach (var decision in gateway.Runtime.Decisions.Latest(1000))
            {
                var answer = await gateway.GetAsync($"/admin/decisions/{decision.RequestId}");
                Assert.True(answer.Status == 200 && answer.Json.Str("request_id") == decision.RequestId, answer.Text);
                read++;
            }
        }
        while (!answers.IsCompleted);
        return read;
    }

    private static Task<CallerAnswer> TurnAsync(SampleBench bench, string route, string first, int turn, params (string, string)[] headers)
    {
        var more = string.Concat(Enumerable.Range(1, turn - 1).Select(static i => $$""",{"role":"assistant","content":"Hello there"},{"role":"user","content":"Go on {{i}}."}"""));
        return bench.Gateway.AskAsync("/v1/chat/completions", $$"""{"model":"{{route}}","messages":[{"role":"user","content":"{{first}}"}{{more}}]}""", headers);
    }

    private static string ModelOf(CallerAnswer answer)
    {
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Headers["x-signalbox-model"].Split('/')[1];
    }
}
