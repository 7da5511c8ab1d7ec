namespace Signalbox.Inference.Training.Optimization;

/// <summary>The parameters of a whole model of architecture llama with a tied output, by the names of GGUF.</summary>
internal static class ModelParameters
{
    public const string Embedding = "token_embd.weight";
    public const string OutputNorm = "output_norm.weight";

    private const float Deviation = 0.02f;

    /// <summary>
    /// Normal with deviation 0.02; what is added to the residual stream is smaller by sqrt(2 layers), so that the stream does not grow with depth
    /// (GPT-2, Radford et al. 2019, section 2.3). Norms start at 1 and do not decay.
    /// </summary>
    public static IReadOnlyList<ParameterSpec> Of(ModelShape shape)
    {
        var (d, keys, residual) = (shape.EmbeddingLength, shape.KeyValueHeads * shape.HeadLength, Deviation / MathF.Sqrt(2 * shape.Layers));
        var specs = new List<ParameterSpec> { Matrix(Embedding, shape.VocabularySize, d, Deviation) };
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            specs.Add(Norm(InLayer(layer, "attn_norm"), d));
            specs.Add(Matrix(InLayer(layer, "attn_q"), d, d, Deviation));
            specs.Add(Matrix(InLayer(layer, "attn_k"), keys, d, Deviation));
            specs.Add(Matrix(InLayer(layer, "attn_v"), keys, d, Deviation));
            specs.Add(Matrix(InLayer(layer, "attn_output"), d, d, residual));
            specs.Add(Norm(InLayer(layer, "ffn_norm"), d));
            specs.Add(Matrix(InLayer(layer, "ffn_gate"), shape.FeedForwardLength, d, Deviation));
            specs.Add(Matrix(InLayer(layer, "ffn_up"), shape.FeedForwardLength, d, Deviation));
            specs.Add(Matrix(InLayer(layer, "ffn_down"), d, shape.FeedForwardLength, residual));
        }

        specs.Add(Norm(OutputNorm, d));
        return specs;
    }

    public static string InLayer(int layer, string part) => $"blk.{layer}.{part}.weight";

    private static ParameterSpec Matrix(string name, int rows, int columns, float deviation) => new(name, rows, columns, Decays: true, deviation);

    private static ParameterSpec Norm(string name, int columns) => new(name, 1, columns, Decays: false, Deviation: 0, Mean: 1);
}
