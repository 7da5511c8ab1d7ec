using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Sampling;

public sealed class ConstrainedSamplingTests
{
    private static readonly SamplingOptions Plain = new() { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = 11 };

    [Fact]
    public void Greedy_choice_is_the_best_of_what_is_allowed()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var logits = SamplerTests.Logits(150, round);
            int[] allowed = [.. Enumerable.Range(0, 150).Where(_ => random.Next(10) == 0).Append(random.Next(150)).Distinct().Order()];

            var token = new Sampler(Plain with { Temperature = 0 }, 150).Sample((float[])logits.Clone(), new AllowedTokens(allowed));

            Assert.Equal(allowed.MaxBy(candidate => logits[candidate]), token);
        }
    }

    [Fact]
    public void A_choice_that_is_allowed_asks_for_no_mask()
    {
        var constraint = new AllowedTokens(2);

        Assert.Equal(2, new Sampler(Plain with { Temperature = 0 }, 4).Sample([0, 1, 9, 3], constraint));
        Assert.Equal(0, constraint.MasksFilled);
    }

    [Fact]
    public void Draws_that_nothing_truncates_follow_the_masked_softmax()
    {
        var logits = SamplerTests.Logits(30, 2);
        int[] allowed = [1, 5, 7, 20, 29];
        var masked = logits.Select((logit, token) => allowed.Contains(token) ? logit : float.NegativeInfinity).ToArray();

        var draws = SamplerTests.Draw(Plain, logits, 20_000, new AllowedTokens(allowed));

        SamplerTests.AssertFollows(SamplerTests.Softmax(masked, 1), draws);
    }

    [Theory]
    [InlineData(3, 1f, 0f)]
    [InlineData(0, 0.5f, 0f)]
    [InlineData(400, 0.9f, 0.5f)]
    public void Truncated_draws_are_always_allowed(int topK, float topP, float minP)
    {
        var logits = SamplerTests.Logits(500, 3);
        int[] allowed = [0, 63, 64, 127, 499];

        var draws = SamplerTests.Draw(Plain with { TopK = topK, TopP = topP, MinP = minP }, logits, 500, new AllowedTokens(allowed));

        Assert.All(draws.Keys, token => Assert.Contains(token, allowed));
    }

    [Fact]
    public void An_allowed_token_without_a_logit_is_better_than_one_that_is_not_allowed() =>
        Assert.Equal(2, new Sampler(Plain, 4).Sample([1, 2, float.NaN, float.NegativeInfinity], new AllowedTokens(2, 3)));

    [Fact]
    public void Logits_that_are_no_numbers_are_told_apart_from_a_constraint_that_allows_nothing() =>
        Assert.Equal(Sampler.NoNumbers, new Sampler(Plain, 3).Sample([float.NaN, float.NaN, float.NegativeInfinity], new AllowedTokens(1)));

    [Fact]
    public void Where_nothing_is_allowed_there_is_no_token() =>
        Assert.Equal(-1, new Sampler(Plain, 3).Sample([1, 2, 3], new AllowedTokens()));
}
