using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Transformer;

/// <summary>Laws that hold whatever the weights are. That the numbers themselves are right is for tests/engine-parity.</summary>
public sealed class LanguageModelTests
{
    public static TheoryData<string> Decoders => ["llama", "qwen2", "gemma", "gemma2", "phi3"];

    [Theory]
    [MemberData(nameof(Decoders))]
    public void A_prompt_in_pieces_has_the_logits_of_the_whole(string architecture)
    {
        using var model = new LoadedModel(new RandomModel { Architecture = architecture, KeyValueHeads = architecture == "phi3" ? 4 : 2 });
        var tokens = LoadedModel.Tokens(50);
        using var whole = model.NewCache();
        var expected = model.Run(whole, tokens);
        foreach (var size in new[] { 1, 7, 16, 33 })
        {
            using var cache = model.NewCache();
            for (var start = 0; start < tokens.Length; start += size)
            {
                var piece = tokens[start..Math.Min(tokens.Length, start + size)];
                var logits = model.Run(cache, piece);
                for (var i = 0; i < piece.Length; i++)
                {
                    Assert.InRange(LoadedModel.Distance(expected[start + i], logits[i]), 0, architecture.StartsWith("gemma", StringComparison.Ordinal) ? 5e-3f : 1e-4f);
                }
            }

            Assert.Equal(tokens.Length, cache.Length);
        }
    }

