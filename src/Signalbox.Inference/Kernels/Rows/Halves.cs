using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>
/// IEEE half precision in bulk. .NET has no class for the processor's own conversion, so it is done on the bits: exponent and fraction move
/// 13 places and the difference of the exponents' biases is a product with 2^112, which makes subnormal numbers right as well.
/// </summary>
internal static unsafe class Halves
{
    private const float BiasDifference = 5.192296858534828e33f; // 2^112
    private const int MovedBits = unchecked((int)0x8FFFE000);
    private const int Infinity = 0x7F800000;
    private const float SmallestNormal = 6.103515625e-05f; // 2^-14

    /// <summary>Half precision to single; exact.</summary>
    public static void Widen(ushort* source, float* target, int count)
    {
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Widen16(source + i).Store(target + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Widen8(source + i).Store(target + i);
            }
        }

        for (; i < count; i++)
        {
            target[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
        }
    }

    public static Vector512<float> Widen16(ushort* source)
    {
        (Vector256<int> lower, Vector256<int> upper) = Vector256.Widen(Vector256.Load((short*)source));
        Vector512<int> bits = (Vector512.Create(lower, upper) << 13) & Vector512.Create(MovedBits);
        Vector512<float> value = bits.AsSingle() * Vector512.Create(BiasDifference);
        Vector512<int> special = Vector512.GreaterThanOrEqual(Vector512.Abs(value), Vector512.Create(65536f)).AsInt32() & Vector512.Create(Infinity);
        return (value.AsInt32() | special).AsSingle();
    }

    public static Vector256<float> Widen8(ushort* source)
    {
        (Vector128<int> lower, Vector128<int> upper) = Vector128.Widen(Vector128.Load((short*)source));
        Vector256<int> bits = (Vector256.Create(lower, upper) << 13) & Vector256.Create(MovedBits);
        Vector256<float> value = bits.AsSingle() * Vector256.Create(BiasDifference);
        Vector256<int> special = Vector256.GreaterThanOrEqual(Vector256.Abs(value), Vector256.Create(65536f)).AsInt32() & Vector256.Create(Infinity);
        return (value.AsInt32() | special).AsSingle();
    }

    /// <summary>Single precision to half, ties to even.</summary>
    public static void Narrow(float* source, ushort* target, int count)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
        }
    }

    /// <summary>Rounds to half precision and back; source and target may be the same.</summary>
    public static void Round(float* source, float* target, int count)
    {
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Round(Vector512.Load(source + i)).Store(target + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Round(Vector256.Load(source + i)).Store(target + i);
            }
        }

        for (; i < count; i++)
        {
            target[i] = (float)(Half)source[i];
        }
    }

    /// <summary>To the nearest half, ties to even: 11 bits of fraction; below 2^-14 multiples of 2^-24; infinite from 65520 on.</summary>
    public static Vector512<float> Round(Vector512<float> value)
    {
        Vector512<int> bits = value.AsInt32() & Vector512.Create(int.MaxValue);
        Vector512<float> size = bits.AsSingle();
        Vector512<int> rounded = (bits + Vector512.Create(0x0FFF) + ((bits >>> 13) & Vector512<int>.One)) & Vector512.Create(~0x1FFF);
        rounded = Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(rounded, Vector512.Create(0x47800000)), Vector512.Create(Infinity), rounded);
        Vector512<float> small = size + Vector512.Create(0.5f) - Vector512.Create(0.5f);
        Vector512<float> result = Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(SmallestNormal)), small, rounded.AsSingle());
        result = (result.AsInt32() | (value.AsInt32() & Vector512.Create(int.MinValue))).AsSingle();
        return Vector512.ConditionalSelect(Vector512.Equals(value, value), result, value);
    }

    /// <summary>As <see cref="Round(Vector512{float})"/>.</summary>
    public static Vector256<float> Round(Vector256<float> value)
    {
        Vector256<int> bits = value.AsInt32() & Vector256.Create(int.MaxValue);
        Vector256<float> size = bits.AsSingle();
        Vector256<int> rounded = (bits + Vector256.Create(0x0FFF) + ((bits >>> 13) & Vector256<int>.One)) & Vector256.Create(~0x1FFF);
        rounded = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(rounded, Vector256.Create(0x47800000)), Vector256.Create(Infinity), rounded);
        Vector256<float> small = size + Vector256.Create(0.5f) - Vector256.Create(0.5f);
        Vector256<float> result = Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(SmallestNormal)), small, rounded.AsSingle());
        result = (result.AsInt32() | (value.AsInt32() & Vector256.Create(int.MinValue))).AsSingle();
        return Vector256.ConditionalSelect(Vector256.Equals(value, value), result, value);
    }
}
