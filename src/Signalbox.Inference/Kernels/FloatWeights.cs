using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Kernels;

/// <summary>How weights that are single numbers become F32; their addresses are aligned to nothing.</summary>
internal unsafe interface IFloatWeights
{
    /// <summary>Bytes of one.</summary>
    static abstract int Bytes { get; }

    /// <summary>The form of the input that they are multiplied with.</summary>
    static abstract float* Input(ActivationForms* forms);

    static abstract float Load(byte* weight);

    static abstract Vector256<float> Load256(byte* weights);

    static abstract Vector512<float> Load512(byte* weights);
}

internal readonly unsafe struct SingleWeights : IFloatWeights
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Input(ActivationForms* forms) => forms->Values;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* weight) => Unsafe.ReadUnaligned<float>(weight);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* weights) => Vector256.Load((float*)weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* weights) => Vector512.Load((float*)weights);
}

internal readonly unsafe struct HalfWeights : IFloatWeights
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Input(ActivationForms* forms) => forms->Halves;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* weight) => HalfBits.ToSingle(weight);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* weights) => HalfBits.ToSingle(Vector128.Load((short*)weights));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* weights) => HalfBits.ToSingle(Vector256.Load((short*)weights));
}

internal readonly unsafe struct BrainWeights : IFloatWeights
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Input(ActivationForms* forms) => forms->Values;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* weight) => BitConverter.Int32BitsToSingle(Unsafe.ReadUnaligned<short>(weight) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* weights)
    {
        Vector128<ushort> bits = Vector128.Load((ushort*)weights);
        return Vector256.ShiftLeft(Vector256.Create(Vector128.WidenLower(bits), Vector128.WidenUpper(bits)), 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* weights)
    {
        Vector256<ushort> bits = Vector256.Load((ushort*)weights);
        return Vector512.ShiftLeft(Vector512.Create(Vector256.WidenLower(bits), Vector256.WidenUpper(bits)), 16).AsSingle();
    }
}
