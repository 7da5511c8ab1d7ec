using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Transformer;

public sealed class TransformerConfigTests
{
    [Fact]
    public void An_unknown_architecture_is_refused_by_name_with_those_that_are_supported()
    {
        var fault = FaultOf(new RandomModel { Metadata = static writer => writer.Set("general.architecture", "mamba") });

        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.Contains("'mamba'", fault.Message, StringComparison.Ordinal);
        foreach (var architecture in TransformerConfig.Supported)
        {
            Assert.Contains(architecture, fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("llama.expert_count", 8u, EngineFaultKind.Unsupported)]
    [InlineData("llama.block_count", 0u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.block_count", 4_000_000_000u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.block_count", 3u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.embedding_length", 128u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.attention.head_count", 0u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.attention.head_count", 3u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.attention.head_count_kv", 3u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.attention.key_length", 4_000_000u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.attention.value_length", 17u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.feed_forward_length", 161u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.rope.dimension_count", 8u, EngineFaultKind.InvalidFile)]
    [InlineData("llama.context_length", 0u, EngineFaultKind.InvalidFile)]
    public void Sizes_that_contradict_the_tensors_or_make_no_sense_are_refused(string key, uint value, EngineFaultKind kind) =>
        Assert.Equal(kind, FaultOf(new RandomModel { Metadata = writer => writer.Set(key, value) }).Kind);

    [Fact]
    public void Numbers_that_are_none_are_refused()
    {
        Assert.Equal(EngineFaultKind.InvalidFile, FaultOf(new RandomModel { Metadata = static w => w.Set("llama.attention.layer_norm_rms_epsilon", float.NaN) }).Kind);
        Assert.Equal(EngineFaultKind.InvalidFile, FaultOf(new RandomModel { Metadata = static w => w.Set("llama.rope.freq_base", -1f) }).Kind);
        Assert.Equal(EngineFaultKind.Unsupported, FaultOf(new RandomModel { Metadata = static w => w.Set("llama.rope.scaling.type", "spiral") }).Kind);
    }

    [Fact]
    public void A_size_for_each_layer_is_read_from_an_array()
    {
        using var model = new LoadedModel(new RandomModel { Metadata = static writer => writer.Set("llama.attention.head_count_kv", (int[])[2, 2]) });

        Assert.Equal([2, 2], model.Model.Config.KeyValueHeadsByLayer);
        Assert.Equal(2, model.Model.Config.KeyValueHeads);
    }

    [Fact]
    public void Gemma2_alternates_between_layers_with_and_without_a_window()
    {
        using var model = new LoadedModel(new RandomModel { Architecture = "gemma2", Layers = 4 });
        var config = model.Model.Config;

        Assert.Equal([64, int.MaxValue, 64, int.MaxValue], Enumerable.Range(0, 4).Select(config.WindowOf));
        Assert.Equal(50, config.AttentionSoftCap);
        Assert.Equal(30, config.LogitSoftCap);
        Assert.Equal(8, config.EmbeddingScale);
    }

    private static EngineFault FaultOf(RandomModel model)
    {
        using var path = RandomModels.Create(model);
        using var pool = new WorkerPool(1);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);
        using (file)
        {
            Assert.False(LanguageModel.TryLoad(file, pool, 16, out _, out fault));
            Assert.NotEmpty(fault.Message);
            return fault;
        }
    }
}
