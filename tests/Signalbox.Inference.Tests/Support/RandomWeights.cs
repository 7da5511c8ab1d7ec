using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Values with the spread of a trained model's, so that logits spread by about 2 and differences show.</summary>
internal static class RandomWeights
{
    public static void Write(Stream stream, RandomModel model, string name, TensorType type, long[] dimensions)
    {
        var blocks = new byte[TensorTypes.RowBytes(type, dimensions[0]) * Rows(dimensions)];
        if (type is TensorType.Q4_K or TensorType.Q5_K or TensorType.Q6_K)
        {
            FillBlocks(type, blocks, Deviation(model, name, dimensions), Generator(model, name));
        }
        else
        {
            Quantizer.Quantize(type, Values(model, name, dimensions), blocks);
        }

        stream.Write(blocks);
    }

    public static float[] Values(RandomModel model, string name, long[] dimensions)
    {
        var random = Generator(model, name);
        var values = new float[dimensions[0] * Rows(dimensions)];
        var isBias = name.EndsWith(".bias", StringComparison.Ordinal);
        var deviation = Deviation(model, name, dimensions);
        var norm = name == "output_norm.weight" && !model.HasOutput ? 32 : 1;
        for (var i = 0; i < values.Length; i++)
        {
            var value = Normal(random);
            values[i] = dimensions.Length > 1 ? deviation * value : isBias ? 0.1f * value : norm * (1 + (0.1f * value));
        }

        return values;
    }

    private static long Rows(long[] dimensions) => dimensions.Skip(1).Aggregate(1L, (product, size) => product * size);

    private static float Deviation(RandomModel model, string name, long[] dimensions)
    {
        var deviation = 1 / MathF.Sqrt(dimensions[0]);
        return name switch
        {
            // Where it is the output matrix too, a large embedding would make every model repeat its last token.
            "token_embd.weight" => model.HasOutput ? 1 : deviation / 16,
            "token_types.weight" or "position_embd.weight" => 0.5f,
            "output.weight" => 2 * deviation,
            _ when name.EndsWith("attn_output.weight", StringComparison.Ordinal) || name.EndsWith("ffn_down.weight", StringComparison.Ordinal) => deviation / MathF.Sqrt(2 * model.Layers),
            _ => deviation,
        };
    }

    /// <summary>Random quants and scales under a scale of the block that gives about the deviation.</summary>
    private static void FillBlocks(TensorType type, Span<byte> blocks, float deviation, Random random)
    {
        var size = TensorTypes.BlockBytes(type);
        Span<byte> scales = stackalloc byte[8];
        for (; !blocks.IsEmpty; blocks = blocks[size..])
        {
            var block = blocks[..size];
            random.NextBytes(block);
            if (type == TensorType.Q6_K)
            {
                // 16 scales of -128 to 127 (74 on average square) times quants of -32 to 31 (18.5).
                BitConverter.TryWriteBytes(block[208..], (Half)(deviation / (74 * 18.5f)));
                continue;
            }

            // Scales of 0 to 63 (37 on average square); the minimum is the middle of the quants, so that values are centred.
            var quants = type == TensorType.Q4_K ? 16 : 32;
            var d = deviation / (37 * quants / MathF.Sqrt(12));
            BitConverter.TryWriteBytes(block, (Half)d);
            BitConverter.TryWriteBytes(block[2..], (Half)(d * (quants - 1) / 2));
            foreach (ref var scale in scales)
            {
                scale = (byte)random.Next(64);
            }

            for (var i = 0; i < 4; i++)
            {
                block[4 + i] = block[8 + i] = (byte)(scales[i] | (scales[i + 4] >> 4 << 6));
                block[12 + i] = (byte)((scales[i + 4] & 15) | ((scales[i + 4] & 15) << 4));
            }
        }
    }

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static Random Generator(RandomModel model, string name)
    {
        var hash = 2166136261;
        foreach (var character in name)
        {
            hash = unchecked((hash ^ character) * 16777619);
        }

        return new Random(unchecked((int)(hash ^ (model.Seed * 0x9E3779B1))));
    }
}
