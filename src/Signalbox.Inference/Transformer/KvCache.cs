using System.Runtime.InteropServices;
using Signalbox.Inference.Kernels.Attention;

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
/// Each head's keys lie together in blocks of <see cref="CacheFormat.BlockPositions"/> positions, turned so that one value of all positions of a
/// block stands together; each head's values lie together, position after position (see <see cref="CacheFormat"/>).
/// </summary>
internal sealed unsafe class KvCache : IDisposable
{
    private readonly nint[] _keys;
    private readonly nint[] _values;
    private readonly int[] _heads;
    private readonly long _keyStride;
    private readonly long _valueStride;
    private void* _memory;

    /// <param name="config">The model's shape.</param>
    /// <param name="capacity">The most positions.</param>
    /// <param name="type">How they are kept.</param>
    public KvCache(TransformerConfig config, int capacity, KvCacheType type)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        Format = new CacheFormat(type, config.KeyLength, config.ValueLength);
        var blocks = (capacity + CacheFormat.BlockPositions - 1L) / CacheFormat.BlockPositions;
        _keyStride = checked(blocks * Format.KeyBlockBytes);
        _valueStride = checked((blocks * CacheFormat.BlockPositions * Format.ValueBytes + 63) & ~63L);
        _heads = [.. config.KeyValueHeadsByLayer];
        _keys = new nint[config.Layers];
        _values = new nint[config.Layers];
        var bytes = 0L;
        foreach (var heads in _heads)
        {
            bytes = checked(bytes + heads * (_keyStride + _valueStride));
        }

        // Fresh pages of the system cost nothing until they are written.
        _memory = NativeMemory.AlignedAlloc(checked((nuint)bytes), 64);
        var next = (byte*)_memory;
        for (var layer = 0; layer < _heads.Length; layer++)
        {
            _keys[layer] = (nint)next;
            next += _heads[layer] * _keyStride;
            _values[layer] = (nint)next;
            next += _heads[layer] * _valueStride;
        }
    }

    ~KvCache() => Free();

    /// <summary>The most positions.</summary>
    public int Capacity { get; }

    /// <summary>Positions that are filled: the next token has this position.</summary>
    public int Length { get; private set; }

    /// <summary>How one head's keys and values are laid out.</summary>
    public CacheFormat Format { get; }

    /// <summary>Bytes between the keys of two heads of a layer.</summary>
    public long KeyStride => _keyStride;

    /// <summary>Bytes between the values of two heads of a layer.</summary>
    public long ValueStride => _valueStride;

    /// <summary>Bytes of one position over all layers.</summary>
    public static long BytesPerPosition(TransformerConfig config, KvCacheType type)
    {
        var format = new CacheFormat(type, config.KeyLength, config.ValueLength);
        var heads = 0L;
        foreach (var ofLayer in config.KeyValueHeadsByLayer)
        {
            heads += ofLayer;
        }

        return heads * (format.KeyBlockBytes / CacheFormat.BlockPositions + format.ValueBytes);
    }

    /// <summary>The keys of a layer's first head.</summary>
    public byte* Keys(int layer)
    {
        ObjectDisposedException.ThrowIf(_memory == null, this);
        return (byte*)_keys[layer];
    }

    /// <summary>The values of a layer's first head.</summary>
    public byte* Values(int layer) => (byte*)_values[layer];

    /// <summary>Counts positions as filled, once every layer has been written.</summary>
    public void Advance(int positions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, Capacity - Length);
        Length += positions;
    }

    /// <summary>Forgets everything from position <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = Math.Min(Length, length);
    }

    /// <summary>Takes over the first positions of another cache of the same model and type; what was held is forgotten.</summary>
    public void CopyPrefix(KvCache from, int length)
    {
        if (from.Format != Format || !from._heads.AsSpan().SequenceEqual(_heads))
        {
            throw new ArgumentException("The other cache is of another model or type.", nameof(from));
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, from.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Capacity);
        var keyBytes = (length + CacheFormat.BlockPositions - 1L) / CacheFormat.BlockPositions * Format.KeyBlockBytes;
        var valueBytes = (long)length * Format.ValueBytes;
        for (var layer = 0; layer < _heads.Length; layer++)
        {
            for (var head = 0; head < _heads[layer]; head++)
            {
                Buffer.MemoryCopy(from.Keys(layer) + head * from._keyStride, Keys(layer) + head * _keyStride, _keyStride, keyBytes);
                Buffer.MemoryCopy(from.Values(layer) + head * from._valueStride, Values(layer) + head * _valueStride, _valueStride, valueBytes);
            }
        }

        Length = length;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
