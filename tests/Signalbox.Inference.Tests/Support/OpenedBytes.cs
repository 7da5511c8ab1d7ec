using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Opens bytes as a file that is gone from its folder at once.</summary>
internal static class OpenedBytes
{
    public static bool TryOpen(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out GgufFile? file, [NotNullWhen(false)] out EngineFault? fault)
    {
        using var path = new TemporaryFile(".gguf");
        File.WriteAllBytes(path.Path, bytes);
        return GgufFile.TryOpen(path.Path, out file, out fault);
    }

    public static EngineFault Fault(GgufBytes bytes)
    {
        if (TryOpen(bytes.ToArray(), out var file, out var fault))
        {
            file.Dispose();
            Assert.Fail("the file was opened");
        }

        return fault!;
    }
}
