using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Adapters;

/// <summary>A LoRA adapter beside its base: y = W x + scale * B (A x) for each tensor that it has.</summary>
internal sealed class LoraAdapter : IDisposable
{
    /// <param name="path">A GGUF adapter.</param>
    /// <param name="baseFile">The base, whose architecture and shapes it must fit.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="fault">What does not fit.</param>
    public static bool TryOpen(string path, GgufFile baseFile, [NotNullWhen(true)] out LoraAdapter? adapter, [NotNullWhen(false)] out EngineFault? fault) =>
        throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>An adapter with the weight a request gives it.</summary>
internal readonly record struct ActiveAdapter(LoraAdapter Adapter, float Scale);
