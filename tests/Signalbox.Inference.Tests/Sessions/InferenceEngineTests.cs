using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.LoadedEngine;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class InferenceEngineTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("qwen2")]
    [InlineData("gemma2")]
    [InlineData("phi3")]
    public async Task Eight_conversations_at_once_get_the_answers_that_each_gets_alone(string architecture)
    {
        var model = new RandomModel { Architecture = architecture };
        var requests = Enumerable.Range(0, 8).Select(i => Request(Prompt(i, 5 + i * 9), 24)).ToArray();
        var alone = new List<int[]>();
        await using (var single = new LoadedEngine(model, Options with { MaximumSlots = 1 }))
        {
            foreach (var request in requests)
            {
                alone.Add(await single.TokensAsync(request));
            }
        }

        await using var engine = new LoadedEngine(model);
        var together = await Task.WhenAll(requests.Select(engine.TokensAsync));

        Assert.Equal(alone, together);
        Assert.True(alone.Select(tokens => string.Join(',', tokens)).Distinct().Count() > 4, "the answers must differ to prove anything");
        Assert.Equal(together.Sum(tokens => tokens.Length), engine.Engine.Statistics.GeneratedTokens);
    }

    [Fact]
    public async Task A_beginning_that_eight_requests_share_is_computed_once_and_changes_no_answer()
    {
        var shared = Prompt(0, 300);
        var requests = Enumerable.Range(1, 8).Select(i => Request([.. shared, 262 + i, .. Prompt(i, 6)], 16)).ToArray();
        await using var single = new LoadedEngine(options: Options with { MaximumSlots = 1 });
        await using var engine = new LoadedEngine();

        var answers = await Task.WhenAll(requests.Select(engine.AnswerAsync));

        var statistics = engine.Engine.Statistics;
        Assert.Equal(300 + 8 * 7, statistics.PromptTokens);
        Assert.Equal(7 * 300, statistics.ReusedTokens);
        Assert.Equal(7 * 300, answers.Sum(events => events[^1].Usage!.CachedTokens));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(await single.TokensAsync(requests[i]), answers[i].Where(step => step.Token >= 0).Select(step => step.Token));
        }
    }

    [Fact]
    public async Task A_seed_repeats_an_answer_and_another_one_does_not()
    {
        await using var engine = new LoadedEngine();
        var request = Request(Prompt(1, 8), 20) with { Sampling = new SamplingOptions { Temperature = 1.2f, TopK = 0, TopP = 1, MinP = 0, Seed = 7 } };
        var first = await engine.TokensAsync(request);
        Assert.Equal(first, await engine.TokensAsync(request));
        Assert.NotEqual(first, await engine.TokensAsync(request with { Sampling = request.Sampling with { Seed = 8 } }));
    }

    [Fact]
    public async Task A_cancelled_answer_frees_its_slot_while_others_go_on()
    {
        await using var engine = new LoadedEngine(options: Options with { MaximumSlots = 2, MinimumSlots = 2 });
        using var cancel = new CancellationTokenSource();
        var other = engine.TokensAsync(Request(Prompt(2, 4), 200));
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.Engine.GenerateAsync(Request(Prompt(1, 4), 400), cancel.Token))
            {
                if (++seen == 3)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        Assert.Equal(3, seen);
        var next = await engine.TokensAsync(Request(Prompt(3, 4), 5));
        Assert.InRange(next.Length, 1, 5);
        await other;
        Assert.Equal(0, engine.Engine.Statistics.ActiveSlots);
    }

    [Fact]
    public async Task A_reader_who_goes_away_ends_the_answer()
    {
        await using var engine = new LoadedEngine();
        await foreach (var _ in engine.Engine.GenerateAsync(Request(Prompt(1, 4), 400), TestContext.Current.CancellationToken))
        {
            break;
        }

        await engine.TokensAsync(Request(Prompt(2, 4), 3));
        Assert.Equal(0, engine.Engine.Statistics.ActiveSlots);
        Assert.InRange(engine.Engine.Statistics.GeneratedTokens, 1, 200);
    }

    [Fact]
    public async Task The_text_is_that_of_the_tokens_and_a_stop_text_is_not_part_of_it()
    {
        await using var engine = new LoadedEngine();
        var request = Request(Prompt(1, 8), 60);
        var events = await engine.AnswerAsync(request);
        var whole = string.Concat(events.Select(step => step.Text));
        Assert.True(whole.Length > 10, whole);
        var stop = whole.Substring(whole.Length / 2, 3);

        var stopped = await engine.AnswerAsync(request with { StopTexts = [stop, "never in it"] });

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], string.Concat(stopped.Select(step => step.Text)));
        Assert.Equal((EndReason.Stop, stop), (stopped[^1].End, stopped[^1].StopText));
        Assert.Equal(stopped.Count(step => step.Token >= 0), stopped[^1].Usage!.AnswerTokens);
    }

    [Fact]
    public async Task Log_probabilities_come_with_their_alternatives()
    {
        await using var engine = new LoadedEngine();
        var events = await engine.AnswerAsync(Request(Prompt(1, 8), 5) with { TopLogProbabilities = 3 });
        Assert.All(events.Where(step => step.Token >= 0), step =>
        {
            Assert.Equal(3, step.Alternatives!.Count);
            Assert.Equal((step.Token, step.LogProbability), (step.Alternatives[0].Token, step.Alternatives[0].LogProbability));
            Assert.InRange(step.Alternatives.Sum(other => Math.Exp(other.LogProbability)), 0.001, 1.00001);
        });
    }

    [Fact]
    public async Task A_prompt_that_does_not_fit_is_refused_with_both_numbers()
    {
        await using var engine = new LoadedEngine(options: Options with { ContextLength = 100 });
        var events = await engine.AnswerAsync(Request(Prompt(1, 100), 5));
        var fault = Assert.Single(events).Fault;
        Assert.Equal(EngineFaultKind.ContextLength, fault?.Kind);
        Assert.Contains("100 tokens", fault!.Message);
    }

    [Fact]
    public async Task Closing_ends_running_answers_with_a_fault_and_refuses_later_ones()
    {
        var engine = new LoadedEngine(new RandomModel { ContextLength = 8192 });
        var answer = engine.Engine.GenerateAsync(Request(Prompt(1, 4), 8000), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await answer.MoveNextAsync());
        await engine.DisposeAsync();
        while (await answer.MoveNextAsync() && answer.Current.End is null)
        {
        }

        Assert.Equal(EngineFaultKind.Failed, answer.Current.Fault?.Kind);
        await answer.DisposeAsync();
        Assert.Equal(EngineFaultKind.Failed, Assert.Single(await engine.AnswerAsync(Request(Prompt(1, 4), 3))).Fault?.Kind);
    }
}
