using System.Diagnostics.CodeAnalysis;

namespace Signalbox.Inference.Gguf;

/// <summary>A GGUF file (version 2 or 3), mapped into memory and checked: every tensor lies inside the file.</summary>
internal sealed class GgufFile : IDisposable
{
    /// <summary>Opens and checks a file. Whatever the file holds, this ends in a value: no crash, no read outside of it.</summary>
    public static bool TryOpen(string path, [NotNullWhen(true)] out GgufFile? file, [NotNullWhen(false)] out EngineFault? fault) =>
        throw new NotImplementedException();

    public string Path => throw new NotImplementedException();

    public long FileBytes => throw new NotImplementedException();

    public GgufMetadata Metadata => throw new NotImplementedException();

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<GgufTensor> Tensors => throw new NotImplementedException();

    public GgufTensor? Find(string name) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
