using System.Numerics;
using System.Runtime.CompilerServices;

namespace Signalbox.Inference.Tokenization;

/// <summary>What a pair of numbers leads to: open addressing, because looking up pairs is most of the work of tokenizing.</summary>
internal sealed class PairTable
{
    private const ulong None = ulong.MaxValue;

    // Odd, and other in every process: a file cannot aim its pairs at one slot.
    private readonly ulong _multiplier = ((ulong)(uint)HashCode.Combine(1) << 32 | (uint)HashCode.Combine(2)) | 1;
    private ulong[] _keys;
    private (uint Rank, int Piece)[] _values;
    private int _shift;

    public PairTable(int capacity)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity * 2L));
        _keys = new ulong[size];
        _values = new (uint, int)[size];
        Array.Fill(_keys, None);
        _shift = 64 - BitOperations.Log2(size);
    }

    public int Count { get; private set; }

    /// <summary>Keeps what a pair that is there already leads to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TryAdd(int left, int right, uint rank, int piece)
    {
        if ((Count + 1) * 2L > _keys.Length)
        {
            Grow();
        }

        var key = Key(left, right);
        var slot = SlotOf(key);
        if (_keys[slot] == None)
        {
            _keys[slot] = key;
            _values[slot] = (rank, piece);
            Count++;
        }
    }

    public bool TryGet(int left, int right, out uint rank, out int piece)
    {
        var key = Key(left, right);
        var slot = SlotOf(key);
        (rank, piece) = _values[slot];
        return _keys[slot] == key;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    /// <summary>Where the key is, or would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(ulong key)
    {
        var keys = _keys;
        var slot = (int)((key * _multiplier) >> _shift);
        while (keys[slot] != key && keys[slot] != None)
        {
            slot = (slot + 1) & (keys.Length - 1);
        }

        return slot;
    }

    private void Grow()
    {
        var (keys, values) = (_keys, _values);
        _keys = new ulong[keys.Length * 2];
        _values = new (uint, int)[keys.Length * 2];
        Array.Fill(_keys, None);
        _shift--;
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] != None)
            {
                var slot = SlotOf(keys[i]);
                _keys[slot] = keys[i];
                _values[slot] = values[i];
            }
        }
    }
}
