using Signalbox.Inference.Adapters;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Training;

/// <summary>Adapters that learn beside a frozen base.</summary>
public sealed class AdapterTests
{
    private static readonly int[] Tokens = LoadedModel.Tokens(40);

    [Theory]
    [InlineData(FrozenKind.Nf4, true)]
    [InlineData(FrozenKind.Q4_0, false)]
    public void The_gradients_of_A_and_B_are_slopes_of_the_loss(object kind, bool recompute)
    {
        using var setup = new FinetuneSetup(kind: (FrozenKind)kind, pass: new PassOptions { Recompute = recompute, Dropout = 0.1f });
        setup.Randomize();
        var batch = TrainingSetup.Batch(FinetuneSetup.Vocabulary, 5, 7, 1, 12, 9);
        setup.Trainer.Model.Learn(batch, 99);
        Assert.Equal(2 * 7 * setup.Frozen.Shape.Layers, setup.Trainer.Parameters.All.Count);
        foreach (var parameter in setup.Trainer.Parameters.All)
        {
            var gradient = parameter.GradientSpan.ToArray();
            var norm = Math.Sqrt(gradient.Sum(static value => (double)value * value));
            var before = parameter.ValueSpan.ToArray();
            var slope = (8 * (LossAt(1) - LossAt(-1)) - (LossAt(2) - LossAt(-2))) / (12 * 1e-2);
            before.CopyTo(parameter.ValueSpan);

            Assert.True(norm > 0, parameter.Name);
            Assert.True(Math.Abs(slope - norm) <= 1e-2 * norm, $"{parameter.Name}: the gradient says {norm}, the loss {slope}");

            double LossAt(int steps)
            {
                for (var i = 0; i < before.Length; i++)
                {
                    parameter.ValueSpan[i] = (float)(before[i] + steps * 1e-2 * gradient[i] / norm);
                }

                return setup.Trainer.Model.Measure(batch, 99).Sum;
            }
        }
    }

    [Fact]
    public void Before_the_first_step_the_model_is_its_base()
    {
        using var setup = new FinetuneSetup();
        using var other = new FinetuneSetup(adapter: new AdapterShape(2, 64, AdapterTargets.Attention));
        Assert.Equal(setup.Logits(Tokens), other.Logits(Tokens));
    }

    [Fact]
    public void Training_changes_the_adapters_only_and_the_loss()
    {
        using var setup = new FinetuneSetup();
        var (before, values) = (setup.Base(), setup.Values);
        var batch = TrainingSetup.Batch(FinetuneSetup.Vocabulary, 1, 30, 20);
        var first = setup.Trainer.Model.Evaluate(batch).Mean;
        for (var step = 0; step < 30; step++)
        {
            setup.Trainer.Step(batch);
        }

        Assert.Equal(before, setup.Base());
        Assert.NotEqual(values, setup.Values);
        Assert.InRange(setup.Trainer.Model.Evaluate(batch).Mean, 0, 0.7 * first);
    }

    [Theory]
    [InlineData(nameof(AdapterTargets.Attention), 4)]
    [InlineData(nameof(AdapterTargets.FeedForward), 3)]
    [InlineData(nameof(AdapterTargets.All), 7)]
    public void Only_the_targets_learn(string targets, int matrices)
    {
        using var setup = new FinetuneSetup(adapter: new AdapterShape(2, 4, Enum.Parse<AdapterTargets>(targets)));
        Assert.Equal(matrices * 2 * 2, setup.Trainer.Parameters.All.Count);
        setup.Train(0, 2);
    }

    [Fact]
    public void One_thread_and_a_seed_repeat_a_run_bit_for_bit()
    {
        Assert.Equal(Run(), Run());

        static float[] Run()
        {
            using var setup = new FinetuneSetup(threads: 1, pass: new PassOptions { Recompute = true, Dropout = 0.1f });
            setup.Train(0, 6);
            return setup.Values;
        }
    }

    [Fact]
    public void A_resumed_run_equals_an_uninterrupted_one()
    {
        using var checkpoint = new TemporaryFile(".bin");
        using var whole = new FinetuneSetup(threads: 1);
        whole.Train(0, 8);
        using (var first = new FinetuneSetup(threads: 1))
        {
            first.Train(0, 3);
            Assert.True(first.Trainer.TrySave(checkpoint.Path, [7], out var fault), fault?.Message);
        }

        using var resumed = new FinetuneSetup(threads: 1);
        Assert.True(resumed.Trainer.TryLoad(checkpoint.Path, out var source, out var problem), problem?.Message);
        resumed.Train(3, 8);
        Assert.Equal(7, Assert.Single(source));
        Assert.Equal(whole.Values, resumed.Values);
    }

    /// <summary>Over a base that the file holds as it was frozen, the engine computes what the trainer does.</summary>
    [Fact]
    public void The_engine_with_the_adapters_file_gives_the_trainers_logits()
    {
        // The engine rounds activations for Q4_0; over F32 with the same values it does not.
        using var setup = new FinetuneSetup(kind: FrozenKind.Q4_0);
        setup.Randomize();
        using var path = Save(setup);
        using var plain = Plain(setup);
        var (expected, actual) = (setup.Logits(Tokens), EngineLogits(plain.Path, path.Path));

        Assert.InRange(LoadedModel.Distance(expected, actual), 0, 1e-3f);
        Assert.True(LoadedModel.Distance(expected, EngineLogits(plain.Path, null)) > 0.1f, "the adapter changes nothing");
    }