    [Fact]
    public void Sequences_of_one_batch_do_not_see_each_other_and_logits_are_only_where_they_were_asked_for()
    {
        using var model = new LoadedModel(new RandomModel());
        int[][] texts = [LoadedModel.Tokens(20, 1), LoadedModel.Tokens(1, 2), LoadedModel.Tokens(9, 3), LoadedModel.Tokens(13, 4)];
        var alone = texts.Select(text =>
        {
            using var own = model.NewCache();
            return model.Run(own, text);
        }).ToArray();
        var caches = texts.Select(_ => model.NewCache()).ToArray();
        LogitsWanted[] wanted = [LogitsWanted.Last, LogitsWanted.Last, LogitsWanted.All, LogitsWanted.None];
        model.Batch.Clear();
        for (var i = 0; i < texts.Length; i++)
        {
            model.Batch.Add(caches[i], texts[i], wanted[i], []);
        }

        model.Model.Forward(model.Batch, TestContext.Current.CancellationToken);

        Assert.InRange(LoadedModel.Distance(alone[0][19], model.Model.Logits(0).ToArray()), 0, 1e-4f);
        Assert.InRange(LoadedModel.Distance(alone[1][0], model.Model.Logits(1).ToArray()), 0, 1e-4f);
        for (var i = 0; i < 9; i++)
        {
            Assert.InRange(LoadedModel.Distance(alone[2][i], model.Model.Logits(2 + i).ToArray()), 0, 1e-4f);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = model.Model.Logits(11); });
        Assert.Equal(texts.Select(text => text.Length), caches.Select(cache => cache.Length));
        Array.ForEach(caches, cache => cache.Dispose());
    }

    [Theory]
    [InlineData(KvCacheType.F32)]
    [InlineData(KvCacheType.F16)]
    [InlineData(KvCacheType.Q8_0)]
    public void A_copied_beginning_goes_on_like_the_original_and_a_truncated_one_as_if_the_rest_had_never_been(KvCacheType type)
    {
        using var model = new LoadedModel(new RandomModel());
        var (beginning, first, second) = (LoadedModel.Tokens(37), LoadedModel.Tokens(10, 2), LoadedModel.Tokens(10, 3));
        using var original = model.NewCache(type);
        model.Run(original, beginning);
        using var copy = model.NewCache(type, capacity: 90);
        copy.CopyPrefix(original, 37);
        var expected = model.Run(original, first)[^1];

        Assert.Equal(expected, model.Run(copy, first)[^1]);

        original.Truncate(37);
        model.Run(original, second);
        original.Truncate(37);
        Assert.Equal(expected, model.Run(original, first)[^1]);
    }

    [Theory]
    [InlineData(KvCacheType.F16, 0.02)]
    [InlineData(KvCacheType.Q8_0, 0.2)]
    public void A_smaller_cache_changes_logits_little(KvCacheType type, double tolerance)
    {
        using var model = new LoadedModel(new RandomModel());
        using var exact = model.NewCache();
        using var smaller = model.NewCache(type);
        var tokens = LoadedModel.Tokens(60);
        var (a, b) = (model.Run(exact, tokens)[^1], model.Run(smaller, tokens)[^1]);

        Assert.InRange(LoadedModel.Distance(a, b), 1e-7, tolerance);
        Assert.True(KvCache.BytesPerPosition(model.Model.Config, type) <= KvCache.BytesPerPosition(model.Model.Config, KvCacheType.F32) * 0.55);
    }

    [Fact]
    public void What_left_the_window_of_every_layer_has_no_influence()
    {
        // Alone among 2 layers the second sees everything, so the pattern makes both slide; each layer carries one window further.
        using var model = new LoadedModel(new RandomModel
        {
            Architecture = "gemma2",
            Metadata = static writer =>
            {
                writer.Set("gemma2.attention.sliding_window", 8u);
                writer.Set("gemma2.attention.sliding_window_pattern", 0u);
            },
        });
        var tokens = LoadedModel.Tokens(40);
        var changed = (int[])tokens.Clone();
        changed[20] = changed[20] == 5 ? 6 : 5;
        using var one = model.NewCache();
        using var other = model.NewCache();
        var (a, b) = (model.Run(one, tokens), model.Run(other, changed));

        Assert.Equal(a[19], b[19]);
        Assert.NotEqual(a[20], b[20]);
        Assert.NotEqual(a[34], b[34]);
        for (var i = 35; i < tokens.Length; i++)
        {
            Assert.Equal(a[i], b[i]);
        }
    }

    [Fact]
    public void An_encoders_first_token_sees_the_last_one()
    {
        using var model = new LoadedModel(new RandomModel { Architecture = "bert", KeyValueHeads = 4 });
        float[] First(int last)
        {
            using var cache = model.NewCache();
            model.Batch.Clear();
            model.Batch.Add(cache, [2, 70, 71, 90, last], LogitsWanted.None, []);
            model.Model.Forward(model.Batch, TestContext.Current.CancellationToken);
            return model.Model.State(0).ToArray();
        }

        Assert.Equal(First(100), First(100));
        Assert.NotEqual(First(100), First(101));
    }

    [Fact]
    public void A_cancelled_pass_leaves_its_caches_as_long_as_they_were()
    {
        using var model = new LoadedModel(new RandomModel());
        using var cache = model.NewCache();
        model.Run(cache, LoadedModel.Tokens(5));
        model.Batch.Clear();
        model.Batch.Add(cache, LoadedModel.Tokens(5), LogitsWanted.Last, []);

        Assert.Throws<OperationCanceledException>(() => model.Model.Forward(model.Batch, new CancellationToken(canceled: true)));
        Assert.Equal(5, cache.Length);
    }

    [Fact]
    public void Any_number_of_threads_has_the_same_logits()
    {
        var tokens = LoadedModel.Tokens(33);
        var expected = Logits(1);

        Assert.Equal(expected, Logits(2));
        Assert.Equal(expected, Logits(5));

        float[] Logits(int threads)
        {
            using var model = new LoadedModel(new RandomModel { Type = TensorType.Q8_0 }, threads: threads);
            using var cache = model.NewCache(KvCacheType.F16);
            return model.Run(cache, tokens)[^1];
        }
    }

    [Fact]
    public void A_pass_allocates_nothing_once_everything_was_used_before()
    {
        using var model = new LoadedModel(new RandomModel { Type = TensorType.Q4_0 });
        using var cache = model.NewCache(KvCacheType.F16);
        var token = new[] { 5 };
        var none = CancellationToken.None;
        for (var i = 0; i < 40; i++)
        {
            Step();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            Step();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            model.Batch.Clear();
            model.Batch.Add(cache, token, LogitsWanted.Last, []);
            model.Model.Forward(model.Batch, none);
        }
    }

    [Fact]
    public void States_are_there_for_every_token_where_no_logits_are_wanted()
    {
        using var model = new LoadedModel(new RandomModel());
        using var cache = model.NewCache();
        model.Batch.Add(cache, LoadedModel.Tokens(6), LogitsWanted.None, []);
        model.Model.Forward(model.Batch, TestContext.Current.CancellationToken);

        Assert.Equal(64, model.Model.State(5).Length);
        Assert.NotEqual(model.Model.State(4).ToArray(), model.Model.State(5).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = model.Model.State(6); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = model.Model.Logits(0); });
    }
}
