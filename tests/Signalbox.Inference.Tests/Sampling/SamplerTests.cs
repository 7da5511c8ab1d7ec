using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly SamplingOptions Plain = new() { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = 7 };

    [Fact]
    public void Temperature_0_takes_the_best_token_and_of_equals_the_lowest()
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 0 }, 5);

        Assert.Equal(1, sampler.Sample([0, 3, 3, -1, 2], null));
        Assert.Equal(0, sampler.Sample([5, 3, 5, -1, 5], null));
    }

    [Fact]
    public void The_best_token_is_found_wherever_it_stands()
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 0 }, 101);
        for (var best = 0; best < 101; best++)
        {
            var logits = Logits(101, 1);
            logits[best] = 50;
            Assert.Equal(best, sampler.Sample(logits, null));
        }
    }

    [Theory]
    [InlineData(0, 1f, 0f)]
    [InlineData(8, 1f, 0f)]
    [InlineData(0, 0.9f, 0f)]
    [InlineData(0, 1f, 0.1f)]
    public void The_same_seed_gives_the_same_answer_and_another_seed_another(int topK, float topP, float minP)
    {
        var options = Plain with { TopK = topK, TopP = topP, MinP = minP };

        var first = Answer(options);

        Assert.Equal(first, Answer(options));
        Assert.NotEqual(first, Answer(options with { Seed = 8 }));
    }

    [Fact]
    public void Without_a_seed_two_answers_differ() =>
        Assert.NotEqual(Answer(Plain with { Seed = null }), Answer(Plain with { Seed = null }));

    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    [InlineData(2f)]
    public void Draws_follow_softmax_at_the_temperature(float temperature)
    {
        var logits = Logits(20, 3);
        foreach (var options in new[] { Plain, Plain with { TopK = 20 }, Plain with { TopP = 0.999999f }, Plain with { MinP = 1e-9f } })
        {
            var draws = Draw(options with { Temperature = temperature }, logits, 20_000);
            AssertFollows(Softmax(logits, temperature), draws);
        }
    }

    [Fact]
    public void Top_k_draws_from_the_k_best_alone()
    {
        var logits = Logits(1000, 4);
        foreach (var k in new[] { 1, 2, 40, 256, 300, 999 })
        {
            var expected = Ranked(logits)[..k].ToHashSet();
            var drawn = Draw(Plain with { TopK = k, Temperature = 100 }, logits, 10 * k + 20);

            Assert.True(drawn.Keys.All(expected.Contains), $"top-k {k} drew another token");
            Assert.True(drawn.Count > 0.9 * k, $"top-k {k} drew only {drawn.Count} different tokens");
        }
    }

    [Fact]
    public void Top_p_keeps_the_smallest_set_that_has_the_mass()
    {
        foreach (var size in new[] { 30, 900 })
        {
            var logits = Logits(size, 5);
            var probabilities = Softmax(logits, 1);
            foreach (var p in new[] { 0.1f, 0.5f, 0.9f })
            {
                var mass = 0.0;
                var expected = Ranked(logits).TakeWhile(token => (mass += probabilities[token]) - probabilities[token] < p).ToHashSet();
                // At a high temperature every token that is kept comes soon.
                var drawn = Draw(Plain with { TopP = p, Temperature = 100 }, logits, 12 * expected.Count).Keys.ToHashSet();

                Assert.Subset(expected, drawn);
                Assert.Equal(expected.Count, drawn.Count);
            }
        }
    }

    [Fact]
    public void Min_p_keeps_what_has_its_share_of_the_best()
    {
        float[] logits = [0, MathF.Log(0.5f), MathF.Log(0.11f), MathF.Log(0.09f), -20];

        Assert.Equal([0, 1, 2], Draw(Plain with { MinP = 0.1f, Temperature = 10 }, logits, 2000).Keys.Order());
    }

    [Fact]
    public void The_best_token_is_always_kept()
    {
        foreach (var options in new[] { Plain with { TopP = 0 }, Plain with { MinP = 2 }, Plain with { TopP = -1 }, Plain with { TopK = 1 } })
        {
            Assert.Equal(2, new Sampler(options, 3).Sample([0, 1, 2], null));
        }
    }

    [Fact]
    public void Equal_logits_at_the_edge_of_top_k_keep_the_lowest_tokens()
    {
        var logits = new float[600];
        logits[599] = 1;
        foreach (var k in new[] { 3, 400 })
        {
            var drawn = Draw(Plain with { TopK = k }, logits, 10 * k + 20).Keys;
            Assert.All(drawn, token => Assert.True(token < k - 1 || token == 599));
        }
    }

    [Fact]
    public void Logits_that_are_no_numbers_never_win_and_never_crash()
    {
        const float nan = float.NaN, plus = float.PositiveInfinity, minus = float.NegativeInfinity;
        float[][] cases = [[nan, nan, nan], [minus, minus, minus], [nan, 1, minus], [plus, nan, plus], [minus, plus, 3], [float.MaxValue, -float.MaxValue, plus]];
        int[][] possible = [[Sampler.NoNumbers], [Sampler.NoNumbers], [1], [0, 2], [1], [0, 2]];
        foreach (var options in new[] { Plain, Plain with { TopK = 2 }, Plain with { TopP = 0.9f }, Plain with { Temperature = 0 }, Plain with { MinP = 0.1f, RepetitionPenalty = 1.5f }, Plain with { Temperature = float.NaN } })
        {
            for (var i = 0; i < cases.Length; i++)
            {
                var sampler = new Sampler(options, 3);
                sampler.Accept(1);
                Assert.Contains(sampler.Sample((float[])cases[i].Clone(), null), possible[i]);
            }
        }
    }

    [Fact]
    public void Options_beyond_all_sense_still_give_a_token()
    {
        float[] values = [0, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue];
        foreach (var value in values)
        {
            foreach (var k in new[] { int.MinValue, 0, 5, int.MaxValue })
            {
                var sampler = new Sampler(
                    new SamplingOptions { Temperature = value, TopK = k, TopP = value, MinP = value, RepetitionPenalty = value, PresencePenalty = value, FrequencyPenalty = value, PenaltyWindow = k, Seed = 1 }, 50);
                sampler.Accept(3);
                sampler.Accept(int.MaxValue);
                sampler.Accept(-5);
                Assert.InRange(sampler.Sample(Logits(50, 6), null), 0, 49);
            }
        }
    }

    [Fact]
    public void Sampling_allocates_nothing()
    {
        const int vocabulary = 20_000;
        var source = Logits(vocabulary, 9);
        var logits = new float[vocabulary];
        var constraint = new AllowedTokens(1, 2, 3);
        var penalised = Plain with { RepetitionPenalty = 1.1f, PresencePenalty = 0.1f, FrequencyPenalty = 0.1f };
        foreach (var options in new[] { Plain, penalised with { TopK = 40, TopP = 0.95f }, Plain with { TopP = 0.9f }, Plain with { TopK = 5000, MinP = 0.01f }, Plain with { Temperature = 0 } })
        {
            var sampler = new Sampler(options, vocabulary);
            Step();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++)
            {
                Step();
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

            void Step()
            {
                source.CopyTo(logits, 0);
                Sampler.LogProbability(logits, 5);
                sampler.Accept(sampler.Sample(logits, null));
                source.CopyTo(logits, 0);
                sampler.Accept(sampler.Sample(logits, constraint));
            }
        }
    }

    internal static float[] Logits(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 6 - 3))];
    }

    internal static double[] Softmax(float[] logits, double temperature)
    {
        var max = logits.Max();
        var weights = logits.Select(logit => Math.Exp((logit - max) / temperature)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    internal static Dictionary<int, int> Draw(SamplingOptions options, float[] logits, int draws, AllowedTokens? constraint = null)
    {
        var sampler = new Sampler(options, logits.Length);
        var counts = new Dictionary<int, int>();
        for (var i = 0; i < draws; i++)
        {
            var token = sampler.Sample((float[])logits.Clone(), constraint);
            counts[token] = counts.GetValueOrDefault(token) + 1;
        }

        return counts;
    }

    /// <summary>Pearson's chi-square: its mean is the degrees of freedom, and five of its deviations above is never by chance.</summary>
    internal static void AssertFollows(double[] probabilities, Dictionary<int, int> counts)
    {
        var draws = counts.Values.Sum();
        var chiSquare = 0.0;
        var freedom = -1;
        for (var token = 0; token < probabilities.Length; token++)
        {
            if (probabilities[token] * draws < 5)
            {
                continue;
            }

            var difference = counts.GetValueOrDefault(token) - probabilities[token] * draws;
            chiSquare += difference * difference / (probabilities[token] * draws);
            freedom++;
        }

        Assert.True(freedom > 0);
        Assert.True(chiSquare < freedom + 5 * Math.Sqrt(2 * freedom), $"chi-square {chiSquare:0.0} with {freedom} degrees of freedom");
    }

    private static int[] Ranked(float[] logits) => [.. Enumerable.Range(0, logits.Length).OrderByDescending(token => logits[token]).ThenBy(token => token)];

    private static int[] Answer(SamplingOptions options)
    {
        var sampler = new Sampler(options, 100);
        return [.. Enumerable.Range(0, 50).Select(step => sampler.Sample(Logits(100, step), null))];
    }
}
