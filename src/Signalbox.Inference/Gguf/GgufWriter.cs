namespace Signalbox.Inference.Gguf;

/// <summary>Writes a GGUF v3 file: metadata and tensor infos first, then the data of each tensor in the same order.</summary>
internal sealed class GgufWriter
{
    public GgufWriter Set(string key, string value) => throw new NotImplementedException();

    public GgufWriter Set(string key, uint value) => throw new NotImplementedException();

    public GgufWriter Set(string key, float value) => throw new NotImplementedException();

    public GgufWriter Set(string key, bool value) => throw new NotImplementedException();

    public GgufWriter Set(string key, IReadOnlyList<string> values) => throw new NotImplementedException();

    public GgufWriter Set(string key, IReadOnlyList<byte[]> values) => throw new NotImplementedException();

    public GgufWriter Set(string key, IReadOnlyList<int> values) => throw new NotImplementedException();

    public GgufWriter Set(string key, IReadOnlyList<float> values) => throw new NotImplementedException();

    /// <summary>Copies every pair of another file, save those already set.</summary>
    public GgufWriter CopyMetadata(GgufMetadata from) => throw new NotImplementedException();

    /// <param name="name">Less than 64 bytes, unique.</param>
    /// <param name="type">How the values are stored.</param>
    /// <param name="dimensions">Fastest-varying first.</param>
    /// <param name="write">Writes exactly the tensor's bytes when the file is written.</param>
    public GgufWriter Add(string name, TensorType type, IReadOnlyList<long> dimensions, Action<Stream> write) => throw new NotImplementedException();

    /// <summary>Writes to a temporary file beside <paramref name="path"/> and renames it, so that nothing half done is left.</summary>
    public void WriteTo(string path) => throw new NotImplementedException();
}
