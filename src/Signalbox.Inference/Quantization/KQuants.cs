namespace Signalbox.Inference.Quantization;

/// <summary>Blocks of 256 values with scales of their own inside.</summary>
internal static class KQuants
{
    /// <summary>f16 d, f16 dmin, 12 bytes of scales, 128 bytes of nibbles: x = d * scale * nibble - dmin * minimum.</summary>
    public static void DequantizeQ4_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (d, minimum) = ((float)BitConverter.ToHalf(block), (float)BitConverter.ToHalf(block[2..]));
        for (var sub = 0; sub < 8; sub++)
        {
            var (scale, offset) = Scale(block[4..16], sub);
            var nibbles = block.Slice(16 + (sub / 2 * 32), 32);
            for (var i = 0; i < 32; i++)
            {
                values[(sub * 32) + i] = (d * scale * ((nibbles[i] >> (sub % 2 * 4)) & 15)) - (minimum * offset);
            }
        }
    }

    /// <summary>As Q4_K, with a fifth bit: bit s of byte l for the l-th value of sub-block s.</summary>
    public static void DequantizeQ5_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (d, minimum) = ((float)BitConverter.ToHalf(block), (float)BitConverter.ToHalf(block[2..]));
        for (var sub = 0; sub < 8; sub++)
        {
            var (scale, offset) = Scale(block[4..16], sub);
            var nibbles = block.Slice(48 + (sub / 2 * 32), 32);
            for (var i = 0; i < 32; i++)
            {
                var quant = ((nibbles[i] >> (sub % 2 * 4)) & 15) | (((block[16 + i] >> sub) & 1) << 4);
                values[(sub * 32) + i] = (d * scale * quant) - (minimum * offset);
            }
        }
    }

    /// <summary>128 bytes of low nibbles, 64 of high pairs of bits, 16 signed scales, f16 d: x = d * scale * (quant - 32).</summary>
    public static void DequantizeQ6_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = (float)BitConverter.ToHalf(block[208..]);
        for (var half = 0; half < 2; half++)
        {
            for (var quarter = 0; quarter < 4; quarter++)
            {
                for (var i = 0; i < 32; i++)
                {
                    var low = (block[(half * 64) + (quarter % 2 * 32) + i] >> (quarter / 2 * 4)) & 15;
                    var high = (block[128 + (half * 32) + i] >> (quarter * 2)) & 3;
                    var scale = (sbyte)block[192 + (half * 8) + (quarter * 2) + (i / 16)];
                    values[(half * 128) + (quarter * 32) + i] = d * scale * ((low | (high << 4)) - 32);
                }
            }
        }
    }

    /// <summary>The 6-bit scale and minimum of one of the 8 sub-blocks, out of 12 packed bytes.</summary>
    private static (int Scale, int Minimum) Scale(ReadOnlySpan<byte> packed, int sub) => sub < 4
        ? (packed[sub] & 63, packed[sub + 4] & 63)
        : ((packed[sub + 4] & 15) | (packed[sub - 4] >> 6 << 4), (packed[sub + 4] >> 4) | (packed[sub] >> 6 << 4));
}
