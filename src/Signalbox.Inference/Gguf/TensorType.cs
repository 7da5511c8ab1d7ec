namespace Signalbox.Inference.Gguf;

/// <summary>The ggml types of tensors that this engine reads; the numbers are those of the file.</summary>
public enum TensorType : uint
{
    /// <summary>32-bit floating point.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>4 bits, blocks of 32 with one scale.</summary>
    Q4_0 = 2,

    /// <summary>8 bits, blocks of 32 with one scale.</summary>
    Q8_0 = 8,

    /// <summary>4 bits, blocks of 256 with scales and minima of 8 sub-blocks.</summary>
    Q4_K = 12,

    /// <summary>5 bits, blocks of 256 with scales and minima of 8 sub-blocks.</summary>
    Q5_K = 13,

    /// <summary>6 bits, blocks of 256 with scales of 16 sub-blocks.</summary>
    Q6_K = 14,

    /// <summary>The upper half of a 32-bit float.</summary>
    BF16 = 30,
}

/// <summary>Sizes of the blocks of a <see cref="TensorType"/>.</summary>
internal static class TensorTypes
{
    /// <summary>Values in a block; 0 for a type that this engine does not have.</summary>
    public static int BlockValues(TensorType type) => type switch
    {
        TensorType.F32 or TensorType.F16 or TensorType.BF16 => 1,
        TensorType.Q4_0 or TensorType.Q8_0 => 32,
        TensorType.Q4_K or TensorType.Q5_K or TensorType.Q6_K => 256,
        _ => 0,
    };

    /// <summary>Bytes of a block; 0 for a type that this engine does not have.</summary>
    public static int BlockBytes(TensorType type) => type switch
    {
        TensorType.F32 => 4,
        TensorType.F16 or TensorType.BF16 => 2,
        TensorType.Q4_0 => 18,
        TensorType.Q8_0 => 34,
        TensorType.Q4_K => 144,
        TensorType.Q5_K => 176,
        TensorType.Q6_K => 210,
        _ => 0,
    };

    /// <summary>Bytes of a row of <paramref name="columns"/> values, which must be a whole number of blocks.</summary>
    public static long RowBytes(TensorType type, long columns) => columns / BlockValues(type) * BlockBytes(type);
}
