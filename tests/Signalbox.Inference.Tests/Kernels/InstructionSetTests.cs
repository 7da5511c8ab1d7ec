using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Tests.Kernels;

public sealed class InstructionSetTests
{
    internal const string Avx512 = "DOTNET_EnableAVX512";
    internal const string Vnni = "DOTNET_EnableAVXVNNI";
    internal const string Wide = "DOTNET_EnableAVX2";

    /// <summary>Of the processes that <see cref="InstructionSets.ReducedInstructionSetTests"/> starts; elsewhere nothing is switched off.</summary>
    [Fact(Explicit = true)]
    public void What_is_switched_off_is_not_there()
    {
        Assert.True(IsOff(Avx512) || IsOff(Vnni) || IsOff(Wide), "nothing is switched off in this process");
        Assert.False(IsOff(Avx512) && Avx512BW.IsSupported);
        Assert.False(IsOff(Vnni) && AvxVnni.IsSupported);
        Assert.False(IsOff(Wide) && (Avx2.IsSupported || AvxVnni.IsSupported || Avx512BW.IsSupported));
    }

    private static bool IsOff(string variable) => Environment.GetEnvironmentVariable(variable) == "0";
}
