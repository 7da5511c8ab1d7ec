using System.Runtime.Intrinsics.X86;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels;

/// <summary>The kernel for a type of weights that this machine is best at, and the form of the input that it reads.</summary>
internal static unsafe class Kernel
{
    public static delegate*<RowTask*, void> For(TensorType type) => type switch
    {
        TensorType.F32 when Avx512BW.IsSupported => &FloatKernels<SingleWeights>.Avx512,
        TensorType.F16 when Avx512BW.IsSupported => &FloatKernels<HalfWeights>.Avx512,
        TensorType.BF16 when Avx512BW.IsSupported => &FloatKernels<BrainWeights>.Avx512,
        TensorType.Q4_0 when Avx512BW.IsSupported => &Q4Kernels.Avx512,
        TensorType.Q8_0 when AvxVnni.IsSupported => &Q8Kernels.Vnni,
        _ => ScalarKernels.For(type),
    };

    /// <summary>What must be prepared before the kernel runs.</summary>
    public static ActivationForm FormFor(TensorType type) => type switch
    {
        TensorType.Q4_0 when Avx512BW.IsSupported => ActivationForm.Q8 | ActivationForm.Groups,
        _ => Activations.FormFor(type),
    };
}
