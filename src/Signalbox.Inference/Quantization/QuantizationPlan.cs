using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Quantization;

/// <summary>
/// Which type each tensor gets when a model is quantized: the matrices that activations are multiplied with get the new type; what is added
/// or multiplied value by value stays exact, because it is small and llama.cpp wants it so.
/// </summary>
internal static class QuantizationPlan
{
    /// <summary>Matrices that are looked up or decide between experts.</summary>
    private static readonly string[] Exact = ["_norm.weight", "position_embd", "token_types", "ffn_gate_inp"];

    public static bool CanQuantizeTo(TensorType type) => type is TensorType.Q8_0 or TensorType.Q4_0;

    /// <param name="tensor">A tensor of the source.</param>
    /// <param name="target">Q8_0 or Q4_0.</param>
    public static TensorType TypeOf(GgufTensor tensor, TensorType target)
    {
        if (Rank(tensor) == 1)
        {
            return TensorType.F32;
        }

        var isWeight = tensor.Name.EndsWith(".weight", StringComparison.Ordinal) && !Exact.Any(part => tensor.Name.Contains(part, StringComparison.Ordinal));
        if (!isWeight || Rank(tensor) > 2 || BitsPerValue(tensor.Type) <= BitsPerValue(target))
        {
            return tensor.Type;
        }

        return tensor.Columns % TensorTypes.BlockValues(target) == 0 ? target
            : BitsPerValue(tensor.Type) > BitsPerValue(TensorType.F16) || tensor.Type == TensorType.BF16 ? TensorType.F16
            : tensor.Type;
    }

    public static long BytesOf(GgufTensor tensor, TensorType target) => TensorTypes.RowBytes(TypeOf(tensor, target), tensor.Columns) * tensor.Rows;

    private static double BitsPerValue(TensorType type) => 8.0 * TensorTypes.BlockBytes(type) / TensorTypes.BlockValues(type);

    /// <summary>Sizes of 1 at the end do not count.</summary>
    private static int Rank(GgufTensor tensor)
    {
        var rank = tensor.Dimensions.Count;
        while (rank > 1 && tensor.Dimensions[rank - 1] == 1)
        {
            rank--;
        }

        return rank;
    }
}
