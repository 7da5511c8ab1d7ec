using System.Diagnostics.CodeAnalysis;

namespace Signalbox.Inference.Gguf;

/// <summary>The key/value pairs of a file. A key of another type than asked for counts as absent; integers of any width convert.</summary>
internal sealed class GgufMetadata
{
    public IEnumerable<string> Keys => throw new NotImplementedException();

    public bool TryGetString(string key, [NotNullWhen(true)] out string? value) => throw new NotImplementedException();

    public bool TryGetInt(string key, out long value) => throw new NotImplementedException();

    public bool TryGetFloat(string key, out float value) => throw new NotImplementedException();

    public bool TryGetBool(string key, out bool value) => throw new NotImplementedException();

    /// <summary>An array of integers of any width.</summary>
    public bool TryGetInts(string key, [NotNullWhen(true)] out int[]? values) => throw new NotImplementedException();

    public bool TryGetFloats(string key, [NotNullWhen(true)] out float[]? values) => throw new NotImplementedException();

    /// <summary>An array of strings as raw bytes, because tokens need not be valid UTF-8.</summary>
    public bool TryGetStrings(string key, [NotNullWhen(true)] out byte[][]? values) => throw new NotImplementedException();
}
