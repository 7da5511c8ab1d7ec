using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Quantization;

public sealed unsafe class ModelQuantizerTests : IDisposable
{
    private readonly TemporaryFile _out = new(".gguf");

    public void Dispose() => _out.Dispose();

    [Theory]
    [InlineData("llama", (int)TensorType.Q8_0, 7)]
    [InlineData("llama", (int)TensorType.Q4_0, 2)]
    [InlineData("bert", (int)TensorType.Q4_0, 2)]
    [InlineData("phi3", (int)TensorType.Q8_0, 7)]
    public void A_quantized_model_is_the_one_that_its_weights_make(string architecture, int type, int fileType)
    {
        // 40 is no whole number of blocks, so some rows stay F16; 70 rows of 1,000 are more than one piece.
        var model = new RandomModel { Architecture = architecture, KeyValueHeads = architecture == "bert" ? 4 : 2, FeedForwardLength = 1000, EmbeddingLength = 96, Type = TensorType.F32 };
        using var source = RandomModels.Create(model);
        using var expected = RandomModels.Create(model with { Type = (TensorType)type });

        Assert.True(ModelQuantizer.TryQuantize(source.Path, _out.Path, (TensorType)type, null, TestContext.Current.CancellationToken, out var summary, out var fault), fault?.Message);

        using var file = Open(_out.Path);
        using var made = Open(expected.Path);
        Assert.Equal(made.Tensors.Select(tensor => (tensor.Name, tensor.Type)), file.Tensors.Select(tensor => (tensor.Name, tensor.Type)));
        Assert.All(made.Tensors, tensor => Assert.True(Bytes(tensor).SequenceEqual(Bytes(file.Find(tensor.Name)!)), tensor.Name));
        Assert.Contains(file.Tensors, tensor => tensor.Type == TensorType.F16);
        Assert.True(file.Metadata.TryGetInt("general.file_type", out var found));
        Assert.Equal(fileType, found);
        Assert.Equal(summary.Bytes, file.FileBytes);
        Assert.Equal(file.Tensors.Count(tensor => tensor.Type == (TensorType)type), summary.Quantized);
        Assert.Equal(made.Metadata.Keys.Order(), file.Metadata.Keys.Order());
    }

    [Theory]
    [InlineData((int)TensorType.F16)]
    [InlineData((int)TensorType.BF16)]
    [InlineData((int)TensorType.Q6_K)]
    public void Other_types_are_sources_too(int type)
    {
        using var source = RandomModels.Create(new RandomModel { Type = (TensorType)type, EmbeddingLength = 256, FeedForwardLength = 256 });

        Assert.True(ModelQuantizer.TryQuantize(source.Path, _out.Path, TensorType.Q4_0, null, TestContext.Current.CancellationToken, out _, out var fault), fault?.Message);

        using var before = Open(source.Path);
        using var after = Open(_out.Path);
        var (from, to) = (Values(before.Find("blk.0.ffn_up.weight")!), Values(after.Find("blk.0.ffn_up.weight")!));
        Assert.Equal(TensorType.Q4_0, after.Find("blk.0.ffn_up.weight")!.Type);
        Assert.InRange(from.Zip(to, (a, b) => (a - b) * (a - b)).Sum() / from.Sum(a => a * a), 1e-4, 0.02);
    }

    [Fact]
    public void Weights_that_are_as_small_already_stay_as_they_are()
    {
        using var source = RandomModels.Create(new RandomModel
        {
            Type = TensorType.F16, EmbeddingLength = 256, FeedForwardLength = 256, Types = new Dictionary<string, TensorType> { ["output.weight"] = TensorType.Q6_K, ["attn_v.weight"] = TensorType.Q4_K },
        });
        Assert.True(ModelQuantizer.TryQuantize(source.Path, _out.Path, TensorType.Q8_0, null, TestContext.Current.CancellationToken, out _, out var fault), fault?.Message);
        using var file = Open(_out.Path);
        Assert.Equal(TensorType.Q6_K, file.Find("output.weight")!.Type);
        Assert.Equal(TensorType.Q4_K, file.Find("blk.0.attn_v.weight")!.Type);
        Assert.Equal(TensorType.Q8_0, file.Find("blk.0.attn_q.weight")!.Type);
    }

