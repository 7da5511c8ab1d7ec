using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Kernels.Attention;

/// <summary>
/// How one head's keys and values lie in a cache. Keys: blocks of 16 positions; in a block the values [KeyLength, 16], so that 16 scores are
/// computed at once without sums across lanes. Values: [positions, ValueLength]. Q8_0 has groups of 32 of a position's values with one
/// half-precision scale each: of keys 16 scales, then [32, 16] bytes, per group; of values one scale, then 32 bytes, per group.
/// </summary>
internal readonly unsafe record struct CacheFormat(KvCacheType Type, int KeyLength, int ValueLength)
{
    public const int BlockPositions = 16;
    private const int Group = 32;
    private const int KeyGroupBytes = (BlockPositions * sizeof(ushort)) + (Group * BlockPositions);
    private const int ValueGroupBytes = sizeof(ushort) + Group;

    /// <summary>Bytes of one head's keys of 16 positions.</summary>
    public long KeyBlockBytes => Type switch
    {
        KvCacheType.F32 => (long)KeyLength * BlockPositions * sizeof(float),
        KvCacheType.F16 => (long)KeyLength * BlockPositions * sizeof(ushort),
        _ => (long)Groups(KeyLength) * KeyGroupBytes,
    };

    /// <summary>Bytes of one head's values of one position.</summary>
    public long ValueBytes => Type switch
    {
        KvCacheType.F32 => (long)ValueLength * sizeof(float),
        KvCacheType.F16 => (long)ValueLength * sizeof(ushort),
        _ => (long)Groups(ValueLength) * ValueGroupBytes,
    };

    public void WriteKey(byte* head, int position, float* key)
    {
        byte* block = head + (position / BlockPositions * KeyBlockBytes);
        int lane = position % BlockPositions;
        if (Type == KvCacheType.F32)
        {
            for (int i = 0; i < KeyLength; i++)
            {
                ((float*)block)[(i * BlockPositions) + lane] = key[i];
            }
        }
        else if (Type == KvCacheType.F16)
        {
            for (int i = 0; i < KeyLength; i++)
            {
                ((ushort*)block)[(i * BlockPositions) + lane] = BitConverter.HalfToUInt16Bits((Half)key[i]);
            }
        }
        else
        {
            for (int first = 0; first < KeyLength; first += Group, block += KeyGroupBytes)
            {
                sbyte* bytes = (sbyte*)block + (BlockPositions * sizeof(ushort)) + lane;
                ((ushort*)block)[lane] = WriteGroup(key + first, Math.Min(Group, KeyLength - first), bytes, BlockPositions);
            }
        }
    }

    public void WriteValue(byte* head, int position, float* value)
    {
        byte* row = head + (position * ValueBytes);
        if (Type == KvCacheType.F32)
        {
            Unsafe.CopyBlockUnaligned(row, value, (uint)ValueBytes);
        }
        else if (Type == KvCacheType.F16)
        {
            Halves.Narrow(value, (ushort*)row, ValueLength);
        }
        else
        {
            for (int first = 0; first < ValueLength; first += Group, row += ValueGroupBytes)
            {
                *(ushort*)row = WriteGroup(value + first, Math.Min(Group, ValueLength - first), (sbyte*)row + sizeof(ushort), 1);
            }
        }
    }

    /// <summary>One block of keys as F32 [KeyLength, 16].</summary>
    /// <param name="head">The head's keys.</param>
    /// <param name="block">The number of the block.</param>
    /// <param name="scratch">Room for it; not used where the cache has it as F32.</param>
    public float* ReadKeys(byte* head, int block, float* scratch)
    {
        byte* source = head + (block * KeyBlockBytes);
        if (Type == KvCacheType.F32)
        {
            return (float*)source;
        }

        if (Type == KvCacheType.F16)
        {
            Halves.Widen((ushort*)source, scratch, KeyLength * BlockPositions);
            return scratch;
        }

        float* scales = stackalloc float[BlockPositions];
        for (int first = 0; first < KeyLength; first += Group, source += KeyGroupBytes)
        {
            Halves.Widen((ushort*)source, scales, BlockPositions);
            sbyte* bytes = (sbyte*)source + (BlockPositions * sizeof(ushort));
            int count = Math.Min(Group, KeyLength - first);
            for (int i = 0; i < count; i++)
            {
                ScaledBytes(bytes + (i * BlockPositions), scales, 1, scratch + ((first + i) * BlockPositions), BlockPositions);
            }
        }

        return scratch;
    }

    /// <summary>Values as F32 rows of <paramref name="stride"/> values.</summary>
    /// <param name="head">The head's values.</param>
    /// <param name="position">The first position.</param>
    /// <param name="count">The number of positions.</param>
    /// <param name="scratch">[count, stride]; what is beyond ValueLength must be zero and stays so.</param>
    /// <param name="stride">At least ValueLength.</param>
    public float* ReadValues(byte* head, int position, int count, float* scratch, int stride)
    {
        byte* source = head + (position * ValueBytes);
        if (Type == KvCacheType.F32 && stride == ValueLength)
        {
            return (float*)source;
        }

        for (int row = 0; row < count; row++, source += ValueBytes)
        {
            float* target = scratch + (row * stride);
            if (Type == KvCacheType.F32)
            {
                Unsafe.CopyBlockUnaligned(target, source, (uint)ValueBytes);
            }
            else if (Type == KvCacheType.F16)
            {
                Halves.Widen((ushort*)source, target, ValueLength);
            }
            else
            {
                byte* group = source;
                for (int first = 0; first < ValueLength; first += Group, group += ValueGroupBytes)
                {
                    float scale = (float)BitConverter.UInt16BitsToHalf(*(ushort*)group);
                    ScaledBytes((sbyte*)group + sizeof(ushort), &scale, 0, target + first, Math.Min(Group, ValueLength - first));
                }
            }
        }

        return scratch;
    }

    private static int Groups(int values) => (values + Group - 1) / Group;

    /// <summary>Rounds to bytes as Q8_0 does; returns the scale.</summary>
    private static ushort WriteGroup(float* values, int count, sbyte* bytes, int stride)
    {
        float largest = 0;
        for (int i = 0; i < count; i++)
        {
            largest = MathF.Max(largest, MathF.Abs(values[i]));
        }

        float scale = largest / 127f;
        float inverse = scale > 0 ? 1f / scale : 0;
        for (int i = 0; i < count; i++)
        {
            bytes[i * stride] = (sbyte)MathF.Round(values[i] * inverse);
        }

        return BitConverter.HalfToUInt16Bits((Half)scale);
    }

    /// <summary>target[i] = bytes[i] * scales[i * scaleStep].</summary>
    private static void ScaledBytes(sbyte* bytes, float* scales, int scaleStep, float* target, int count)
    {
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Vector512<int> wide = Avx512F.ConvertToVector512Int32(Vector128.Load(bytes + i));
                Vector512<float> scale = scaleStep == 0 ? Vector512.Create(*scales) : Vector512.Load(scales + i);
                (Vector512.ConvertToSingle(wide) * scale).Store(target + i);
            }
        }

        if (Avx2.IsSupported)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<int> wide = Avx2.ConvertToVector256Int32(bytes + i);
                Vector256<float> scale = scaleStep == 0 ? Vector256.Create(*scales) : Vector256.Load(scales + i);
                (Vector256.ConvertToSingle(wide) * scale).Store(target + i);
            }
        }

        for (; i < count; i++)
        {
            target[i] = bytes[i] * scales[i * scaleStep];
        }
    }
}
