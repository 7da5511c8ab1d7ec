using Signalbox.Inference.Adapters;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Adapters;

public sealed class LoraAdapterTests
{
    private const int Rank = 3;

    [Fact]
    public void An_adapter_acts_like_its_product_added_to_the_weights()
    {
        // attn_q is 64 x 64, ffn_down 160 x 64, as in the model's defaults.
        using var plain = new LoadedModel(new RandomModel());
        using var adapterFile = Adapter(alpha: 6);
        Assert.True(LoraAdapter.TryOpen(adapterFile.Path, plain.File, out var adapter, out var fault), fault?.Message);
        using var mergedPath = Merge(plain.File, Values, scale: 0.5f * 6 / Rank);
        Assert.True(GgufFile.TryOpen(mergedPath.Path, out var mergedFile, out fault), fault?.Message);
        using var pool = new Inference.Threading.WorkerPool(2);
        Assert.True(LanguageModel.TryLoad(mergedFile, pool, 64, out var merged, out fault), fault?.Message);
        var tokens = LoadedModel.Tokens(12);
        using var cache = plain.NewCache();
        var adapted = plain.Run(cache, tokens, new ActiveAdapter(adapter, 0.5f));
        var batch = new Batch(64);
        using var mergedCache = new KvCache(merged.Config, 64, KvCacheType.F32);
        batch.Add(mergedCache, tokens, LogitsWanted.All, []);
        merged.Forward(batch, TestContext.Current.CancellationToken);
        using var bare = plain.NewCache();
        var without = plain.Run(bare, tokens);

        for (var i = 0; i < tokens.Length; i++)
        {
            Assert.InRange(LoadedModel.Distance(merged.Logits(i).ToArray(), adapted[i]), 0, 1e-4f);
            Assert.InRange(LoadedModel.Distance(without[i], adapted[i]), 0.01f, 100);
        }

        merged.Dispose();
        mergedFile.Dispose();
        adapter.Dispose();
    }

    [Fact]
    public void Each_sequence_of_a_batch_has_its_own_adapters_and_several_add_up()
    {
        using var model = new LoadedModel(new RandomModel());
        using var file = Adapter(alpha: 0);
        Assert.True(LoraAdapter.TryOpen(file.Path, model.File, out var adapter, out var fault), fault?.Message);
        var tokens = LoadedModel.Tokens(9);
        ActiveAdapter[][] choices = [[], [new(adapter, 1.5f)], [new(adapter, 0.5f), new(adapter, 1)], [new(adapter, -1)]];
        var alone = choices.Select(choice =>
        {
            using var own = model.NewCache();
            return model.Run(own, tokens, choice)[^1];
        }).ToArray();
        var caches = choices.Select(_ => model.NewCache()).ToArray();
        model.Batch.Clear();
        for (var i = 0; i < choices.Length; i++)
        {
            model.Batch.Add(caches[i], tokens, LogitsWanted.Last, choices[i]);
        }

        model.Model.Forward(model.Batch, TestContext.Current.CancellationToken);

        for (var i = 0; i < choices.Length; i++)
        {
            Assert.InRange(LoadedModel.Distance(alone[i], model.Model.Logits(i).ToArray()), 0, 1e-4f);
        }

        Assert.InRange(LoadedModel.Distance(alone[1], alone[2]), 0, 1e-4f);
        Assert.InRange(LoadedModel.Distance(alone[0], alone[3]), 0.01f, 100);
        Array.ForEach(caches, cache => cache.Dispose());
        adapter.Dispose();
    }

    [Fact]
    public void Embeddings_are_adapted_by_the_tokens_row()
    {
        using var model = new LoadedModel(new RandomModel());
        using var file = Adapter(alpha: 0, writer =>
        {
            Add(writer, "token_embd.weight.lora_a", 1, 320);
            Add(writer, "token_embd.weight.lora_b", 1, 64);
        });
        Assert.True(LoraAdapter.TryOpen(file.Path, model.File, out var adapter, out var fault), fault?.Message);
        using var cache = model.NewCache();
        using var other = model.NewCache();

        Assert.NotEqual(model.Run(other, [7])[0], model.Run(cache, [7], new ActiveAdapter(adapter, 1))[0]);
        adapter.Dispose();
    }

