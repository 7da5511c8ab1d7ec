using Microsoft.Extensions.AI;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Sessions;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Sampling;

public sealed class ConfidenceTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "hello there")];

    [Fact]
    public void Features_are_of_the_first_token_of_all_and_of_the_least_probable()
    {
        var features = ConfidenceFeatures.Of([-0.5f, -0.25f, -2.25f], -1.5f);

        Assert.Equal(new ConfidenceFeatures(-0.5, -1, -2.25, 1), features);
        var values = new double[ConfidenceFeatures.Count];
        features.CopyTo(values);
        Assert.Equal([-0.5, -1, -2.25, 1], values);
    }

    [Fact]
    public void Without_calibration_confidence_is_the_geometric_mean_of_the_probabilities()
    {
        var map = new ConfidenceMap(0, null);

        Assert.False(map.IsCalibrated);
        Assert.Equal(Math.Sqrt(0.5 * 0.125), map.Of(ConfidenceFeatures.Of([MathF.Log(0.5f), MathF.Log(0.125f)], -9)), 6);
    }

    [Fact]
    public void A_calibrated_confidence_is_a_logistic_function_that_grows_with_every_feature_of_positive_weight_and_stays_within_0_and_1()
    {
        var map = new ConfidenceMap(0.5, [1, 2, 0.25, 0.125]);
        Assert.Equal(1 / (1 + Math.Exp(-(0.5 - 1 - 2 - 0.5 + 0.5))), map.Of(new ConfidenceFeatures(-1, -1, -2, 4)), 12);
        var random = new Random(5);
        for (var i = 0; i < 1000; i++)
        {
            var features = new ConfidenceFeatures(-20 * random.NextDouble(), -20 * random.NextDouble(), -40 * random.NextDouble(), 20 * random.NextDouble());
            var confidence = map.Of(features);
            Assert.InRange(confidence, 0, 1);
            Assert.True(map.Of(features with { First = features.First + 0.1 }) > confidence);
            Assert.True(map.Of(features with { Margin = features.Margin + 0.1 }) > confidence);
        }

        Assert.Equal((0, 1), (map.Of(new ConfidenceFeatures(-9999, -9999, -9999, -9999)), map.Of(new ConfidenceFeatures(0, 0, 0, 9999))));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1.7f)]
    public async Task The_confidence_of_an_answer_is_of_the_unchanged_distribution_whatever_the_sampling(float temperature)
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var options = new ChatOptions
        {
            Temperature = temperature, TopK = 5, Seed = 3, MaxOutputTokens = 9,
            AdditionalProperties = new() { [LocalProperties.WantsConfidence] = true, [LocalProperties.Logprobs] = true },
        };
        var response = await client.GetResponseAsync(Hello, options, TestContext.Current.CancellationToken);

        var tokens = Assert.IsType<List<LocalTokenLogprob>>(response.AdditionalProperties![LocalProperties.TokenLogprobs]);
        Assert.All(tokens, static token => Assert.Null(token.Top));
        Assert.Equal(Math.Exp(tokens.Average(static token => token.Logprob)), Assert.IsType<double>(response.AdditionalProperties[LocalProperties.Confidence]), 6);
    }

    [Fact]
    public async Task A_stream_has_the_same_confidence_in_its_last_update_and_no_log_probabilities_that_nobody_asked_for()
    {
        var calibrated = new RandomModel { Metadata = static writer => writer.Set(ConfidenceMap.BiasKey, 0.25f).Set(ConfidenceMap.WeightsKey, new[] { 0.5f, 0.25f, 0.125f, 0.5f }) };
        await using var engine = new LoadedEngine(calibrated);
        using var client = new LocalChatClient(engine.Engine, "small");
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 9, AdditionalProperties = new() { [LocalProperties.WantsConfidence] = true } };
        var updates = await client.GetStreamingResponseAsync(Hello, options, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        var response = await client.GetResponseAsync(Hello, options, TestContext.Current.CancellationToken);

        Assert.True(engine.Engine.Confidence.IsCalibrated);
        Assert.All(updates[..^1], static update => Assert.Null(update.AdditionalProperties));
        // The second answer took over what the first had computed, so its sums were rounded otherwise.
        Assert.Equal((double)response.AdditionalProperties![LocalProperties.Confidence]!, (double)updates[^1].AdditionalProperties![LocalProperties.Confidence]!, 4);
        Assert.False(response.AdditionalProperties.ContainsKey(LocalProperties.TokenLogprobs));
    }

    [Fact]
    public async Task Without_being_asked_an_answer_has_no_confidence()
    {
        await using var engine = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var response = await client.GetResponseAsync(Hello, new ChatOptions { MaxOutputTokens = 3 }, TestContext.Current.CancellationToken);

        Assert.Null(response.AdditionalProperties);
    }

    [Fact]
    public void The_topic_is_the_name_in_a_first_control_token_and_the_margin_is_over_the_best_other_token()
    {
        var tokenizer = new NamedTokens(others: ["<|topic:atm-fees|>", "<|topic:|>", "<|user|>"]);
        var evidence = new AnswerEvidence(tokenizer);
        evidence.Take(new GenerationEvent { Token = 2, LogProbability = -0.25f, Alternatives = [(2, -0.25f), (3, -1.75f)] });
        evidence.Take(new GenerationEvent { Token = 3, LogProbability = -0.75f, Alternatives = [(4, -0.1f), (3, -0.75f)] });

        Assert.Equal("atm-fees", evidence.Topic);
        Assert.Equal(new ConfidenceFeatures(-0.25, -0.5, -0.75, 1.5), evidence.Features());
        foreach (var token in new[] { 0, 3, 4 })
        {
            var other = new AnswerEvidence(tokenizer);
            other.Take(new GenerationEvent { Token = token });
            Assert.Equal((null, null), (other.Topic, other.Features()));
        }
    }

    [Fact]
    public async Task A_file_says_how_its_model_is_sampled_where_the_caller_does_not()
    {
        static void Write(Signalbox.Inference.Gguf.GgufWriter writer) => writer.Set("general.sampling.temp", 0f).Set("general.sampling.top_k", 7u).Set("general.sampling.top_p", 3f);
        await using var engine = new LoadedEngine(new RandomModel { Metadata = Write });
        await using var other = new LoadedEngine();
        using var client = new LocalChatClient(engine.Engine, "small");
        var texts = new HashSet<string>();
        for (var seed = 0; seed < 5; seed++)
        {
            texts.Add((await client.GetResponseAsync(Hello, new ChatOptions { Seed = seed, MaxOutputTokens = 8 }, TestContext.Current.CancellationToken)).Text);
        }

        // A top-p of 3 is none.
        Assert.Equal(new SamplingOptions { Temperature = 0, TopK = 7 }, engine.Engine.Sampling);
        Assert.Equal(new SamplingOptions(), other.Engine.Sampling);
        Assert.Single(texts);
        var warm = await client.GetResponseAsync(Hello, new ChatOptions { Temperature = 5, TopK = 0, TopP = 1, Seed = 1, MaxOutputTokens = 8 }, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(warm.Text, texts);
    }
}
