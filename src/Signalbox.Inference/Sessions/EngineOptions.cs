using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>What an engine may use.</summary>
public sealed record EngineOptions
{
    /// <summary>Threads of its products; null for the machine's cores, at most 16.</summary>
    public int? Threads { get; init; }

    /// <summary>Positions of each slot; null for the model's own context length, at most 8,192.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Slots that are always kept. Default 1.</summary>
    public int MinimumSlots { get; init; } = 1;

    /// <summary>The most answers at once. Default 8.</summary>
    public int MaximumSlots { get; init; } = 8;

    /// <summary>Requests that may wait for a slot; beyond, they are refused at once. Default 256.</summary>
    public int MaximumQueue { get; init; } = 256;

    /// <summary>Bytes for caches and buffers, weights not counted; null for a quarter of the machine's memory.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>How keys and values are kept. Default F16.</summary>
    public KvCacheType KvCacheType { get; init; }

    /// <summary>
    /// The most tokens of one pass. Default 128: the buffers stay small, other conversations wait shorter for their next token, and longer
    /// passes are hardly faster.
    /// </summary>
    public int BatchTokens { get; init; } = 128;
}