    [Fact]
    public void A_model_with_nothing_to_gain_is_refused()
    {
        using var source = RandomModels.Create(new RandomModel { Type = TensorType.Q4_0, FeedForwardLength = 64 });
        Assert.Contains("nothing to gain", Fault(source.Path, _out.Path, TensorType.Q8_0).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_out.Path));
    }

    [Fact]
    public void The_model_itself_is_not_written_over()
    {
        using var source = RandomModels.Create(new RandomModel());
        Assert.Contains("name another file", Fault(source.Path, Path.Combine(Path.GetDirectoryName(source.Path)!, ".", Path.GetFileName(source.Path)), TensorType.Q8_0).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_is_not_written_over_through_links_either()
    {
        using var source = RandomModels.Create(new RandomModel());
        var before = File.ReadAllBytes(source.Path);
        var folder = Directory.CreateTempSubdirectory("signalbox-links-");
        try
        {
            var (link, room) = (Path.Combine(folder.FullName, "link.gguf"), Path.Combine(folder.FullName, "room"));
            File.CreateSymbolicLink(link, source.Path);
            Directory.CreateSymbolicLink(room, Path.GetDirectoryName(source.Path)!);
            var around = Path.Combine(room, Path.GetFileName(source.Path));
            foreach (var (from, to) in new[] { (link, source.Path), (source.Path, around), (link, around) })
            {
                Assert.Contains("is the model itself", Fault(from, to, TensorType.Q8_0).Message, StringComparison.Ordinal);
            }

            Assert.Contains("a link", Fault(source.Path, link, TensorType.Q8_0).Message, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(source.Path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Only_types_that_are_written_are_taken()
    {
        using var source = RandomModels.Create(new RandomModel());
        Assert.Contains("choose Q8_0 or Q4_0", Fault(source.Path, _out.Path, TensorType.Q4_K).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_is_refused()
    {
        new GgufWriter().Set("general.type", "adapter").Add("x.weight.lora_a", TensorType.F32, [32, 2], stream => stream.Write(new byte[256])).WriteTo(_out.Path);
        Assert.Contains("is an adapter", Fault(_out.Path, _out.Path + ".q8", TensorType.Q8_0).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_fault()
    {
        using var source = RandomModels.Create(new RandomModel());
        Assert.Contains("cannot be written", Fault(source.Path, "/nowhere/at/all.gguf", TensorType.Q8_0).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_leaves_nothing_behind_and_what_was_there_alone()
    {
        using var source = RandomModels.Create(new RandomModel());
        File.WriteAllText(_out.Path, "GGUF old");
        using var cancel = new CancellationTokenSource();
        var calls = 0;
        Assert.Throws<OperationCanceledException>(() => ModelQuantizer.TryQuantize(source.Path, _out.Path, TensorType.Q8_0, Count, cancel.Token, out _, out _));
        Assert.Equal("GGUF old", File.ReadAllText(_out.Path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_out.Path)!, Path.GetFileName(_out.Path) + "*"));
        Assert.Equal(3, calls);

        void Count(QuantizationProgress progress)
        {
            if (++calls == 3)
            {
                cancel.Cancel();
            }
        }
    }

    [Fact]
    public void Progress_ends_at_all_of_the_bytes()
    {
        using var source = RandomModels.Create(new RandomModel());
        var steps = new List<QuantizationProgress>();
        Assert.True(ModelQuantizer.TryQuantize(source.Path, _out.Path, TensorType.Q8_0, steps.Add, TestContext.Current.CancellationToken, out _, out _));
        Assert.Equal(steps[^1].TotalBytes, steps[^1].DoneBytes);
        Assert.Equal(steps.OrderBy(step => step.DoneBytes), steps);
    }

    [Fact]
    public void Memory_does_not_grow_with_the_model()
    {
        using var source = RandomModels.Create(new RandomModel { EmbeddingLength = 256, FeedForwardLength = 4096, VocabularySize = 8192 });
        Assert.True(new FileInfo(source.Path).Length > 30_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(ModelQuantizer.TryQuantize(source.Path, _out.Path, TensorType.Q8_0, null, TestContext.Current.CancellationToken, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    private static EngineFault Fault(string source, string destination, TensorType type)
    {
        Assert.False(ModelQuantizer.TryQuantize(source, destination, type, null, TestContext.Current.CancellationToken, out _, out var fault));
        return fault;
    }

    private static GgufFile Open(string path)
    {
        Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
        return file;
    }

    private static ReadOnlySpan<byte> Bytes(GgufTensor tensor) => new(tensor.Data, (int)tensor.ByteCount);

    private static float[] Values(GgufTensor tensor)
    {
        var values = new float[tensor.Columns * tensor.Rows];
        Quantizer.Dequantize(tensor.Type, Bytes(tensor), values);
        return values;
    }
}