    [Theory]
    [InlineData("blk.0.attn_q.weight.lora_c", 64, 3, "neither")]
    [InlineData("blk.0.attn_k.weight.lora_a", 64, 3, "only one")]
    [InlineData("blk.7.attn_k.weight.lora_a", 64, 3, "does not have")]
    [InlineData("blk.0.attn_k.weight.lora_a", 32, 3, "do not fit")]
    [InlineData("blk.0.attn_k.weight.lora_a", 64, 4, "do not fit")]
    public void A_tensor_that_does_not_fit_is_named(string name, int columns, int rows, string words)
    {
        using var model = new LoadedModel(new RandomModel());
        using var file = Adapter(alpha: 1, writer =>
        {
            Add(writer, name, columns, rows);
            if (words is "does not have" or "do not fit")
            {
                Add(writer, name.Replace("lora_a", "lora_b", StringComparison.Ordinal), 3, 32);
            }
        });

        Assert.False(LoraAdapter.TryOpen(file.Path, model.File, out _, out var fault));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.Contains(name.Split(".lora")[0], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_adapter_or_one_of_another_architecture_is_refused()
    {
        using var model = new LoadedModel(new RandomModel());
        using var other = RandomModels.Create(new RandomModel());
        using var foreign = Adapter(alpha: 1, static writer => writer.Set("general.architecture", "qwen2"));

        Assert.False(LoraAdapter.TryOpen(other.Path, model.File, out _, out var fault));
        Assert.Contains("no LoRA adapter", fault.Message, StringComparison.Ordinal);
        Assert.False(LoraAdapter.TryOpen(foreign.Path, model.File, out _, out fault));
        Assert.Contains("'qwen2'", fault.Message, StringComparison.Ordinal);
        Assert.False(LoraAdapter.TryOpen(other.Path + ".absent", model.File, out _, out fault));
        Assert.NotEmpty(fault.Message);
    }

    [Fact]
    public void Norms_in_an_adapter_are_passed_over()
    {
        using var model = new LoadedModel(new RandomModel());
        using var file = Adapter(alpha: 1, static writer => Add(writer, "blk.0.attn_norm.weight", 64, 1));
        Assert.True(LoraAdapter.TryOpen(file.Path, model.File, out var adapter, out var fault), fault?.Message);

        Assert.Equal(["blk.0.attn_q.weight", "blk.1.ffn_down.weight"], adapter.Tensors);
        adapter.Dispose();
    }

    private static TemporaryFile Adapter(float alpha, Action<GgufWriter>? more = null)
    {
        var writer = new GgufWriter();
        writer.Set("general.type", "adapter");
        writer.Set("adapter.type", "lora");
        writer.Set("adapter.lora.alpha", alpha);
        Add(writer, "blk.0.attn_q.weight.lora_a", 64, Rank);
        Add(writer, "blk.0.attn_q.weight.lora_b", Rank, 64);
        Add(writer, "blk.1.ffn_down.weight.lora_a", 160, Rank);
        Add(writer, "blk.1.ffn_down.weight.lora_b", Rank, 64);
        more?.Invoke(writer);
        if (!writer.Has("general.architecture"))
        {
            writer.Set("general.architecture", "llama");
        }

        var file = new TemporaryFile(".gguf");
        writer.WriteTo(file.Path);
        return file;
    }

    private static void Add(GgufWriter writer, string name, int columns, int rows) =>
        writer.Add(name, TensorType.F32, rows == 1 ? [columns] : [columns, rows], stream =>
        {
            foreach (var value in Values(name, columns * rows))
            {
                stream.Write(BitConverter.GetBytes(value));
            }
        });

    private static float[] Values(string name, int count)
    {
        var random = new Random(name.Sum(c => c) + count);
        return [.. Enumerable.Range(0, count).Select(_ => 0.3f * (random.NextSingle() * 2 - 1))];
    }

    /// <summary>The model once more, with scale * B A in its weights.</summary>
    private static unsafe TemporaryFile Merge(GgufFile file, Func<string, int, float[]> values, float scale)
    {
        var writer = new GgufWriter().CopyMetadata(file.Metadata);
        foreach (var tensor in file.Tensors)
        {
            var data = new Span<byte>(tensor.Data, (int)tensor.ByteCount).ToArray();
            if (tensor.Name is "blk.0.attn_q.weight" or "blk.1.ffn_down.weight")
            {
                var weights = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(data.AsSpan());
                var (columns, rows) = ((int)tensor.Columns, (int)tensor.Rows);
                var a = values(tensor.Name + ".lora_a", columns * Rank);
                var b = values(tensor.Name + ".lora_b", Rank * rows);
                for (var i = 0; i < weights.Length; i++)
                {
                    for (var r = 0; r < Rank; r++)
                    {
                        weights[i] += scale * b[i / columns * Rank + r] * a[r * columns + i % columns];
                    }
                }
            }

            writer.Add(tensor.Name, tensor.Type, tensor.Dimensions, stream => stream.Write(data));
        }

        var merged = new TemporaryFile(".gguf");
        writer.WriteTo(merged.Path);
        return merged;
    }
}
