using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Signalbox.Inference.Tests.Kernels;
using Signalbox.Inference.Tests.Training.Products;

namespace Signalbox.Inference.Tests.InstructionSets;

/// <summary>Runs the kernels' tests again in a process of its own, as on a processor that has less: the narrower kernels are chosen there.</summary>
public sealed class ReducedInstructionSetTests
{
    [Theory]
    [InlineData(InstructionSetTests.Avx512)]
    [InlineData(InstructionSetTests.Avx512, InstructionSetTests.Vnni)]
    [InlineData(InstructionSetTests.Wide)]
    public async Task The_kernels_are_right_without(params string[] switchedOff)
    {
        Assert.SkipUnless(Avx2.IsSupported, "this processor has nothing to switch off");
        var (exitCode, output) = await RunKernelTests(switchedOff, TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);
        Assert.Contains("Failed: 0", output, StringComparison.Ordinal);

        // The child has seen the switches; tests of kernels that need what is off may be skipped.
        Assert.Contains("Not Run: 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Total: 0", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunKernelTests(string[] switchedOff, CancellationToken cancel)
    {
        var assembly = typeof(ReducedInstructionSetTests).Assembly.GetName().Name!;
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, assembly)) { RedirectStandardOutput = true };
        foreach (var variable in switchedOff)
        {
            start.Environment[variable] = "0";
        }

        start.ArgumentList.Add("-noColor");
        start.ArgumentList.Add("-explicit");
        start.ArgumentList.Add("on");
        start.ArgumentList.Add("-namespace");
        start.ArgumentList.Add(typeof(InstructionSetTests).Namespace!);
        start.ArgumentList.Add("-namespace");
        start.ArgumentList.Add(typeof(FloatProductTests).Namespace!);

        using var child = Process.Start(start)!;
        try
        {
            var output = await child.StandardOutput.ReadToEndAsync(cancel);
            await child.WaitForExitAsync(cancel);
            return (child.ExitCode, output);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill(entireProcessTree: true);
            }
        }
    }
}
