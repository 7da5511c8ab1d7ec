using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;

namespace Signalbox.Inference.Tests.Quantization;

public sealed class QuantizerTests
{
    private const int Count = 32 * 600;

    /// <summary>Hashes of what ggml writes for the same values (ggml_quantize_chunk of llama.cpp v0.5.0).</summary>
    [Theory]
    [InlineData((int)TensorType.F32, 0x3bfc18715cd488f8, 0x860470622e6f4555)]
    [InlineData((int)TensorType.F16, 0x22422a0dc0425d21, 0xc6b7d25090fba748)]
    [InlineData((int)TensorType.BF16, 0x902b7f27ea989358, 0x1a4d44852c0f74ad)]
    [InlineData((int)TensorType.Q8_0, 0x1b1abe08298bbbcc, 0xd2edb2fa67ba34e7)]
    [InlineData((int)TensorType.Q4_0, 0x0bf2812b1dbbd133, 0x48860e3e2ebca224)]
    public void Every_byte_is_ggmls(int type, ulong ofBlocks, ulong ofBits)
    {
        Assert.Equal(ofBlocks, Hash(Quantize((TensorType)type, Blocks())));
        Assert.Equal(ofBits, Hash(Quantize((TensorType)type, Bits())));
    }

    [Fact]
    public void A_block_of_values_too_small_for_a_scale_is_as_ggml_writes_it()
    {
        var tiny = Enumerable.Repeat(1e-40f, 32).ToArray();
        Assert.Equal(new string('0', 68), Convert.ToHexStringLower(Quantize(TensorType.Q8_0, tiny)));
        Assert.Equal("0080" + new string('0', 32), Convert.ToHexStringLower(Quantize(TensorType.Q4_0, tiny)));
    }

    [Fact]
    public void A_value_that_is_no_number_is_as_ggml_writes_it()
    {
        float[] values = [float.NaN, .. Enumerable.Repeat(1f, 31)];
        Assert.Equal("082000" + string.Concat(Enumerable.Repeat("7f", 31)), Convert.ToHexStringLower(Quantize(TensorType.Q8_0, values)));
        Assert.Equal("00b0" + new string('0', 32), Convert.ToHexStringLower(Quantize(TensorType.Q4_0, values)));
    }

    [Fact]
    public void Values_too_large_for_a_half_scale_are_as_ggml_writes_them()
    {
        float[] values = [.. Enumerable.Repeat(3e38f, 16), .. Enumerable.Repeat(-3e38f, 16)];
        Assert.Equal("007c" + string.Concat(Enumerable.Repeat("7f", 16)) + string.Concat(Enumerable.Repeat("81", 16)), Convert.ToHexStringLower(Quantize(TensorType.Q8_0, values)));
        Assert.Equal("00fc" + string.Concat(Enumerable.Repeat("f0", 16)), Convert.ToHexStringLower(Quantize(TensorType.Q4_0, values)));
    }

    [Theory]
    [InlineData((int)TensorType.F32, 0)]
    [InlineData((int)TensorType.F16, 1 / 2048f)]
    [InlineData((int)TensorType.BF16, 1 / 256f)]
    [InlineData((int)TensorType.Q8_0, 0.6f / 127)]
    [InlineData((int)TensorType.Q4_0, 1.01f / 8)]
    public void What_comes_back_is_within_a_step_of_the_largest_of_its_block(int type, float step)
    {
        var values = Blocks();
        var back = new float[values.Length];
        Quantizer.Dequantize((TensorType)type, Quantize((TensorType)type, values), back);
        for (var block = 0; block < values.Length; block += 32)
        {
            var largest = values.AsSpan(block, 32).ToArray().Max(MathF.Abs);
            for (var i = block; i < block + 32; i++)
            {
                // Below 1e-2 a half has fewer bits than its scale needs.
                Assert.True(largest is > 0 and < 1e-2f or > 60000 || MathF.Abs(values[i] - back[i]) <= step * largest, $"{i}: {values[i]} came back as {back[i]}");
            }
        }
    }

    [Theory]
    [InlineData((int)TensorType.Q4_K)]
    [InlineData((int)TensorType.Q5_K)]
    [InlineData((int)TensorType.Q6_K)]
    public void Nothing_is_quantized_to_blocks_of_256(int type) => Assert.Throws<ArgumentException>(() => Quantize((TensorType)type, new float[256]));

    [Fact]
    public void Half_a_block_is_refused() => Assert.Throws<ArgumentException>(() => Quantizer.Dequantize(TensorType.Q8_0, new byte[34], new float[16]));

    private static byte[] Quantize(TensorType type, float[] values)
    {
        var blocks = new byte[TensorTypes.RowBytes(type, values.Length)];
        Quantizer.Quantize(type, values, blocks);
        return blocks;
    }

    /// <summary>Blocks of all magnitudes, some of zeros, some of small whole numbers so that many are tied.</summary>
    private static float[] Blocks()
    {
        var state = 2463534242u;
        var values = new float[Count];
        for (var i = 0; i < values.Length; i++)
        {
            var next = (int)(Next(ref state) >> 8);
            var block = i / 32;
            values[i] = block % 13 == 0 ? (next % 9) - 4 : block % 17 == 0 ? 0 : (next - 8388608) / 8388608f * MathF.Pow(2, (block * 7 % 60) - 40);
        }

        return values;
    }

    /// <summary>Any bits that are a finite number.</summary>
    private static float[] Bits()
    {
        var state = 2463534242u;
        var values = new float[Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = BitConverter.UInt32BitsToSingle(Next(ref state));
            values[i] = float.IsFinite(value) ? value : 0;
        }

        return values;
    }

    private static uint Next(ref uint state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        return state ^= state << 5;
    }

    private static ulong Hash(byte[] bytes) => bytes.Aggregate(14695981039346656037, (hash, value) => unchecked((hash ^ value) * 1099511628211));
}
