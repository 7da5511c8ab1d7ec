using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Training.Calibration;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training;

public sealed class ModelAverageTests : IDisposable
{
    private readonly TemporaryFile _out = new(".gguf");

    public void Dispose() => _out.Dispose();

    [Fact]
    public void Each_weight_of_the_mean_is_the_mean_of_the_models_weights_whatever_their_types()
    {
        // The embedding has more values than are read at once.
        RandomModel[] models = [Random(1, TensorType.F32), Random(2, TensorType.Q8_0), Random(3, TensorType.F16)];
        using var first = RandomModels.Create(models[0]);
        using var second = RandomModels.Create(models[1]);
        using var third = RandomModels.Create(models[2]);
        Assert.Null(Write(first.Path, second.Path, third.Path));

        var read = new[] { first.Path, second.Path, third.Path }.Select(Weights).ToArray();
        foreach (var (name, mean) in Weights(_out.Path))
        {
            for (var i = 0; i < mean.Length; i++)
            {
                Assert.Equal((read[0][name][i] + read[1][name][i] + read[2][name][i]) / 3, mean[i], 1e-6f);
            }
        }

        using var file = Open(_out.Path);
        Assert.Equal(read[0].Keys, file.Tensors.Select(static tensor => tensor.Name));
        Assert.All(file.Tensors, static tensor => Assert.Equal(TensorType.F32, tensor.Type));
    }

    [Fact]
    public void The_mean_of_a_model_with_itself_is_the_model_without_its_calibration()
    {
        using var plain = RandomModels.Create(new RandomModel());
        using var calibrated = new TemporaryFile(".gguf");
        Assert.True(CalibratedFile.TryWrite(plain.Path, calibrated.Path, new ConfidenceMap(1, [1, 2, 3, 4]), out var fault), fault?.Message);
        Assert.Null(Write(calibrated.Path, calibrated.Path));

        Assert.Equal(Weights(plain.Path), Weights(_out.Path));
        using var before = Open(plain.Path);
        using var after = Open(_out.Path);
        Assert.Equal(before.Metadata.Keys.Order(), after.Metadata.Keys.Order());
    }

    [Fact]
    public void Models_that_have_no_mean_are_refused_and_nothing_is_written()
    {
        using var model = RandomModels.Create(new RandomModel());
        using var wider = RandomModels.Create(new RandomModel { FeedForwardLength = 192 });
        using var tied = RandomModels.Create(new RandomModel { Untied = false });
        using var words = RandomModels.Create(new RandomModel { Tokenizer = "gpt2" });
        using var adapter = new TemporaryFile(".gguf");
        new GgufWriter().Set("general.architecture", "llama").Set("general.type", "adapter").WriteTo(adapter.Path);

        Assert.Contains("two models or more", Write(model.Path), StringComparison.Ordinal);
        Assert.Contains("of different shapes, beginning with blk.0.ffn_", Write(model.Path, wider.Path), StringComparison.Ordinal);
        Assert.Contains("of different shapes, beginning with output.weight", Write(model.Path, tied.Path), StringComparison.Ordinal);
        Assert.Contains("of different shapes, beginning with output.weight", Write(tied.Path, model.Path), StringComparison.Ordinal);
        Assert.Contains("different vocabularies", Write(model.Path, words.Path), StringComparison.Ordinal);
        Assert.Contains("is an adapter", Write(adapter.Path, model.Path), StringComparison.Ordinal);
        using var fewer = RandomModels.Create(new RandomModel { VocabularySize = 300 });
        Assert.Contains("different vocabularies", Write(model.Path, fewer.Path), StringComparison.Ordinal);
        Assert.Contains("no-such.gguf cannot be opened", Write(model.Path, "no-such.gguf"), StringComparison.Ordinal);
        Assert.False(File.Exists(_out.Path));

        var before = File.ReadAllBytes(model.Path);
        Assert.False(ModelAverage.TryWrite([model.Path, model.Path], model.Path, TestContext.Current.CancellationToken, out var fault));
        Assert.Contains("is one of the models", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(model.Path));
    }

    private static RandomModel Random(ulong seed, TensorType type) => new() { Seed = seed, Type = type, VocabularySize = 1100 };

    private string? Write(params string[] sources) =>
        ModelAverage.TryWrite(sources, _out.Path, TestContext.Current.CancellationToken, out var fault) ? null : fault.Message;

    private static GgufFile Open(string path)
    {
        Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
        return file;
    }

    private static unsafe Dictionary<string, float[]> Weights(string path)
    {
        using var file = Open(path);
        return file.Tensors.ToDictionary(static tensor => tensor.Name, static tensor =>
        {
            var values = new float[tensor.Rows * tensor.Columns];
            Quantizer.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Data, (int)tensor.ByteCount), values);
            return values;
        });
    }
}
