using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Sizing;

/// <summary>Whether a model fits a machine, and what would.</summary>
/// <param name="AsAsked">The file as it is.</param>
/// <param name="Alternatives">Where that does not fit: ways that do, those that change least first; may be empty.</param>
/// <param name="Smallest">What takes the least memory.</param>
internal sealed record ModelFit(FitChoice AsAsked, IReadOnlyList<FitChoice> Alternatives, FitChoice Smallest)
{
    private const int ContextStep = 256;

    /// <param name="file">The model.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="context">Positions; null for the model's own, at most 8,192, as the engine has it.</param>
    /// <param name="cache">How keys and values are kept.</param>
    /// <param name="machine">What it has to fit.</param>
    /// <param name="fit">The answer.</param>
    /// <param name="fault">A context that the model does not have.</param>
    public static bool TryAssess(
        GgufFile file, TransformerConfig config, int? context, KvCacheType cache, MachineMemory machine, [NotNullWhen(true)] out ModelFit? fit, [NotNullWhen(false)] out EngineFault? fault)
    {
        fit = null;
        if (!TryChoose(file, config, null, context, cache, out var asked, out fault))
        {
            return false;
        }

        var smallContext = Math.Min(ContextStep, config.ContextLength);
        if (!TryChoose(file, config, TensorType.Q4_0, smallContext, KvCacheType.Q8_0, out var smallest, out fault))
        {
            return false;
        }

        fit = new ModelFit(asked, asked.Fits(machine) ? [] : [.. FindAlternatives(file, config, asked, machine)], smallest);
        return true;
    }

    private static IEnumerable<FitChoice> FindAlternatives(GgufFile file, TransformerConfig config, FitChoice asked, MachineMemory machine)
    {
        KvCacheType[] caches = config.IsEncoder || asked.Cache == KvCacheType.Q8_0 ? [asked.Cache] : [asked.Cache, KvCacheType.Q8_0];
        var largest = long.MaxValue;
        foreach (var weights in new TensorType?[] { null, TensorType.Q8_0, TensorType.Q4_0 })
        {
            var choices = new List<FitChoice>();
            foreach (var cache in caches)
            {
                if (TryChoose(file, config, weights, asked.Context, cache, out var choice, out _) && choice.WeightBytes < largest)
                {
                    choices.Add(choice);
                }
            }

            // Weights that get no smaller by being quantized are no alternative.
            if (choices.Count > 0 && (choices.Find(choice => choice.Fits(machine)) ?? LongestContext(file, config, choices[^1], machine)) is { } found)
            {
                yield return found;
            }

            largest = choices is [var made, ..] ? made.WeightBytes : largest;
        }
    }

    /// <summary>The most positions, in whole steps, that fit with the weights and the cache of a choice.</summary>
    private static FitChoice? LongestContext(GgufFile file, TransformerConfig config, FitChoice tooLong, MachineMemory machine)
    {
        FitChoice? best = null;
        var (low, high) = (1, (tooLong.Context - 1) / ContextStep);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (TryChoose(file, config, tooLong.Weights, middle * ContextStep, tooLong.Cache, out var choice, out _) && choice.Fits(machine))
            {
                (best, low) = (choice, middle + 1);
            }
            else
            {
                high = middle - 1;
            }
        }

        return best;
    }

    private static bool TryChoose(
        GgufFile file, TransformerConfig config, TensorType? weights, int? context, KvCacheType cache, [NotNullWhen(true)] out FitChoice? choice, [NotNullWhen(false)] out EngineFault? fault)
    {
        choice = null;
        var options = new EngineOptions { ContextLength = context, KvCacheType = cache, MinimumSlots = 1, MaximumSlots = 1, MemoryLimit = long.MaxValue };
        if (!MemoryPlan.TryMake(config, options, long.MaxValue, out var plan, out fault))
        {
            return false;
        }

        var (all, read) = (0L, 0L);
        var hasOutput = file.Find("output.weight") is not null;
        foreach (var tensor in file.Tensors)
        {
            var bytes = weights is { } type ? QuantizationPlan.BytesOf(tensor, type) : tensor.ByteCount;
            all += bytes;

            // Of these a token reads one row, unless the embedding is the output too.
            var isLookedUp = tensor.Name is "position_embd.weight" or "token_types.weight" || (tensor.Name == "token_embd.weight" && (hasOutput || config.IsEncoder));
            read += isLookedUp ? 0 : bytes;
        }

        choice = new FitChoice(weights, plan.ContextLength, cache, all, read, plan.SlotBytes, plan.BufferBytes);
        return true;
    }
}
