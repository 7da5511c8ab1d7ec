using Signalbox.Inference.Gguf;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sizing;

/// <summary>A way to run a model, with the memory it takes.</summary>
/// <param name="Weights">What the weights are quantized to; null for as they are.</param>
/// <param name="Context">Positions.</param>
/// <param name="Cache">How keys and values are kept.</param>
/// <param name="WeightBytes">Of all tensors.</param>
/// <param name="ReadBytes">Of the tensors that are read whole for each token.</param>
/// <param name="CacheBytes">Of one conversation at full length.</param>
/// <param name="BufferBytes">Of a pass.</param>
internal sealed record FitChoice(TensorType? Weights, int Context, KvCacheType Cache, long WeightBytes, long ReadBytes, long CacheBytes, long BufferBytes)
{
    /// <summary>What the process takes besides, about.</summary>
    public const long RuntimeBytes = 64L << 20;

    public long NeededBytes => WeightBytes + CacheBytes + BufferBytes + RuntimeBytes;

    public bool Fits(MachineMemory machine) => NeededBytes <= machine.AvailableBytes;

    /// <summary>Tokens a second at which memory is read as fast as it was measured: the most that generation can reach.</summary>
    /// <param name="bytesPerSecond">Measured.</param>
    /// <param name="filled">The share of the context that is filled, 0 to 1.</param>
    public double TokensPerSecond(double bytesPerSecond, double filled) => bytesPerSecond / Math.Max(1, ReadBytes + (CacheBytes * filled));
}
