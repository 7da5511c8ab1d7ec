using System.Collections.Concurrent;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;

namespace Signalbox.FunctionalTests.Plain;

/// <summary>Which version answers, and how that is changed while requests are on their way.</summary>
public sealed class VersionSwitchTests
{
    private const int Requests = 300;
    private const int Callers = 20;
    private const int Batch = 20;

    [Fact]
    public async Task A_version_that_does_not_answer_or_is_not_known_changes_nothing()
    {
        await using var bench = await PlainBench.StartAsync();
        bench.Upstream.On("beta", static call => call.AnswerAsync(500, "text/plain", "no"));

        var unhealthy = await bench.SwitchAsync("beta_v1");
        var unknown = await bench.SwitchAsync("gamma_v1");
        var nowhere = await bench.SwitchAsync("gone_v1");

        Assert.Equal((409, "upstream_unavailable"), (unhealthy.Status, unhealthy.ErrorWord));
        Assert.Equal((404, "not_found"), (unknown.Status, unknown.ErrorWord));
        foreach (var name in (string[])["alpha_v1", "beta_v1", PlainBench.Local, "gemini_2.0_flash_v1.0.0", "qlora_vllm_finetuned_model_v1.0.0"])
        {
            Assert.Contains(name, unknown.Text, StringComparison.Ordinal);
        }

        Assert.Equal((409, "upstream_unavailable"), (nowhere.Status, nowhere.ErrorWord));
        Assert.Equal(PlainBench.Local, bench.Gateway.Runtime.Versions.Active.Name);
    }

    [Fact]
    public async Task An_adapter_that_is_not_there_is_no_version_to_switch_to()
    {
        await using var bench = await PlainBench.StartAsync();

        var answer = await bench.SwitchAsync("qlora");

        Assert.Equal((409, "upstream_unavailable"), (answer.Status, answer.ErrorWord));
        Assert.Contains("local.models.banking.adapters", answer.Text, StringComparison.Ordinal);
        Assert.Contains("banking-qlora", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_runs_the_gateway_may_switch()
    {
        await using var bench = await PlainBench.StartAsync(""", "server": { "adminKey": "secret-of-the-admin" }""");

        Assert.Equal(401, (await bench.SwitchAsync("alpha")).Status);
        Assert.Equal(200, (await bench.SwitchAsync("alpha", ("Authorization", "Bearer secret-of-the-admin"))).Status);
    }

    [Fact]
    public async Task A_request_that_is_on_its_way_ends_on_the_version_that_it_began_with()
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.Forget();
        bench.Upstream.On("beta", async call =>
        {
            await goOn.Task;
            await PlainBench.SayAsync(call, "beta", logprobs: false);
        });
        var old = bench.ChatAsync("hi");
        await Patience.For(bench.Upstream.NextCallAsync(), "the call of the old version");

        Assert.Equal(200, (await bench.SwitchAsync("alpha")).Status);
        var begun = await bench.ChatAsync("hi");
        goOn.SetResult();
        var ended = await old;

        Assert.Equal(("alpha_v1", "beta_v1"), (begun.Json.GetProperty("model_version").GetString(), ended.Json.GetProperty("model_version").GetString()));
        Assert.Equal("beta beta beta", ended.Json.GetProperty("response").GetString());
    }

    [Fact]
    public async Task While_versions_are_switched_under_load_no_request_fails_and_no_answer_is_mixed()
    {
        await using var bench = await PlainBench.StartAsync();
        var seen = new ConcurrentDictionary<string, int>();
        var left = Requests;
        using var asked = new SemaphoreSlim(0);
        using var answered = new SemaphoreSlim(0);
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) is >= 0 and var number)
            {
                await asked.WaitAsync(Patience.Token);
                var answer = (number % 3) switch
                {
                    0 => await bench.ChatAsync($"question {number}"),
                    1 => await bench.CompleteAsync(",\"max_tokens\":8"),
                    _ => await bench.CompleteAsync(",\"max_tokens\":8", "/api/v1/chat/completions/stream"),
                };
                seen.AddOrUpdate(Check(answer, number % 3), 1, static (_, count) => count + 1);
                answered.Release();
            }
        }, Patience.Token)).ToArray();
        var all = Task.WhenAll(callers);
        string[] names = ["alpha_v1", "beta_v1", PlainBench.Local];
        for (var begun = 0; begun < Requests; begun += Batch)
        {
            Assert.Equal(200, (await bench.SwitchAsync(names[begun / Batch % names.Length])).Status);
            asked.Release(Batch);

            // As many answers as all batches before and half of this one: every version answers some, and the rest is under way while the next switch is made.
            for (var i = begun == 0 ? Batch / 2 : 0; i < Batch; i++)
            {
                await answered.WaitAsync(Patience.Token);
            }
        }

        await Patience.For(all, "all answers");
        Assert.Equal(Requests, seen.Values.Sum());
        Assert.Equal(names.Order(), seen.Keys.Order());
    }

    [Fact]
    public async Task Two_switches_at_once_are_made_one_after_the_other()
    {
        await using var bench = await PlainBench.StartAsync();

        var answers = await Task.WhenAll(bench.SwitchAsync("alpha_v1"), bench.SwitchAsync("beta_v1"));

        Assert.All(answers, static answer => Assert.Equal(200, answer.Status));
        var (first, second) = answers[0].Json.GetProperty("previous_version").GetString() == PlainBench.Local ? (answers[0], answers[1]) : (answers[1], answers[0]);
        Assert.Equal(first.Json.GetProperty("model_version").GetString(), second.Json.GetProperty("previous_version").GetString());
        Assert.Equal(second.Json.GetProperty("model_version").GetString(), bench.Gateway.Runtime.Versions.Active.Name);
    }

    [Fact]
    public async Task The_environment_names_the_version_to_begin_with_and_an_unknown_one_ends_with_2_and_the_known()
    {
        const string Config = """{ "providers": { "openai": { "apiKey": "k" } }, "versions": { "mine_v1": { "model": "openai/gpt-4o" } } }""";

        var (code, _, errors) = await ServerProcess.RunAsync(["serve"], Config, ("LLM_MODEL_VERSION", "yours_v1"));

        Assert.Equal(2, code);
        Assert.Contains("LLM_MODEL_VERSION", errors, StringComparison.Ordinal);
        Assert.Contains("mine_v1", errors, StringComparison.Ordinal);
        Assert.Contains("custom_model_built_0.0.0", errors, StringComparison.Ordinal);
    }

    /// <summary>The version that an answer says it is of, once everything in it is of that version.</summary>
    private static string Check(CallerAnswer answer, int kind)
    {
        Assert.True(answer is { Status: 200, Broke: false }, answer.Text);
        var version = answer.Headers["x-signalbox-model-version"];
        var word = version.Split('_')[0];
        var text = kind switch
        {
            0 => answer.Json.GetProperty("response").GetString()!,
            1 => answer.Json.GetProperty("content").GetString()!,
            _ => answer.Text,
        };
        if (kind < 2)
        {
            Assert.Equal(version, answer.Json.GetProperty(kind == 0 ? "model_version" : "model").GetString());
        }
        else
        {
            Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        }

        Assert.Equal(word switch { "alpha" => "openai/gpt-4o", "beta" => "beta/any", _ => "local/banking" }, answer.Headers["x-signalbox-model"]);
        Assert.Equal(word == "alpha" ? 3 : 0, text.Split("alpha").Length - 1);
        Assert.Equal(word == "beta" ? 3 : 0, text.Split("beta").Length - 1);
        return version;
    }
}
