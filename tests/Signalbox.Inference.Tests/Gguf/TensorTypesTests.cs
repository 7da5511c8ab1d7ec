using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tests.Gguf;

public sealed class TensorTypesTests
{
    [Theory]
    [InlineData((int)TensorType.F32, 256, 1024)]
    [InlineData((int)TensorType.F16, 256, 512)]
    [InlineData((int)TensorType.BF16, 256, 512)]
    [InlineData((int)TensorType.Q4_0, 256, 144)]
    [InlineData((int)TensorType.Q8_0, 256, 272)]
    [InlineData((int)TensorType.Q4_K, 512, 288)]
    [InlineData((int)TensorType.Q5_K, 256, 176)]
    [InlineData((int)TensorType.Q6_K, 256, 210)]
    public void A_row_takes_the_bytes_of_its_blocks(int type, int columns, int bytes) =>
        Assert.Equal(bytes, TensorTypes.RowBytes((TensorType)type, columns));
}
