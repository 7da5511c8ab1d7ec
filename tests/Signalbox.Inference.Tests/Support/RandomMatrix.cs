using System.Runtime.InteropServices;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Kernels;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Weights of random bits in native memory that ends where its pages are the test's no more, and what they stand for.</summary>
internal sealed unsafe class RandomMatrix : IDisposable
{
    private readonly byte* _memory;

    /// <param name="type">Of the weights.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="seed">Of the bits.</param>
    /// <param name="unitScales">Every floating-point scale is 1, floats are small whole numbers: products are exact.</param>
    /// <param name="offset">Bytes that the first row stands beyond an aligned address.</param>
    public RandomMatrix(TensorType type, int rows, int columns, int seed, bool unitScales = false, int offset = 0)
    {
        var random = new Random(seed);
        var bytes = rows * TensorTypes.RowBytes(type, columns);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes + offset), 64);
        Matrix = new WeightMatrix(type, _memory + offset, rows, columns);
        random.NextBytes(new Span<byte>(Matrix.Data, checked((int)bytes)));
        Values = new double[rows * columns];
        var blockBytes = TensorTypes.BlockBytes(type);
        var blockValues = TensorTypes.BlockValues(type);
        for (var block = 0; block < rows * columns / blockValues; block++)
        {
            var data = new Span<byte>(Matrix.Data + (long)block * blockBytes, blockBytes);
            SetFloats(type, data, random, unitScales);
            Decode(type, data, Values.AsSpan(block * blockValues, blockValues));
        }
    }

    public WeightMatrix Matrix { get; }

    /// <summary>[rows, columns].</summary>
    public double[] Values { get; }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private static void SetFloats(TensorType type, Span<byte> block, Random random, bool unitScales)
    {
        var value = unitScales ? random.Next(-8, 9) : (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-20, 3));
        switch (type)
        {
            case TensorType.F32:
                MemoryMarshal.Write(block, (float)value);
                break;
            case TensorType.F16:
                MemoryMarshal.Write(block, (Half)value);
                break;
            case TensorType.BF16:
                MemoryMarshal.Write(block, (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16));
                break;
            case TensorType.Q6_K:
                MemoryMarshal.Write(block[208..], Scale());
                for (var i = 192; i < 208 && unitScales; i++)
                {
                    block[i] = (byte)random.Next(-9, 10);
                }

                break;
            default:
                MemoryMarshal.Write(block, Scale());
                if (TensorTypes.BlockValues(type) == 256)
                {
                    MemoryMarshal.Write(block[2..], Scale());
                }

                break;
        }

        Half Scale() => unitScales ? (Half)1 : (Half)((random.NextDouble() - 0.5) / 64);
    }

    /// <summary>From the description of the formats, value by value.</summary>
    private static void Decode(TensorType type, ReadOnlySpan<byte> block, Span<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = type switch
            {
                TensorType.F32 => MemoryMarshal.Read<float>(block),
                TensorType.F16 => (double)MemoryMarshal.Read<Half>(block),
                TensorType.BF16 => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Read<ushort>(block) << 16),
                TensorType.Q8_0 => Float(block) * (sbyte)block[2 + i],
                TensorType.Q4_0 => Float(block) * ((i < 16 ? block[2 + i] & 15 : block[2 + i - 16] >> 4) - 8),
                TensorType.Q4_K => WithMinimum(block, i, Nibble(block[16..], i)),
                TensorType.Q5_K => WithMinimum(block, i, Nibble(block[48..], i) + 16 * ((block[16 + i % 32] >> (i / 32)) & 1)),
                _ => SixBit(block, i),
            };
        }
    }

    private static double Float(ReadOnlySpan<byte> half) => (double)MemoryMarshal.Read<Half>(half);

    private static int Nibble(ReadOnlySpan<byte> nibbles, int i)
    {
        var both = nibbles[32 * (i / 64) + i % 32];
        return i % 64 < 32 ? both & 15 : both >> 4;
    }

    private static double WithMinimum(ReadOnlySpan<byte> block, int i, int q)
    {
        var packed = block[4..16];
        var s = i / 32;
        var scale = s < 4 ? packed[s] & 63 : (packed[s + 4] & 15) | ((packed[s - 4] >> 6) << 4);
        var minimum = s < 4 ? packed[s + 4] & 63 : (packed[s + 4] >> 4) | ((packed[s] >> 6) << 4);
        return Float(block) * scale * q - Float(block[2..]) * minimum;
    }

    private static double SixBit(ReadOnlySpan<byte> block, int i)
    {
        var h = i / 128;
        var l = i % 32;
        var (low, shift, index) = (i % 128 / 32) switch
        {
            0 => (block[64 * h + l] & 15, 0, l / 16),
            1 => (block[64 * h + l + 32] & 15, 2, 2 + l / 16),
            2 => (block[64 * h + l] >> 4, 4, 4 + l / 16),
            _ => (block[64 * h + l + 32] >> 4, 6, 6 + l / 16),
        };
        var high = (block[128 + 32 * h + l] >> shift) & 3;
        return Float(block[208..]) * (sbyte)block[192 + 8 * h + index] * ((low | (high << 4)) - 32);
    }
}
