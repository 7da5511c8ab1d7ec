using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Kernels;

/// <summary>
/// F16 to F32 without an instruction for it: the bits of a half, moved to where a float has its exponent and mantissa, are its value times
/// 2^-112 (subnormal halves become subnormal floats, so they are right too). Infinity and NaN come out as 65,536 and more.
/// </summary>
internal static class HalfBits
{
    /// <summary>2^112: what the moved bits are multiplied with.</summary>
    public const float Rescale = 5192296858534827628530496329220096f;

    /// <summary>The sign and the 15 bits below the gap that the sign extension left.</summary>
    private const int Mask = unchecked((int)0x8FFFE000);

    /// <summary>16 halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToSingle(Vector256<short> halves) => Moved(Vector512.ShiftLeft(Widen(halves), 13)) * Vector512.Create(Rescale);

    /// <summary>8 halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(Vector128<short> halves) =>
        (Vector256.ShiftLeft(Vector256.Create(Vector128.WidenLower(halves), Vector128.WidenUpper(halves)), 13) & Vector256.Create(Mask)).AsSingle() * Vector256.Create(Rescale);

    /// <summary>Each lane holds one half twice, in both of its words; the result is not rescaled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MovedPair(Vector512<int> twice) => Moved(Vector512.ShiftRightArithmetic(twice, 3));

    /// <summary>One half, in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<float> Broadcast(byte* half) =>
        (Vector256.ShiftRightArithmetic(Vector256.Create(Unsafe.ReadUnaligned<short>(half)).AsInt32(), 3) & Vector256.Create(Mask)).AsSingle() * Vector256.Create(Rescale);

    /// <summary>One half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe float ToSingle(byte* half) =>
        BitConverter.Int32BitsToSingle((Unsafe.ReadUnaligned<short>(half) << 13) & Mask) * Rescale;

    /// <summary>
    /// Rounds floats to what a half can hold. Adding and taking away a number whose last bit is the last bit that the half keeps rounds to
    /// nearest even, for subnormal halves too; what would be 65,520 or more becomes infinity.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Round(Vector256<float> values)
    {
        Vector256<int> bits = values.AsInt32();
        Vector256<int> exponent = Vector256.Max(bits & Vector256.Create(0x7F800000), Vector256.Create((127 - 14) << 23));
        exponent = Vector256.Min(exponent, Vector256.Create((127 + 16) << 23));
        Vector256<float> magic = (exponent + Vector256.Create(13 << 23)).AsSingle();
        Vector256<float> rounded = Vector256.Abs(values) + magic - magic;
        Vector256<float> limited = Vector256.ConditionalSelect(
            Vector256.GreaterThan(rounded, Vector256.Create(65504f)), Vector256.Create(float.PositiveInfinity), rounded);
        Vector256<float> signed = (limited.AsInt32() | (bits & Vector256.Create(int.MinValue))).AsSingle();
        return Vector256.ConditionalSelect(Vector256.Equals(values, values), signed, values);
    }

    /// <summary>One float, as <see cref="Round(Vector256{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float value) => Round(Vector256.CreateScalar(value)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(Vector256<short> halves) => System.Runtime.Intrinsics.X86.Avx512F.ConvertToVector512Int32(halves);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Moved(Vector512<int> bits) => (bits & Vector512.Create(Mask)).AsSingle();
}
