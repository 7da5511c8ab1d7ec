using System.Runtime.InteropServices;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Quantization;

/// <summary>Weights to and from the block formats, one value after the other: the reference beside every kernel.</summary>
internal static class Quantizer
{
    private const int Block = 32;

    /// <summary>Values of a whole number of blocks.</summary>
    /// <param name="type">Any type of <see cref="TensorType"/>.</param>
    /// <param name="blocks">The bytes of the blocks.</param>
    /// <param name="values">As many as the blocks hold.</param>
    public static void Dequantize(TensorType type, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var blockValues = TensorTypes.BlockValues(type);
        var blockBytes = TensorTypes.BlockBytes(type);
        Check(type, blocks.Length, values.Length);
        if (type == TensorType.F32)
        {
            blocks.CopyTo(MemoryMarshal.AsBytes(values));
            return;
        }

        for (; !values.IsEmpty; blocks = blocks[blockBytes..], values = values[blockValues..])
        {
            switch (type)
            {
                case TensorType.F16: values[0] = (float)BitConverter.ToHalf(blocks); break;
                case TensorType.BF16: values[0] = BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(blocks) << 16); break;
                case TensorType.Q8_0: DequantizeQ8_0(blocks, values); break;
                case TensorType.Q4_0: DequantizeQ4_0(blocks, values); break;
                case TensorType.Q4_K: KQuants.DequantizeQ4_K(blocks, values); break;
                case TensorType.Q5_K: KQuants.DequantizeQ5_K(blocks, values); break;
                case TensorType.Q6_K: KQuants.DequantizeQ6_K(blocks, values); break;
            }
        }
    }

    /// <summary>F32, F16, BF16, Q8_0 and Q4_0 only. Byte for byte what ggml writes.</summary>
    public static void Quantize(TensorType type, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        var blockValues = TensorTypes.BlockValues(type);
        var blockBytes = TensorTypes.BlockBytes(type);
        Check(type, blocks.Length, values.Length);
        if (type == TensorType.F32)
        {
            MemoryMarshal.AsBytes(values).CopyTo(blocks);
            return;
        }

        for (; !values.IsEmpty; values = values[blockValues..], blocks = blocks[blockBytes..])
        {
            switch (type)
            {
                case TensorType.F16: BitConverter.TryWriteBytes(blocks, (Half)values[0]); break;
                case TensorType.BF16: BitConverter.TryWriteBytes(blocks, ToBrainFloat(values[0])); break;
                case TensorType.Q8_0: QuantizeQ8_0(values, blocks); break;
                case TensorType.Q4_0: QuantizeQ4_0(values, blocks); break;
                default: throw new ArgumentException($"nothing is quantized to {type}", nameof(type));
            }
        }
    }

    private static void DequantizeQ8_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = (float)BitConverter.ToHalf(block);
        for (var i = 0; i < Block; i++)
        {
            values[i] = scale * (sbyte)block[2 + i];
        }
    }

    private static void DequantizeQ4_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = (float)BitConverter.ToHalf(block);
        for (var i = 0; i < Block / 2; i++)
        {
            values[i] = scale * ((block[2 + i] & 15) - 8);
            values[i + (Block / 2)] = scale * ((block[2 + i] >> 4) - 8);
        }
    }

    private static void QuantizeQ8_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        var largest = 0f;
        for (var i = 0; i < Block; i++)
        {
            // Not MathF.Max: what a NaN does here is part of the format's reference.
            var magnitude = MathF.Abs(values[i]);
            largest = largest > magnitude ? largest : magnitude;
        }

        var scale = largest / 127;
        var inverse = scale != 0 ? 1 / scale : 0;
        BitConverter.TryWriteBytes(block, (Half)scale);
        for (var i = 0; i < Block; i++)
        {
            block[2 + i] = (byte)Truncate(MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero));
        }
    }

    private static void QuantizeQ4_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        var (largest, signed) = (0f, 0f);
        for (var i = 0; i < Block; i++)
        {
            if (MathF.Abs(values[i]) > largest)
            {
                (largest, signed) = (MathF.Abs(values[i]), values[i]);
            }
        }

        var scale = signed / -8;
        var inverse = scale != 0 ? 1 / scale : 0;
        BitConverter.TryWriteBytes(block, (Half)scale);
        for (var i = 0; i < Block / 2; i++)
        {
            var low = Math.Min(15, Truncate((values[i] * inverse) + 8.5f));
            var high = Math.Min(15, Truncate((values[i + (Block / 2)] * inverse) + 8.5f));
            block[2 + i] = (byte)((low & 15) | (high << 4));
        }
    }

    /// <summary>A scale so small that its inverse is infinite, or a NaN, gives 0, as the processor's own conversion does.</summary>
    private static int Truncate(float value) => float.IsFinite(value) ? (int)value : 0;

    /// <summary>Rounds to the nearest, ties to even; a NaN stays one.</summary>
    private static ushort ToBrainFloat(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 64) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static void Check(TensorType type, int bytes, int values)
    {
        var blockValues = TensorTypes.BlockValues(type);
        if (blockValues == 0 || values % blockValues != 0 || bytes != values / blockValues * TensorTypes.BlockBytes(type))
        {
            throw new ArgumentException($"{values} values are not {bytes} bytes of {type}", nameof(values));
        }
    }
}
