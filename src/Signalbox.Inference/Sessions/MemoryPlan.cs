using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Kernels.Attention;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sessions;

/// <summary>What fits a memory limit: the buffers of a pass, and slots.</summary>
/// <param name="ContextLength">Positions of a slot.</param>
/// <param name="BatchTokens">The most tokens of a pass.</param>
/// <param name="BufferBytes">Buffers of a pass, whatever the slots.</param>
/// <param name="SlotBytes">One slot.</param>
/// <param name="MaximumSlots">As many slots as were asked for and fit.</param>
internal sealed record MemoryPlan(int ContextLength, int BatchTokens, long BufferBytes, long SlotBytes, int MaximumSlots)
{
    /// <summary>Caches round their positions up to this.</summary>
    private const int PositionBlock = 64;

    private const int LongestDefaultContext = 8192;

    /// <param name="config">The model's shape.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="availableBytes">The machine's memory, for the default limit.</param>
    /// <param name="plan">What fits.</param>
    /// <param name="fault">What contradicts itself, or that not even the minimum fits, and what would.</param>
    public static bool TryMake(TransformerConfig config, EngineOptions options, long availableBytes, [NotNullWhen(true)] out MemoryPlan? plan, [NotNullWhen(false)] out EngineFault? fault)
    {
        plan = null;
        if ((fault = Contradiction(config, options)) is not null)
        {
            return false;
        }

        var context = options.ContextLength ?? Math.Min(config.ContextLength, LongestDefaultContext);
        // Every slot needs its step in each pass, and a model that looks both ways needs a whole text in one.
        var batch = Math.Max(options.BatchTokens, options.MaximumSlots + 16);
        batch = config.IsEncoder ? Math.Max(batch, context) : batch;
        var fixedBytes = PassBytes(config, batch, options.MaximumSlots) + ScratchBytes(config, options, 0);
        var growing = ScratchBytes(config, options, context) - ScratchBytes(config, options, 0);
        var buffers = fixedBytes + growing;
        var slot = SlotBytesOf(config, options.KvCacheType, context);
        var limit = options.MemoryLimit ?? availableBytes / 4;
        var fits = (limit - buffers) / slot;
        if (limit < buffers || fits < options.MinimumSlots)
        {
            var positions = (limit - fixedBytes) / ((options.MinimumSlots * slot + growing) / context + 1) / PositionBlock * PositionBlock;
            fault = DoesNotFit(options.MinimumSlots, context, buffers, slot, limit, positions);
            return false;
        }

        plan = new MemoryPlan(context, batch, buffers, slot, (int)Math.Min(fits, options.MaximumSlots));
        return true;
    }

    /// <summary>Threads of the engine's products.</summary>
    public static int ThreadsOf(EngineOptions options) => options.Threads ?? Math.Min(Environment.ProcessorCount, 16);

    private static EngineFault? Contradiction(TransformerConfig config, EngineOptions options)
    {
        var message = options switch
        {
            { MinimumSlots: < 1 } => $"The minimum of slots is {options.MinimumSlots}; use 1 or more.",
            { MaximumSlots: > 1024 } => $"The maximum of slots is {options.MaximumSlots}; use at most 1024.",
            _ when options.MaximumSlots < options.MinimumSlots => $"The maximum of slots is {options.MaximumSlots} and the minimum {options.MinimumSlots}; the maximum must not be smaller.",
            { MaximumQueue: < 0 } => $"The queue is {options.MaximumQueue} long; use 0 or more.",
            { BatchTokens: < 1 or > 65536 } => $"A pass has at most {options.BatchTokens} tokens; use 1 to 65536.",
            { Threads: < 1 or > 1024 } => $"The engine has {options.Threads} threads; use 1 or more, or none for the machine's cores.",
            { ContextLength: < 2 } => $"The context length is {options.ContextLength}; use 2 or more.",
            _ when options.ContextLength > config.ContextLength => $"The context length is {options.ContextLength}, but the model was trained for {config.ContextLength} positions; use at most that.",
            { MemoryLimit: < 1 } => $"The memory limit is {options.MemoryLimit} bytes; use more, or none for a quarter of the machine's memory.",
            _ => null,
        };
        return message is null ? null : new EngineFault(EngineFaultKind.InvalidRequest, message);
    }

    private static EngineFault DoesNotFit(int slots, int context, long buffers, long slot, long limit, long positions)
    {
        var needed = buffers + slots * slot;
        var instead = positions >= PositionBlock ? $", or the context length to at most {positions}" : "";
        return new EngineFault(
            EngineFaultKind.Overloaded,
            $"The memory limit is {MiB(limit)} MiB, but {slots} slot{(slots > 1 ? "s" : "")} of {context} positions need {MiB(slots * slot)} MiB and the buffers of a pass {MiB(buffers)} MiB; set the memory limit to {MiB(needed) + 1} MiB or more{instead}.");
    }

    private static long SlotBytesOf(TransformerConfig config, KvCacheType type, int context)
    {
        var positions = (context + PositionBlock - 1L) / PositionBlock * PositionBlock;
        return positions * (KvCache.BytesPerPosition(config, type) + sizeof(int));
    }

    private static long ScratchBytes(TransformerConfig config, EngineOptions options, int positions) =>
        AttentionWork.ScratchFor(config.KeyLength, config.ValueLength, positions) * ThreadsOf(options);

    /// <summary>An upper bound: the rows of every buffer of a pass in F32 with their rounded forms, and the logits of every slot.</summary>
    private static long PassBytes(TransformerConfig config, int batchTokens, int slots)
    {
        var heads = (long)config.Heads * (config.KeyLength + config.ValueLength) + (long)config.KeyValueHeads * (config.KeyLength + config.ValueLength);
        var row = 6L * config.EmbeddingLength + 2 * heads + 4L * config.FeedForwardLength;
        return batchTokens * row * sizeof(float) + (long)slots * config.VocabularySize * sizeof(float);
    }

    private static long MiB(long bytes) => bytes / (1 << 20);
}
