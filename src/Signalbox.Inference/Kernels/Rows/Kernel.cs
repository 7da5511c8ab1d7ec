using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>The kernel for a type of weights that this machine is best at, and the form of the input that it reads.</summary>
internal static unsafe class Kernel
{
    /// <summary>Measured on Zen 5: beyond, repacking the weights pays.</summary>
    private const int FewTokens = 6;

    /// <summary>Widest first. What every machine has is <see cref="ScalarKernels"/>.</summary>
    public static delegate*<RowTask*, void> For(TensorType type) =>
        Avx512BW.IsSupported ? ForAvx512(type) : Avx2.IsSupported ? ForAvx2(type) : Vector128.IsHardwareAccelerated ? ForVector128(type) : ScalarKernels.For(type);

    /// <summary>What must be prepared before the kernel runs.</summary>
    public static ActivationForm FormFor(TensorType type) => type switch
    {
        TensorType.Q4_0 when Avx512BW.IsSupported => ActivationForm.Q8 | ActivationForm.Groups,
        _ => Activations.FormFor(type),
    };

    /// <summary>Whether these kernels are faster than the blocked ones: for the few tokens of conversations that are generated together.</summary>
    public static bool IsBestFor(TensorType type, int tokens) => type == TensorType.Q4_0 && Avx512BW.IsSupported && tokens <= FewTokens;

    private static delegate*<RowTask*, void> ForAvx512(TensorType type) => type switch
    {
        TensorType.F32 => &RowKernel<FloatDot512<SingleWeights>>.Run,
        TensorType.F16 => &RowKernel<FloatDot512<HalfWeights>>.Run,
        TensorType.BF16 => &RowKernel<FloatDot512<BrainWeights>>.Run,
        TensorType.Q4_0 => &Q4Avx512.Run,
        TensorType.Q4_K => &RowKernel<KQuantAvx512.Q4KDot>.Run,
        TensorType.Q5_K => &RowKernel<KQuantAvx512.Q5KDot>.Run,
        TensorType.Q6_K => &RowKernel<KQuantAvx512.Q6KDot>.Run,
        _ => ForAvx2(type),
    };

    private static delegate*<RowTask*, void> ForAvx2(TensorType type) => type switch
    {
        TensorType.Q8_0 when AvxVnni.IsSupported => &RowKernel<Q8Vnni>.Run,
        TensorType.Q8_0 => &RowKernel<Avx2Kernels.Q8Dot>.Run,
        TensorType.Q4_0 => &RowKernel<Avx2Kernels.Q4Dot>.Run,
        TensorType.Q4_K => &RowKernel<Avx2Kernels.Q4KDot>.Run,
        TensorType.Q5_K => &RowKernel<Avx2Kernels.Q5KDot>.Run,
        TensorType.Q6_K => &RowKernel<Avx2Kernels.Q6KDot>.Run,
        _ => ForVector128(type),
    };

    private static delegate*<RowTask*, void> ForVector128(TensorType type) => type switch
    {
        TensorType.F32 => &RowKernel<FloatDot256<SingleWeights>>.Run,
        TensorType.F16 => &RowKernel<FloatDot256<HalfWeights>>.Run,
        TensorType.BF16 => &RowKernel<FloatDot256<BrainWeights>>.Run,
        TensorType.Q8_0 => &RowKernel<ArmDots.Q8Dot>.Run,
        TensorType.Q4_0 => &RowKernel<ArmDots.Q4Dot>.Run,
        _ => ScalarKernels.For(type),
    };
}
