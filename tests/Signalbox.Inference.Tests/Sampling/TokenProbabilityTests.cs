using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Tests.Sampling;

public sealed class TokenProbabilityTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1000)]
    [InlineData(128_003)]
    public void Log_probabilities_are_those_of_softmax(int size)
    {
        var logits = SamplerTests.Logits(size, size);
        var probabilities = SamplerTests.Softmax(logits, 1);
        for (var token = 0; token < size; token += Math.Max(1, size / 20))
        {
            Assert.Equal(Math.Log(probabilities[token]), Sampler.LogProbability(logits, token), 4e-6 * (1 - Math.Log(probabilities[token])));
        }
    }

    [Fact]
    public void An_impossible_token_has_a_number_that_json_can_hold()
    {
        Assert.Equal(-9999, Sampler.LogProbability([1, float.NegativeInfinity, float.NaN], 1));
        Assert.Equal(-9999, Sampler.LogProbability([1, float.NegativeInfinity, float.NaN], 2));
        Assert.Equal(-9999, Sampler.LogProbability([1, 2, 3], 3));
        Assert.Equal(-9999, Sampler.LogProbability([float.NaN], 0));
        Assert.Equal(0, Sampler.LogProbability([1, float.NegativeInfinity, float.NaN], 0), 1e-6f);
        Assert.Equal(-MathF.Log(2), Sampler.LogProbability([float.PositiveInfinity, float.PositiveInfinity, 0], 1), 1e-6f);
    }

    [Fact]
    public void The_top_are_the_best_in_order_with_their_probabilities()
    {
        var logits = SamplerTests.Logits(1000, 2);
        logits[17] = logits[400] = 5;
        var top = new (int Token, float LogProbability)[20];

        Sampler.Top(logits, top);

        Assert.Equal(Enumerable.Range(0, 1000).OrderByDescending(token => logits[token]).ThenBy(token => token).Take(20), top.Select(entry => entry.Token));
        Assert.All(top, entry => Assert.Equal(Sampler.LogProbability(logits, entry.Token), entry.LogProbability));
    }

    [Fact]
    public void A_vocabulary_smaller_than_the_top_leaves_the_rest_empty()
    {
        var top = new (int Token, float LogProbability)[3];

        Sampler.Top([1, float.NaN], top);

        Assert.Equal([(0, 0f), (-1, -9999f), (-1, -9999f)], top);
    }

    [Fact]
    public void The_exponential_agrees_with_the_platforms()
    {
        Assert.Equal(1, RepeatableMath.Exp(0));
        for (var x = -690.0; x < 0; x += 0.0137)
        {
            Assert.Equal(1, RepeatableMath.Exp(x) / Math.Exp(x), 2e-15);
        }

        Assert.Equal(0, RepeatableMath.Exp(double.NegativeInfinity));
        Assert.Equal(0, RepeatableMath.Exp(double.NaN));
    }

    [Fact]
    public void The_generator_gives_the_published_numbers()
    {
        // SplitMix64 of 0, 0x9E37... fills the state; the first numbers of the authors' C program started with it.
        var random = new Xoshiro256(0);

        Assert.Equal([0x99EC5F36CB75F2B4, 0xBF6E1F784956452A, 0x1A5F849D4933E6E0], new[] { random.Next(), random.Next(), random.Next() });
        for (var i = 0; i < 1000; i++)
        {
            Assert.InRange(random.NextDouble(), 0, 1 - double.Epsilon);
        }
    }

    [Fact]
    public void Keys_give_back_logit_and_token_and_sort_best_first()
    {
        float[] ordered = [float.PositiveInfinity, 3, 1e-40f, 0, -1e-40f, -2, -float.MaxValue];
        for (var i = 1; i < ordered.Length; i++)
        {
            Assert.True(Candidates.Key(ordered[i - 1], 9) < Candidates.Key(ordered[i], 1));
            Assert.Equal(ordered[i], Candidates.Logit(Candidates.Key(ordered[i], 123)));
            Assert.Equal(123, Candidates.Token(Candidates.Key(ordered[i], 123)));
        }
    }

    [Fact]
    public void Partition_moves_the_best_to_the_front()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            ulong[] keys = [.. Enumerable.Range(0, random.Next(1, 200)).Select(token => Candidates.Key(random.Next(10), token))];
            random.Shuffle(keys);
            var count = random.Next(1, keys.Length + 1);
            var expected = keys.Order().Take(count);

            Candidates.Partition(keys, count);

            Assert.Equal(expected, keys.Take(count).Order());
        }
    }
}
