using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Tests.Kernels;

public sealed class InstructionSetTests
{
    internal const string Avx512 = "DOTNET_EnableAVX512";
    internal const string Vnni = "DOTNET_EnableAVXVNNI";
    internal const string Wide = "DOTNET_EnableAVX2";

    [Fact]
    public void What_is_switched_off_is_not_there()
    {
        Assert.SkipUnless(IsOff(Avx512) || IsOff(Vnni) || IsOff(Wide), "only in a process that was started with less");
        Assert.False(IsOff(Avx512) && Avx512BW.IsSupported);
        Assert.False(IsOff(Vnni) && AvxVnni.IsSupported);
        Assert.False(IsOff(Wide) && (Avx2.IsSupported || AvxVnni.IsSupported || Avx512BW.IsSupported));
    }

    private static bool IsOff(string variable) => Environment.GetEnvironmentVariable(variable) == "0";
}
