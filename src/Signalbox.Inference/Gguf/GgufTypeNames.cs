namespace Signalbox.Inference.Gguf;

/// <summary>Names of all tensor types of ggml, those that this engine does not read included, for messages.</summary>
internal static class GgufTypeNames
{
    /// <summary>The types that are read.</summary>
    public static string Supported { get; } = string.Join(", ", Enum.GetNames<TensorType>());

    public static string Of(uint type) => type switch
    {
        3 => "Q4_1",
        6 => "Q5_0",
        7 => "Q5_1",
        9 => "Q8_1",
        10 => "Q2_K",
        11 => "Q3_K",
        15 => "Q8_K",
        16 => "IQ2_XXS",
        17 => "IQ2_XS",
        18 => "IQ3_XXS",
        19 => "IQ1_S",
        20 => "IQ4_NL",
        21 => "IQ3_S",
        22 => "IQ2_S",
        23 => "IQ4_XS",
        24 => "I8",
        25 => "I16",
        26 => "I32",
        27 => "I64",
        28 => "F64",
        29 => "IQ1_M",
        34 => "TQ1_0",
        35 => "TQ2_0",
        39 => "MXFP4",
        _ => Enum.IsDefined((TensorType)type) ? ((TensorType)type).ToString() : $"{type} (unknown)",
    };
}
