namespace Signalbox.Inference.Kernels;

/// <summary>
/// The inputs of linear layers: rows of F32, and the form of them that the weights' type is multiplied with (Q8_0 blocks for Q4_0 and Q8_0,
/// Q8_K blocks for K-quants, rounded to F16 for F16, as they are for F32 and BF16). A form is made once per input, however many
/// matrices are multiplied with it. All memory is taken when it is made; it is aligned to 64 bytes.
/// </summary>
internal sealed unsafe class Activations : IDisposable
{
    /// <param name="capacity">The most rows (tokens).</param>
    /// <param name="columns">Values of a row.</param>
    public Activations(int capacity, int columns) => throw new NotImplementedException();

    public int Columns => throw new NotImplementedException();

    /// <summary>Rows in use; set before the values are written.</summary>
    public int Rows { get; set; }

    /// <summary>F32 [Rows, Columns], written by the caller, who then calls <see cref="Changed"/>.</summary>
    public float* Values => throw new NotImplementedException();

    /// <summary>Forgets the forms of the former values.</summary>
    public void Changed() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
