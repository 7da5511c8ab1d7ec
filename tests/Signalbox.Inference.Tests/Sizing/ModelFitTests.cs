using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sizing;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Sizing;

public sealed class ModelFitTests
{
    private const long Plenty = 1L << 40;

    /// <summary>Weights of about 10 MB, and with 8,192 positions a cache of about 8.4 MB.</summary>
    private static readonly RandomModel Model = new() { EmbeddingLength = 256, FeedForwardLength = 1024, ContextLength = 16_384, KeyValueHeads = 2 };

    [Fact]
    public void What_fits_has_no_alternatives()
    {
        var fit = Assess(Model, Plenty);
        Assert.True(fit.AsAsked.Fits(new MachineMemory(Plenty, Plenty)));
        Assert.Empty(fit.Alternatives);
        Assert.Equal(8192, fit.AsAsked.Context);
    }

    [Fact]
    public void The_memory_is_that_of_the_weights_the_cache_and_the_buffers()
    {
        using var path = RandomModels.Create(Model);
        var fit = Assess(Model, Plenty, context: 1000);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out _));
        using (file)
        {
            Assert.Equal(file.Tensors.Sum(tensor => tensor.ByteCount), fit.AsAsked.WeightBytes);
        }

        // 2 layers, 2 heads of 64, keys and values, 2 bytes each, in blocks of 64 positions; and the token of each.
        Assert.Equal(1024L * ((2 * 2 * 64 * 2 * 2) + sizeof(int)), fit.AsAsked.CacheBytes);
        Assert.Equal(fit.AsAsked.WeightBytes + fit.AsAsked.CacheBytes + fit.AsAsked.BufferBytes + FitChoice.RuntimeBytes, fit.AsAsked.NeededBytes);
    }

    [Fact]
    public void Tokens_a_second_are_what_memory_delivers_of_the_bytes_a_token_reads()
    {
        var untied = Assess(Model, Plenty).AsAsked;
        var tied = Assess(Model with { Untied = false }, Plenty).AsAsked;
        var embedding = 256L * 320 * sizeof(float);
        Assert.Equal(untied.WeightBytes - embedding, untied.ReadBytes);
        Assert.Equal(tied.WeightBytes, tied.ReadBytes);
        Assert.Equal(untied.ReadBytes, tied.ReadBytes);
        Assert.Equal(10, untied.TokensPerSecond(10.0 * untied.ReadBytes, 0), 6);
        Assert.Equal(10, untied.TokensPerSecond(10.0 * (untied.ReadBytes + (untied.CacheBytes / 2.0)), 0.5), 6);
    }

    [Fact]
    public void Alternatives_fit_and_change_least_first()
    {
        using var path = RandomModels.Create(Model);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out _));
        using var open = file;
        var whole = Assess(file, Plenty).AsAsked;
        var seen = new HashSet<string>();
        for (var memory = whole.NeededBytes - 1; memory > 0; memory -= whole.NeededBytes / 200)
        {
            var fit = Assess(file, memory);
            Assert.All(fit.Alternatives, choice => Assert.True(choice.NeededBytes <= memory));
            Assert.Equal(fit.Alternatives.OrderByDescending(choice => choice.WeightBytes), fit.Alternatives);
            Assert.Equal(fit.Smallest.NeededBytes <= memory, fit.Alternatives.Count > 0);
            seen.UnionWith(fit.Alternatives.Select(choice => $"{choice.Weights?.ToString() ?? "as it is"} {choice.Cache} {(choice.Context < 8192 ? "shorter" : "whole")}"));
        }

        Assert.Superset(new HashSet<string> { "as it is Q8_0 whole", "as it is Q8_0 shorter", "Q8_0 F16 whole", "Q8_0 Q8_0 shorter", "Q4_0 F16 whole", "Q4_0 Q8_0 shorter" }, seen);
    }

    [Fact]
    public void The_longest_context_that_fits_is_found()
    {
        var quarter = Assess(Model, Plenty, context: 2048, cache: KvCacheType.Q8_0).AsAsked;
        var choice = Assess(Model, quarter.NeededBytes + 1000).Alternatives[0];
        Assert.Equal((null, 2048, KvCacheType.Q8_0), (choice.Weights, choice.Context, choice.Cache));
    }

    [Fact]
    public void Weights_that_are_small_already_are_not_made_smaller()
    {
        var fit = Assess(Model with { Type = TensorType.Q4_0 }, 1000 + Assess(Model with { Type = TensorType.Q4_0 }, Plenty).Smallest.NeededBytes);
        Assert.NotEmpty(fit.Alternatives);
        Assert.All(fit.Alternatives, choice => Assert.Null(choice.Weights));
    }

    [Fact]
    public void A_context_beyond_the_models_is_a_fault()
    {
        using var path = RandomModels.Create(Model);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out _));
        using (file)
        {
            Assert.True(TransformerConfig.TryRead(file, out var config, out _));
            Assert.False(ModelFit.TryAssess(file, config, 16_385, KvCacheType.F16, new MachineMemory(Plenty, Plenty), out _, out var fault));
            Assert.Contains("16384 positions", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bandwidth_is_measured()
    {
        using var pool = new WorkerPool(2);
        Assert.InRange(MemoryBandwidth.Measure(pool, 8 << 20), 1e8, 1e13);
    }

    private static ModelFit Assess(RandomModel model, long available, int? context = null, KvCacheType cache = KvCacheType.F16)
    {
        using var path = RandomModels.Create(model);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);
        using (file)
        {
            return Assess(file, available, context, cache);
        }
    }

    private static ModelFit Assess(GgufFile file, long available, int? context = null, KvCacheType cache = KvCacheType.F16)
    {
        Assert.True(TransformerConfig.TryRead(file, out var config, out var fault), fault?.Message);
        Assert.True(ModelFit.TryAssess(file, config, context, cache, new MachineMemory(Plenty, available), out var fit, out fault), fault?.Message);
        return fit;
    }
}
