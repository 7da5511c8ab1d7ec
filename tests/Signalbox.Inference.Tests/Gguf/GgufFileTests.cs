using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Gguf;

public sealed unsafe class GgufFileTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("qwen2")]
    [InlineData("gemma")]
    [InlineData("gemma2")]
    [InlineData("phi3")]
    [InlineData("bert")]
    public void What_was_written_is_read_back(string architecture)
    {
        var model = new RandomModel { Architecture = architecture, KeyValueHeads = architecture == "bert" ? 4 : 2, Type = TensorType.Q8_0 };
        using var path = RandomModels.Create(model);

        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);

        using (file)
        {
            Assert.True(file.Metadata.TryGetString("general.architecture", out var found));
            Assert.Equal(architecture, found);
            Assert.True(file.Metadata.TryGetStrings("tokenizer.ggml.tokens", out var tokens));
            Assert.Equal(model.VocabularySize, tokens.Length);
            Assert.Equal(model.VocabularySize, tokens.Select(token => System.Text.Encoding.UTF8.GetString(token)).Distinct().Count());
            foreach (var tensor in file.Tensors)
            {
                var values = new float[tensor.Columns * tensor.Rows];
                Quantizer.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Data, (int)tensor.ByteCount), values);
                var expected = RandomModels.Values(model, tensor.Name);
                Assert.Equal(expected.Length, values.Length);
                Assert.True(expected.Zip(values).All(pair => MathF.Abs(pair.First - pair.Second) <= 0.03f), tensor.Name);
            }
        }
    }

    [Theory]
    [InlineData((int)TensorType.Q4_K)]
    [InlineData((int)TensorType.Q5_K)]
    [InlineData((int)TensorType.Q6_K)]
    public void Random_blocks_of_256_spread_like_the_other_types(int type)
    {
        var model = new RandomModel { EmbeddingLength = 256, FeedForwardLength = 512, Type = (TensorType)type };
        using var path = RandomModels.Create(model);
        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);
        using (file)
        {
            var tensor = file.Find("blk.1.ffn_up.weight")!;
            Assert.Equal((TensorType)type, tensor.Type);
            var values = new float[tensor.Columns * tensor.Rows];
            Quantizer.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Data, (int)tensor.ByteCount), values);
            Assert.InRange(Math.Sqrt(values.Average(value => value * value)) * Math.Sqrt(256), 0.8, 1.2);
        }
    }
}
