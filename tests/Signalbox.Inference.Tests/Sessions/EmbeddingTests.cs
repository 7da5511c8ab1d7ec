using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Transformer;
using static Signalbox.Inference.Tests.Sessions.SchedulerFixture;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class EmbeddingTests
{
    [Theory]
    [InlineData((int)Pooling.Mean)]
    [InlineData((int)Pooling.First)]
    [InlineData((int)Pooling.Last)]
    public async Task A_vector_is_the_pooled_states_at_unit_length_however_the_text_is_cut_into_passes(int pooling)
    {
        using var fixture = new SchedulerFixture(batchTokens: 30);
        int[][] texts = [Tokens(1, 100), Tokens(2, 7), Tokens(3, 1)];
        var jobs = texts.Select(text => Submit(fixture, text, (Pooling)pooling)).ToArray();
        fixture.Finish();
        for (var i = 0; i < texts.Length; i++)
        {
            var (vector, fault) = await jobs[i].Result;
            Assert.Null(fault);
            var expected = Expected(texts[i], (Pooling)pooling);
            Assert.All(expected.Zip(vector!), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public async Task Answers_and_texts_to_embed_take_turns_and_neither_starves()
    {
        using var fixture = new SchedulerFixture(minimum: 2, batchTokens: 20);
        var answer = fixture.Submit(Tokens(1, 5), maxTokens: 10);
        var text = Submit(fixture, Tokens(2, 60), Pooling.Mean);
        fixture.Finish();
        Assert.Equal(10 + 3, fixture.Runner.Passes.Count);
        Assert.All(fixture.Runner.Passes, pass => Assert.Single(pass));
        Assert.Equal([20, 20, 20], fixture.Runner.Passes.Take(6).Select(pass => pass[0].Tokens).Where(tokens => tokens == 20));
        Assert.Equal(FakeRunner.Expected(answer.Prompt, 10), Read(answer).Tokens);
        Assert.NotNull((await text.Result).Vector);
    }

    [Fact]
    public async Task A_model_that_looks_both_ways_gets_each_text_whole_and_keeps_nothing()
    {
        using var fixture = new SchedulerFixture(minimum: 3, batchTokens: 20, causal: false);
        var jobs = new[] { 12, 12, 15, 5 }.Select(length => Submit(fixture, Tokens(7, length), Pooling.Mean)).ToArray();
        fixture.Finish();
        Assert.Equal([12, 12, 15, 5], fixture.Runner.Passes.SelectMany(pass => pass).Select(piece => piece.Tokens).OrderBy(tokens => Array.IndexOf([12, 15, 5], tokens)));
        Assert.Equal(0, fixture.Scheduler.Statistics.CachedPositions);
        Assert.All(await Task.WhenAll(jobs.Select(job => job.Result)), result => Assert.NotNull(result.Vector));
    }

    [Fact]
    public void An_answer_may_go_on_behind_a_text_that_was_embedded_but_a_vector_needs_every_token()
    {
        using var fixture = new SchedulerFixture();
        var tokens = Tokens(1, 40);
        Submit(fixture, tokens, Pooling.Mean);
        fixture.Finish();
        var answer = fixture.Submit([.. tokens, 3]);
        fixture.Finish();
        Assert.Equal(40, answer.Usage.CachedTokens);
        Assert.Equal(FakeRunner.Expected(answer.Prompt, 4), Read(answer).Tokens);

        var before = fixture.Scheduler.Statistics.PromptTokens;
        Submit(fixture, tokens, Pooling.Mean);
        fixture.Finish();
        Assert.Equal(40, fixture.Scheduler.Statistics.PromptTokens - before);
    }

    private static EmbeddingJob Submit(SchedulerFixture fixture, int[] tokens, Pooling pooling)
    {
        var job = new EmbeddingJob(tokens, pooling, fixture.Runner.StateLength);
        Assert.Null(fixture.Scheduler.Submit(job));
        return job;
    }

    private static float[] Expected(int[] tokens, Pooling pooling)
    {
        var states = tokens.Select(FakeRunner.StateOf).ToArray();
        var sum = pooling switch
        {
            Pooling.First => states[0],
            Pooling.Last => states[^1],
            _ => [.. Enumerable.Range(0, 3).Select(i => states.Sum(state => state[i]))],
        };
        var length = MathF.Sqrt(sum.Sum(value => value * value));
        return [.. sum.Select(value => value / length)];
    }
}
