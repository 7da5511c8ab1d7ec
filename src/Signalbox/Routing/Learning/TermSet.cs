using System.Buffers;
using System.Numerics;

namespace Signalbox.Routing.Learning;

/// <summary>The distinct hashed terms of one prompt, in pooled memory. Its size is bounded, whatever the prompt.</summary>
internal ref struct TermSet
{
    private const int MaxSlots = 1 << 15;
    private const int MinSlots = 64;

    private readonly uint[] _slots;
    private readonly uint[] _terms;
    private readonly int _mask;
    private readonly int _limit;
    private int _count;
    private int _pairs;

    /// <summary>Room for a text of so many characters: no text has more than about two terms per character.</summary>
    public TermSet(int characters)
    {
        var slots = (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)Math.Max(characters, 1) * 2), MinSlots, MaxSlots);
        _slots = ArrayPool<uint>.Shared.Rent(slots);
        _terms = ArrayPool<uint>.Shared.Rent(slots);
        _slots.AsSpan(0, slots).Clear();
        _mask = slots - 1;
        _limit = slots / 4 * 3;
    }

    /// <summary>How many of the terms are pairs of words.</summary>
    public readonly int Pairs => _pairs;

    /// <summary>Hashes, each once, in the order of their first use.</summary>
    public readonly ReadOnlySpan<uint> Terms => _terms.AsSpan(0, _count);

    /// <summary>Adds a term; what comes when the set is full is left out.</summary>
    public void Add(uint hash)
    {
        hash = hash == 0 ? 1 : hash;
        var slot = (int)(hash * 0x9E3779B1u >> 8) & _mask;
        while (_slots[slot] != 0)
        {
            if (_slots[slot] == hash)
            {
                return;
            }

            slot = (slot + 1) & _mask;
        }

        if (_count < _limit)
        {
            _slots[slot] = hash;
            _terms[_count++] = hash;
            _pairs += (int)(hash >> PromptFeatures.GroupShift);
        }
    }

    public readonly void Dispose()
    {
        ArrayPool<uint>.Shared.Return(_slots);
        ArrayPool<uint>.Shared.Return(_terms);
    }
}
