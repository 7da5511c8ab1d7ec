namespace Signalbox.Inference.Transformer;

/// <summary>How keys and values are kept.</summary>
public enum KvCacheType
{
    /// <summary>Half precision: the default.</summary>
    F16,

    /// <summary>Single precision: for comparisons.</summary>
    F32,

    /// <summary>8 bits: half the memory of F16.</summary>
    Q8_0,
}

/// <summary>
/// Keys and values of one sequence, all layers. Memory is reserved for the whole capacity and only used as far as positions are written.
/// </summary>
internal sealed unsafe class KvCache : IDisposable
{
    /// <param name="config">The model's shape.</param>
    /// <param name="capacity">The most positions.</param>
    /// <param name="type">How they are kept.</param>
    public KvCache(TransformerConfig config, int capacity, KvCacheType type) => throw new NotImplementedException();

    public int Capacity => throw new NotImplementedException();

    /// <summary>Positions that are filled: the next token has this position.</summary>
    public int Length => throw new NotImplementedException();

    /// <summary>Bytes of one position over all layers.</summary>
    public static long BytesPerPosition(TransformerConfig config, KvCacheType type) => throw new NotImplementedException();

    /// <summary>Forgets everything from position <paramref name="length"/> on.</summary>
    public void Truncate(int length) => throw new NotImplementedException();

    /// <summary>Takes over the first positions of another cache of the same model and type.</summary>
    public void CopyPrefix(KvCache from, int length) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
