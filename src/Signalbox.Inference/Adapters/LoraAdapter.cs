using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Adapters;

/// <summary>A LoRA adapter beside its base: y = W x + scale * B (A x) for each tensor that it has.</summary>
internal sealed class LoraAdapter : IDisposable
{
    private readonly Dictionary<string, LoraPair> _pairs;
    private readonly NativeBuffer _memory;
    private readonly float _alpha;

    internal LoraAdapter(Dictionary<string, LoraPair> pairs, NativeBuffer memory, float alpha)
    {
        _pairs = pairs;
        _memory = memory;
        _alpha = alpha;
    }

    /// <summary>Tensors of the base that it changes.</summary>
    public IReadOnlyCollection<string> Tensors => _pairs.Keys;

    /// <param name="path">A GGUF adapter.</param>
    /// <param name="baseFile">The base, whose architecture and shapes it must fit.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="fault">What does not fit.</param>
    public static bool TryOpen(string path, GgufFile baseFile, [NotNullWhen(true)] out LoraAdapter? adapter, [NotNullWhen(false)] out EngineFault? fault)
    {
        adapter = null;
        if (!GgufFile.TryOpen(path, out var file, out fault))
        {
            return false;
        }

        using (file)
        {
            return new LoraReader(file, baseFile).TryRead(out adapter, out fault);
        }
    }

    public LoraPair? Find(string tensor) => _pairs.GetValueOrDefault(tensor);

    /// <summary>What B (A x) is multiplied with: the request's scale * alpha / rank; the request's alone where the file has no alpha.</summary>
    public float FactorOf(LoraPair pair, float scale) => _alpha == 0 ? scale : scale * _alpha / pair.Rank;

    public void Dispose() => _memory.Dispose();
}

/// <summary>The two matrices for one tensor, as F32.</summary>
/// <param name="a">[Rank, Inputs]; for token_embd.weight [vocabulary, Rank].</param>
/// <param name="b">[Rank, Outputs]: B turned, so that a rank's share of all outputs stands together.</param>
/// <param name="rank">Values between the two products.</param>
/// <param name="inputs">Columns of the base's tensor.</param>
/// <param name="outputs">Its rows; for token_embd.weight the embedding length.</param>
internal sealed unsafe class LoraPair(float* a, float* b, int rank, int inputs, int outputs)
{
    public float* A => a;

    public float* B => b;

    public int Rank => rank;

    public int Inputs => inputs;

    public int Outputs => outputs;
}

/// <summary>An adapter with the weight a request gives it.</summary>
internal readonly record struct ActiveAdapter(LoraAdapter Adapter, float Scale);
