using System.Runtime.CompilerServices;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.SchedulerFixture;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class BatchingTests
{
    [Fact]
    public void Answers_that_generate_at_the_same_time_share_every_pass()
    {
        using var fixture = new SchedulerFixture(minimum: 3);
        var answers = Enumerable.Range(1, 3).Select(seed => fixture.Submit(Tokens(seed, 5), maxTokens: 10)).ToArray();

        fixture.Finish();

        Assert.Equal(10, fixture.Runner.Passes.Count);
        Assert.All(fixture.Runner.Passes, pass => Assert.Equal(3, pass.Length));
        Assert.All(answers, answer => Assert.Equal(FakeRunner.Expected(answer.Prompt, 10), Read(answer).Tokens));
    }

    [Fact]
    public void An_answer_that_comes_later_joins_the_running_ones()
    {
        using var fixture = new SchedulerFixture();
        var first = fixture.Submit(Tokens(1, 5), maxTokens: 10);
        fixture.Steps(4);
        var second = fixture.Submit(Tokens(2, 5), maxTokens: 3);
        fixture.Steps(1);

        Assert.Equal(2, fixture.Runner.Passes[^1].Length);
        fixture.Finish();
        Assert.Equal(10, fixture.Runner.Passes.Count);
        Assert.Equal(FakeRunner.Expected(first.Prompt, 10), Read(first).Tokens);
        Assert.Equal(FakeRunner.Expected(second.Prompt, 3), Read(second).Tokens);
    }

    [Fact]
    public void A_long_prompt_does_not_hold_up_the_next_token_of_others()
    {
        using var fixture = new SchedulerFixture(minimum: 2, batchTokens: 128);
        var quick = fixture.Submit(Tokens(1, 4), maxTokens: 60);
        fixture.Steps(1);
        var before = quick.AnswerTokens;
        var long1 = fixture.Submit(Tokens(2, 500), maxTokens: 1);
        for (var step = 1; step <= 20; step++)
        {
            fixture.Steps(1);
            Assert.Equal(before + step, quick.AnswerTokens);
            Assert.InRange(fixture.Runner.Passes[^1].Sum(piece => piece.Tokens), 2, 1 + 16);
        }

        fixture.Finish();
        Assert.Equal(FakeRunner.Expected(long1.Prompt, 1), Read(long1).Tokens);
    }

    [Fact]
    public void A_prompt_alone_gets_the_whole_pass()
    {
        using var fixture = new SchedulerFixture(batchTokens: 128);
        fixture.Submit(Tokens(2, 300), maxTokens: 1);
        fixture.Finish();
        Assert.Equal([128, 128, 44], fixture.Runner.Passes.Select(pass => pass.Sum(piece => piece.Tokens)));
    }

    [Fact]
    public void Prompts_share_a_pass_evenly_and_what_a_short_one_leaves_goes_to_the_long_one()
    {
        using var fixture = new SchedulerFixture(minimum: 3, batchTokens: 128);
        fixture.Submit(Tokens(1, 400), maxTokens: 1);
        fixture.Submit(Tokens(2, 10), maxTokens: 1);
        fixture.Submit(Tokens(3, 400), maxTokens: 1);
        fixture.Steps(1);
        Assert.Equal([10, 59, 59], fixture.Runner.Passes[0].Select(piece => piece.Tokens));
    }

    [Fact]
    public void A_prompt_that_eight_requests_share_is_computed_once()
    {
        using var fixture = new SchedulerFixture(batchTokens: 512);
        var shared = Tokens(0, 1000);
        var answers = Enumerable.Range(1, 8).Select(seed => fixture.Submit([.. shared, seed, .. Tokens(seed, 10)], maxTokens: 5)).ToArray();

        fixture.Finish();

        var statistics = fixture.Scheduler.Statistics;
        Assert.Equal(1000 + 8 * 11, statistics.PromptTokens);
        Assert.Equal(7 * 1000, statistics.ReusedTokens);
        Assert.Equal(40, statistics.GeneratedTokens);
        Assert.All(answers, answer => Assert.Equal(FakeRunner.Expected(answer.Prompt, 5), Read(answer).Tokens));
        Assert.Equal([0, .. Enumerable.Repeat(1000, 7)], answers.Select(answer => answer.Usage.CachedTokens));
    }

    [Fact]
    public void When_the_one_that_computes_a_shared_beginning_is_cancelled_another_goes_on_where_it_was()
    {
        using var fixture = new SchedulerFixture(batchTokens: 100);
        var shared = Tokens(0, 1000);
        var answers = Enumerable.Range(1, 3).Select(seed => fixture.Submit([.. shared, seed, 7], maxTokens: 2)).ToArray();
        fixture.Steps(4);
        fixture.Scheduler.Cancel(answers[0]);

        fixture.Finish();

        Assert.Equal(1000 + 2 * 2, fixture.Scheduler.Statistics.PromptTokens);
        Assert.Equal([400, 1000], answers[1..].Select(answer => answer.Usage.CachedTokens));
        Assert.All(answers[1..], answer => Assert.Equal(FakeRunner.Expected(answer.Prompt, 2), Read(answer).Tokens));
    }

    [Fact]
    public void The_next_turn_of_a_conversation_computes_only_what_is_new()
    {
        using var fixture = new SchedulerFixture();
        var first = fixture.Submit(Tokens(1, 30), maxTokens: 5);
        fixture.Finish();
        int[] conversation = [.. first.Prompt, .. Read(first).Tokens];

        var second = fixture.Submit([.. conversation, 3, 4], maxTokens: 5);
        fixture.Finish();

        // The last token of the first answer was never run.
        Assert.Equal(new GenerationUsage(37, 34, 5), second.Usage);
        Assert.Equal(FakeRunner.Expected(second.Prompt, 5), Read(second).Tokens);
        Assert.Equal(1, fixture.Scheduler.Statistics.Slots);
    }

    [Fact]
    public void The_same_prompt_again_still_computes_its_last_token()
    {
        using var fixture = new SchedulerFixture();
        var prompt = Tokens(1, 30);
        fixture.Submit(prompt, maxTokens: 2);
        fixture.Finish();
        var again = fixture.Submit(prompt, maxTokens: 2);
        fixture.Finish();
        Assert.Equal(new GenerationUsage(30, 29, 2), again.Usage);
        Assert.Equal(FakeRunner.Expected(prompt, 2), Read(again).Tokens);
    }

    [Fact]
    public void Another_conversation_takes_the_slot_that_rested_longest()
    {
        using var fixture = new SchedulerFixture(minimum: 2);
        fixture.Submit(Tokens(1, 30), maxTokens: 2);
        fixture.Submit(Tokens(2, 30), maxTokens: 9);
        fixture.Finish();
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        fixture.Submit(Tokens(3, 30), maxTokens: 2);
        fixture.Finish();
        var second = fixture.Submit([.. Tokens(2, 30), 8], maxTokens: 2);
        fixture.Finish();
        Assert.Equal(30, second.Usage.CachedTokens);
    }

    [Fact]
    public void Adapters_are_part_of_what_a_cache_holds()
    {
        using var fixture = new SchedulerFixture(minimum: 2);
        var adapter = (LoraAdapter)RuntimeHelpers.GetUninitializedObject(typeof(LoraAdapter));
        var prompt = Tokens(1, 40);
        var plain = fixture.Submit(prompt);
        var adapted = fixture.Submit(prompt, adapters: [new ActiveAdapter(adapter, 3)]);
        fixture.Finish();
        var again = fixture.Submit(prompt, adapters: [new ActiveAdapter(adapter, 3)]);
        var other = fixture.Submit(prompt, adapters: [new ActiveAdapter(adapter, 4)]);
        fixture.Finish();

        Assert.Equal([0, 0, 39, 0], new[] { plain, adapted, again, other }.Select(answer => answer.Usage.CachedTokens));
        Assert.Equal(FakeRunner.Expected(prompt, 4), Read(plain).Tokens);
        Assert.Equal(FakeRunner.Expected(prompt, 4, salt: 3), Read(adapted).Tokens);
        Assert.Equal(FakeRunner.Expected(prompt, 4, salt: 3), Read(again).Tokens);
        Assert.Equal(FakeRunner.Expected(prompt, 4, salt: 4), Read(other).Tokens);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Whatever_arrives_and_is_cancelled_when_every_answer_is_that_of_its_prompt_alone(int seed)
    {
        var random = new Random(seed);
        using var fixture = new SchedulerFixture(minimum: random.Next(1, 3), maximum: random.Next(3, 7), batchTokens: random.Next(20, 80));
        var beginnings = Enumerable.Range(0, 3).Select(i => Tokens(seed * 100 + i, random.Next(1, 90))).ToArray();
        var answers = new List<(Answer Answer, int Tokens, bool Cancelled)>();
        for (var step = 0; step < 400; step++)
        {
            if (random.Next(4) == 0)
            {
                int[] prompt = [.. beginnings[random.Next(3)], .. Tokens(random.Next(5), random.Next(1, 40))];
                var tokens = random.Next(1, 20);
                answers.Add((fixture.Submit(prompt, tokens, owner: random.Next(2) == 0 ? "a" : null), tokens, false));
            }

            if (random.Next(12) == 0 && answers.Count > 0)
            {
                var at = random.Next(answers.Count);
                fixture.Scheduler.Cancel(answers[at].Answer);
                answers[at] = answers[at] with { Cancelled = true };
            }

            if (random.Next(40) == 0)
            {
                fixture.Clock.Advance(TimeSpan.FromSeconds(70));
            }

            fixture.Steps(1);
        }

        fixture.Finish();
        Assert.All(answers, entry =>
        {
            var (tokens, last) = Read(entry.Answer);
            var expected = FakeRunner.Expected(entry.Answer.Prompt, entry.Tokens);
            Assert.Equal(expected[..tokens.Length], tokens);
            Assert.True(entry.Cancelled || (tokens.Length == entry.Tokens && last?.End == EndReason.Length));
        });
    }
}
