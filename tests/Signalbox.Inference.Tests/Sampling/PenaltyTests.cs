using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Tests.Sampling;

public sealed class PenaltyTests
{
    private static readonly SamplingOptions Greedy = new() { Temperature = 0 };

    [Fact]
    public void Repetition_divides_positive_logits_and_multiplies_negative_ones()
    {
        Assert.Equal([2, -6, 5, -3], After(Greedy with { RepetitionPenalty = 2 }, [4, -3, 5, -3], 0, 1, 0));
    }

    [Fact]
    public void Presence_counts_once_and_frequency_each_time()
    {
        Assert.Equal([3.5f, 4, 4], After(Greedy with { PresencePenalty = 0.5f }, [4, 4, 4], 0, 0, 0));
        Assert.Equal([2.5f, 3.5f, 4], After(Greedy with { FrequencyPenalty = 0.5f }, [4, 4, 4], 0, 1, 0, 0));
    }

    [Fact]
    public void All_three_follow_one_another()
    {
        Assert.Equal([4 / 2 - 1 - 2 * 0.25f], After(Greedy with { RepetitionPenalty = 2, PresencePenalty = 1, FrequencyPenalty = 0.25f }, [4], 0, 0));
    }

    [Fact]
    public void A_token_that_left_the_window_costs_nothing()
    {
        var options = Greedy with { PresencePenalty = 1, PenaltyWindow = 2 };

        Assert.Equal([3, 3, 2, 2], After(options, [3, 3, 3, 3], 0, 1, 2, 3));
        Assert.Equal([3, 3, 3, 3], After(options with { PenaltyWindow = 0 }, [3, 3, 3, 3], 0, 1, 2, 3));
    }

    [Fact]
    public void A_window_is_what_a_plain_count_says_it_is()
    {
        var random = new Random(5);
        for (var round = 0; round < 100; round++)
        {
            var options = Greedy with
            {
                RepetitionPenalty = 1 + random.Next(3) * 0.25f,
                PresencePenalty = random.Next(3) * 0.5f,
                FrequencyPenalty = random.Next(3) * 0.125f,
                PenaltyWindow = random.Next(1, 40),
            };
            int[] tokens = [.. Enumerable.Range(0, random.Next(100)).Select(_ => random.Next(20))];
            var logits = SamplerTests.Logits(20, round);

            var expected = (float[])logits.Clone();
            foreach (var group in tokens.TakeLast(options.PenaltyWindow).GroupBy(token => token))
            {
                var logit = expected[group.Key];
                expected[group.Key] = (logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty)
                    - (options.PresencePenalty + group.Count() * options.FrequencyPenalty);
            }

            Assert.Equal(expected, After(options, logits, tokens));
        }
    }

    private static float[] After(SamplingOptions options, float[] logits, params int[] seen)
    {
        var sampler = new Sampler(options, logits.Length);
        foreach (var token in seen)
        {
            sampler.Accept(token);
        }

        sampler.Sample(logits, null);
        return logits;
    }
}
