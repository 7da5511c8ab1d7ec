namespace Signalbox.Inference.Kernels;

/// <summary>
/// Pointers into the memory of <see cref="Activations"/>, for code that runs on the workers. Every form starts at a multiple of 64 bytes,
/// and so does every row of the int8 values; strides are in elements. A form is there only when it was asked for with
/// <see cref="Activations.Prepare"/>. A block is 32 values for Q8, 256 values for K8.
/// </summary>
internal unsafe struct ActivationForms
{
    /// <summary>2^96: part of the 2^112 by which F16 scales are too small when their bits are only moved; all of it could overflow.</summary>
    public const float GroupScaling = 79228162514264337593543950336f;

    /// <summary>The other part, 2^16.</summary>
    public const float GroupRescale = 65536f;

    /// <summary>Rows (tokens) in use.</summary>
    public int Rows;

    /// <summary>Values of a row.</summary>
    public int Columns;

    /// <summary>F32 [Rows, Columns]: the input itself.</summary>
    public float* Values;

    /// <summary>F32 [Rows, Columns]: the input rounded to F16 and widened again.</summary>
    public float* Halves;

    /// <summary>Int8 [Rows, ByteStride]: Q8_0 values in their order; what follows the last column of a row is undefined.</summary>
    public sbyte* Q8Values;

    /// <summary>F32 [Rows, BlockStride]: one scale per 32 values, already rounded to F16.</summary>
    public float* Q8Scales;

    /// <summary>Int32 [Rows, BlockStride]: the sum of each 32 of <see cref="Q8Values"/>.</summary>
    public int* Q8Sums;

    /// <summary>Int32 [Rows, BlockStride]: <see cref="Q8Sums"/> * -128, what a dot with weights + 128 starts from.</summary>
    public int* Q8Offsets;

    /// <summary>
    /// Int8 [Rows, ByteStride]: the values of <see cref="Q8Values"/> in groups of four blocks, in each group the first 16 values of the four
    /// blocks, then their last 16: as the nibbles of Q4_0 lie when four blocks are read at once. Blocks beyond the columns are 0.
    /// </summary>
    public sbyte* GroupValues;

    /// <summary>F32 [Rows, ByteStride / 8]: for each group of four blocks their scales, four times each, times <see cref="GroupScaling"/>.</summary>
    public float* GroupScales;

    /// <summary>Int32 [Rows, ByteStride / 8]: for each block four numbers, the first its sum * -8, the others 0.</summary>
    public int* GroupOffsets;

    /// <summary>Int8 [Rows, ByteStride]: Q8_K values in their order.</summary>
    public sbyte* K8Values;

    /// <summary>F32 [Rows, BlockStride]: one scale per 256 values (the first Columns / 256 of a row), not rounded.</summary>
    public float* K8Scales;

    /// <summary>Int16 [Rows, 2 * BlockStride]: the sum of each 16 of <see cref="K8Values"/>.</summary>
    public short* K8Sums;

    /// <summary>Elements between two rows of int8 values: Columns rounded up to a multiple of 128.</summary>
    public int ByteStride;

    /// <summary>Elements between two rows of per-block data: ByteStride / 32.</summary>
    public int BlockStride;
}

/// <summary>The forms of <see cref="Activations"/>; which one a product needs follows from the weights' type.</summary>
[Flags]
internal enum ActivationForm
{
    /// <summary>F32 as it is: for F32 and BF16 weights.</summary>
    None = 0,

    /// <summary>Rounded to F16: for F16 weights.</summary>
    Halves = 1,

    /// <summary>Blocks of 32 int8 values: for Q8_0 and Q4_0 weights.</summary>
    Q8 = 2,

    /// <summary>Blocks of 256 int8 values: for Q4_K, Q5_K and Q6_K weights.</summary>
    K8 = 4,

    /// <summary><see cref="Q8"/> in groups of four blocks.</summary>
    Groups = 8,
}
