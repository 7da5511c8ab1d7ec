using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Signalbox.Inference.Tokenization;

/// <summary>Numbers by text: open addressing over byte strings. A model is opened by some hundred thousand look-ups, so they are compiled at once.</summary>
internal sealed class TextTable
{
    // Other in every process: a file cannot aim its texts at one slot.
    private readonly ulong _seed = ((ulong)(uint)HashCode.Combine(1) << 32) | (uint)HashCode.Combine(2);
    private byte[]?[] _texts;
    private int[] _numbers;
    private int _count;

    public TextTable(int capacity)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity * 2L));
        _texts = new byte[]?[size];
        _numbers = new int[size];
    }

    /// <summary>The number of a text; -1 without one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> text)
    {
        var slot = SlotOf(text);
        return _texts[slot] is null ? -1 : _numbers[slot];
    }

    /// <summary>Replaces the number of a text that is there already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(byte[] text, int number)
    {
        var slot = SlotOf(text);
        if (_texts[slot] is null && ++_count * 2L > _texts.Length)
        {
            Grow();
            slot = SlotOf(text);
        }

        (_texts[slot], _numbers[slot]) = (text, number);
    }

    /// <summary>Where the text is, or would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(ReadOnlySpan<byte> text)
    {
        var slot = Hash(text) & (_texts.Length - 1);
        while (_texts[slot] is { } other && !text.SequenceEqual(other))
        {
            slot = (slot + 1) & (_texts.Length - 1);
        }

        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Hash(ReadOnlySpan<byte> text)
    {
        var hash = _seed ^ (ulong)text.Length;
        while (text.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text));
            text = text[sizeof(ulong)..];
        }

        var rest = 0UL;
        foreach (var value in text)
        {
            rest = (rest << 8) | value;
        }

        return (int)Mix(hash ^ rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        return value ^ (value >> 32);
    }

    private void Grow()
    {
        var (texts, numbers) = (_texts, _numbers);
        _texts = new byte[]?[texts.Length * 2];
        _numbers = new int[texts.Length * 2];
        for (var i = 0; i < texts.Length; i++)
        {
            if (texts[i] is { } text)
            {
                var slot = SlotOf(text);
                (_texts[slot], _numbers[slot]) = (text, numbers[i]);
            }
        }
    }
}
