using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Quantization;

/// <summary>Weights to and from the block formats, one value after the other: the reference beside every kernel.</summary>
internal static class Quantizer
{
    /// <summary>Values of a whole number of blocks.</summary>
    /// <param name="type">Any type of <see cref="TensorType"/>.</param>
    /// <param name="blocks">The bytes of the blocks.</param>
    /// <param name="values">As many as the blocks hold.</param>
    public static void Dequantize(TensorType type, ReadOnlySpan<byte> blocks, Span<float> values) => throw new NotImplementedException();

    /// <summary>F32, F16, BF16, Q8_0 and Q4_0 only. Byte for byte what ggml writes.</summary>
    public static void Quantize(TensorType type, ReadOnlySpan<float> values, Span<byte> blocks) => throw new NotImplementedException();
}