    [Theory]
    [InlineData(TensorType.F32, null, 1e-3f)]
    [InlineData(TensorType.Q8_0, null, 0.2f)]
    [InlineData(TensorType.F32, TensorType.Q8_0, 0.2f)]
    public void The_merged_model_is_base_and_adapter(TensorType type, TensorType? target, float limit)
    {
        using var setup = new FinetuneSetup(type: type);
        setup.Randomize();
        using var adapter = Save(setup);
        using var merged = new TemporaryFile(".gguf");
        Assert.True(AdapterFile.TryMerge(setup.File, adapter.Path, merged.Path, target, "merged", out var fault), fault?.Message);
        Assert.True(GgufFile.TryOpen(merged.Path, out var file, out fault), fault?.Message);
        using (file)
        {
            Assert.Equal(setup.File.Tensors.Select(tensor => tensor.Rows > 1 ? target ?? tensor.Type : tensor.Type), file.Tensors.Select(static tensor => tensor.Type));
            Assert.True(file.Metadata.TryGetString("general.name", out var name));
            Assert.Equal("merged", name);
        }

        Assert.InRange(LoadedModel.Distance(EngineLogits(setup.File.Path, adapter.Path), EngineLogits(merged.Path, null)), 0, limit);
    }

    [Fact]
    public void A_merge_over_its_own_base_is_refused()
    {
        using var setup = new FinetuneSetup();
        using var adapter = Save(setup);
        var before = File.ReadAllBytes(setup.File.Path);
        Assert.False(AdapterFile.TryMerge(setup.File, adapter.Path, setup.File.Path, null, null, out var fault));
        Assert.Contains("is the base itself", fault.Message);
        Assert.False(AdapterFile.TryMerge(setup.File, adapter.Path, adapter.Path, null, null, out fault));
        Assert.Contains("is the adapter itself", fault.Message);
        using var link = new TemporaryFile(".gguf");
        File.CreateSymbolicLink(link.Path, setup.File.Path);
        Assert.True(GgufFile.TryOpen(link.Path, out var linked, out fault), fault?.Message);
        using (linked)
        {
            Assert.False(AdapterFile.TryMerge(linked, adapter.Path, setup.File.Path, null, null, out fault));
            Assert.Contains("is the base itself", fault.Message);
        }

        Assert.Equal(before, File.ReadAllBytes(setup.File.Path));
    }

    private static TemporaryFile Save(FinetuneSetup setup)
    {
        var path = new TemporaryFile(".gguf");
        AdapterFile.Create("test", FinetuneSetup.Adapter, setup.Trainer.Parameters).WriteTo(path.Path);
        return path;
    }

    /// <summary>The base with the values that it was frozen to, in F32.</summary>
    private static unsafe TemporaryFile Plain(FinetuneSetup setup)
    {
        var path = new TemporaryFile(".gguf");
        var writer = new GgufWriter().CopyMetadata(setup.File.Metadata);
        foreach (var tensor in setup.File.Tensors)
        {
            writer.Add(tensor.Name, TensorType.F32, tensor.Dimensions, stream => stream.Write(tensor.Rows == 1 ? new ReadOnlySpan<byte>(tensor.Data, (int)tensor.ByteCount) : Frozen(tensor.Name)));
        }

        writer.WriteTo(path.Path);
        return path;

        byte[] Frozen(string name)
        {
            var bytes = new byte[(long)setup.Frozen[name].Rows * setup.Frozen[name].Columns * sizeof(float)];
            fixed (byte* target = bytes)
            {
                setup.Frozen[name].Dequantize(0, setup.Frozen[name].Rows, (float*)target, setup.Pool);
            }

            return bytes;
        }
    }

    private static float[] EngineLogits(string model, string? adapterPath)
    {
        using var pool = new WorkerPool(2);
        Assert.True(GgufFile.TryOpen(model, out var file, out var fault), fault?.Message);
        using (file)
        {
            Assert.True(LanguageModel.TryLoad(file, pool, 64, out var loaded, out fault), fault?.Message);
            using (loaded)
            using (var cache = new KvCache(loaded.Config, 64, KvCacheType.F32))
            {
                LoraAdapter? adapter = null;
                Assert.True(adapterPath is null || LoraAdapter.TryOpen(adapterPath, file, out adapter, out fault), fault?.Message);
                using (adapter)
                {
                    var pass = new Batch(64);
                    pass.Add(cache, Tokens, LogitsWanted.All, adapter is null ? [] : [new ActiveAdapter(adapter, 1)]);
                    loaded.Forward(pass, TestContext.Current.CancellationToken);
                    return [.. Enumerable.Range(0, Tokens.Length).SelectMany(i => loaded.Logits(i).ToArray())];
                }
            }
        }
    }
}
