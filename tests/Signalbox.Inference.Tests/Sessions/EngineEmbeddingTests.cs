using Microsoft.Extensions.AI;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;
using static Signalbox.Inference.Tests.Sessions.LoadedEngine;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class EngineEmbeddingTests
{
    private static readonly string[] Texts = ["a cat sat", "the dog", "a cat sat on the mat and looked at the dog for a very long time", "a", "rain", "the dog", "x", "y z", "cat"];

    [Theory]
    [InlineData("bert", 1)]
    [InlineData("bert", 2)]
    [InlineData("llama", 1)]
    [InlineData("llama", 3)]
    [InlineData("qwen2", 0)]
    public async Task Vectors_of_many_texts_at_once_are_those_of_each_pass_alone(string architecture, int pooling)
    {
        var model = new RandomModel
        {
            Architecture = architecture,
            KeyValueHeads = architecture == "bert" ? 4 : 2,
            Metadata = writer => writer.Set($"{architecture}.pooling_type", (uint)pooling),
        };
        await using var engine = new LoadedEngine(model, Options with { BatchTokens = 24, MaximumSlots = 4 });

        var (vectors, tokens, fault) = await engine.Engine.EmbedAsync(Texts, TestContext.Current.CancellationToken);

        Assert.Null(fault);
        var expected = Alone(model, engine.Engine, pooling, out var expectedTokens);
        Assert.Equal(expectedTokens, tokens);
        for (var i = 0; i < Texts.Length; i++)
        {
            Assert.Equal(1, vectors![i].Sum(value => (double)value * value), 1e-5);
            Assert.All(expected[i].Zip(vectors[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }

        Assert.Contains(vectors![0].Zip(vectors[1]), pair => Math.Abs(pair.First - pair.Second) > 0.05);
    }

    [Fact]
    public async Task The_generator_counts_tokens_and_says_how_long_its_vectors_are()
    {
        await using var engine = new LoadedEngine();
        using var generator = new LocalEmbeddingGenerator(engine.Engine, "small");
        var embeddings = await generator.GenerateAsync(["a cat", "a dog"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, embeddings.Count);
        Assert.All(embeddings, embedding => Assert.Equal((64, "small"), (embedding.Vector.Length, embedding.ModelId)));
        Assert.InRange(embeddings.Usage!.InputTokenCount!.Value, 4, 100);
        var metadata = (EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!;
        Assert.Equal(("small", 64), (metadata.DefaultModelId, metadata.DefaultModelDimensions));
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_named_with_both_numbers()
    {
        await using var engine = new LoadedEngine(options: Options with { ContextLength = 20 });
        using var generator = new LocalEmbeddingGenerator(engine.Engine, "small");
        var thrown = await Assert.ThrowsAsync<EngineException>(() => generator.GenerateAsync(["short", new string('x', 300)], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(EngineFaultKind.ContextLength, thrown.Fault.Kind);
        Assert.StartsWith("Text 2 of 2", thrown.Message);
    }

    [Fact]
    public async Task Dimensions_that_the_model_does_not_have_are_refused()
    {
        await using var engine = new LoadedEngine();
        using var generator = new LocalEmbeddingGenerator(engine.Engine, "small");
        var thrown = await Assert.ThrowsAsync<EngineException>(() =>
            generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 32 }, TestContext.Current.CancellationToken));
        Assert.Equal(EngineFaultKind.Unsupported, thrown.Fault.Kind);
    }

    [Fact]
    public async Task An_encoder_refuses_to_answer()
    {
        await using var engine = new LoadedEngine(new RandomModel { Architecture = "bert", KeyValueHeads = 4 });
        var events = await engine.AnswerAsync(Request([5, 6], 3));
        Assert.Equal(EngineFaultKind.Unsupported, Assert.Single(events).Fault?.Kind);
    }

    [Fact]
    public async Task Texts_whose_caller_went_away_leave_nothing_behind()
    {
        await using var engine = new LoadedEngine();
        using var cancel = new CancellationTokenSource();
        var embedding = engine.Engine.EmbedAsync([.. Enumerable.Repeat(new string('x', 400), 30)], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => embedding);
        Assert.NotNull((await engine.Engine.EmbedAsync(["a"], TestContext.Current.CancellationToken)).Vectors);
    }

    /// <summary>Each text in a pass of its own, with nothing of the engine but the model.</summary>
    private static List<float[]> Alone(RandomModel model, InferenceEngine engine, int pooling, out int tokens)
    {
        using var path = RandomModels.Create(model);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);
        using var opened = file;
        using var pool = new WorkerPool(1);
        Assert.True(LanguageModel.TryLoad(file, pool, 512, out var language, out fault), fault?.Message);
        using var loaded = language;
        var vectors = new List<float[]>();
        tokens = 0;
        foreach (var text in Texts)
        {
            var ids = new List<int>();
            engine.Tokenizer.Encode(text, ids, parseSpecial: false, addSpecial: true);
            tokens += ids.Count;
            using var cache = new KvCache(language.Config, 512, KvCacheType.F32);
            var batch = new Batch(512);
            batch.Add(cache, [.. ids], LogitsWanted.None, []);
            language.Forward(batch, CancellationToken.None);
            var sum = new float[64];
            var (from, to) = pooling switch { 2 => (0, 1), 3 => (ids.Count - 1, ids.Count), _ => (0, ids.Count) };
            for (var token = from; token < to; token++)
            {
                var state = language.State(token);
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += state[i];
                }
            }

            var length = MathF.Sqrt(sum.Sum(value => value * value));
            vectors.Add([.. sum.Select(value => value / length)]);
        }

        return vectors;
    }
}
